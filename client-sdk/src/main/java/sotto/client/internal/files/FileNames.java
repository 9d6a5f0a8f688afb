package sotto.client.internal.files;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/// Names of files as other people send them, made harmless: the result names one entry of a folder
/// on every platform, and prints as it is.
public final class FileNames {
  /// The longest name, bytes of UTF-8; a number to tell names apart fits in.
  public static final int MAX_BYTES = 240;

  private static final String NAMELESS = "file";
  private static final Set<String> RESERVED =
      Set.of(
          "con", "prn", "aux", "nul", "conin$", "conout$", "com1", "com2", "com3", "com4", "com5",
          "com6", "com7", "com8", "com9", "com¹", "com²", "com³", "lpt1", "lpt2", "lpt3", "lpt4",
          "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "lpt¹", "lpt²", "lpt³");

  private FileNames() {}

  /// A harmless name that resembles the given one.
  public static String sanitise(String name) {
    StringBuilder kept = new StringBuilder();
    name.codePoints().map(FileNames::harmless).forEach(kept::appendCodePoint);
    String trimmed = kept.toString().replaceAll("^[. ]+|[. ]+$", "");
    String shortened = shorten(trimmed, MAX_BYTES).replaceAll("[. ]+$", "");
    if (shortened.isEmpty()) {
      return NAMELESS;
    }
    String stem = shortened.split("\\.", 2)[0].strip().toLowerCase(Locale.ROOT);
    // A name that begins with a dash would be an option to many programs.
    return RESERVED.contains(stem) || shortened.startsWith("-") ? "_" + shortened : shortened;
  }

  /// A name with a number before its ending.
  ///
  /// @param number from 1; 1 gives the name itself
  public static String numbered(String name, int number) {
    if (number == 1) {
      return name;
    }
    int dot = name.lastIndexOf('.');
    return dot > 0
        ? name.substring(0, dot) + " (" + number + ")" + name.substring(dot)
        : name + " (" + number + ")";
  }

  /// Cuts a name to so many bytes, between characters, and keeps a short ending.
  public static String shorten(String name, int maxBytes) {
    if (bytes(name) <= maxBytes) {
      return name;
    }
    int dot = name.lastIndexOf('.');
    String ending = dot > 0 && bytes(name.substring(dot)) <= 16 ? name.substring(dot) : "";
    String stem = name.substring(0, name.length() - ending.length());
    int room = maxBytes - bytes(ending);
    while (bytes(stem) > room) {
      stem = stem.substring(0, stem.offsetByCodePoints(stem.length(), -1));
    }
    return stem + ending;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static int harmless(int c) {
    int type = Character.getType(c);
    boolean bad =
        type == Character.CONTROL
            || type == Character.FORMAT
            || type == Character.SURROGATE
            || type == Character.PRIVATE_USE
            || type == Character.UNASSIGNED
            || type == Character.LINE_SEPARATOR
            || type == Character.PARAGRAPH_SEPARATOR
            || "/\\:*?\"<>|".indexOf(c) >= 0;
    return bad ? '_' : c;
  }
}
