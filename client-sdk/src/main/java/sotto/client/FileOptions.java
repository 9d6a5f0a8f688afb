package sotto.client;

/// What becomes of files that are sent.
///
/// @param original true = pictures are sent byte for byte. False = without what they say about
///   their making (place, time, device, comments, thumbnails), the pixels untouched; a picture that
///   cannot be taken apart is refused
public record FileOptions(boolean original) {
  /// Pictures without metadata.
  public static final FileOptions DEFAULTS = new FileOptions(false);

  /// Files byte for byte.
  public static final FileOptions ORIGINAL = new FileOptions(true);
}
