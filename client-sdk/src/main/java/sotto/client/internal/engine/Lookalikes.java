package sotto.client.internal.engine;

/// Letters of other scripts, and digits, that look like Latin letters: the common ones, of Unicode
/// Technical Standard 39's table of confusables.
final class Lookalikes {
  private static final String OTHERS = "авеіјкмнорсѕтухԁԛԝαβεηικνορτυχωⅼ01";
  private static final String LATIN = "abeijkmhopcstyxdqwabenikvoptuxwlol";

  private Lookalikes() {}

  /// The Latin letter that a lower-case letter or digit looks like; itself if there is none.
  static int latin(int c) {
    int at = OTHERS.indexOf(c);
    return at < 0 ? c : LATIN.charAt(at);
  }
}
