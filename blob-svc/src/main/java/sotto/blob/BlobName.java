package sotto.blob;

import java.util.Comparator;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// The name of a blob in a store. Not its id: who sees names cannot download.
///
/// @param shelf where it stands
/// @param hex 64 lower-case hex digits, nothing else, so that a name cannot leave its folder
public record BlobName(Shelf shelf, String hex) implements Comparable<BlobName> {
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
  private static final Comparator<BlobName> ORDER =
      Comparator.comparing(BlobName::shelf).thenComparing(BlobName::hex);

  /// Checks the digits.
  ///
  /// @throws IllegalArgumentException if there are not 64 lower-case hex digits
  public BlobName {
    if (!isHex(hex)) {
      throw new IllegalArgumentException("a blob's name is 64 lower-case hex digits");
    }
  }

  /// Whether a text can be a name's digits.
  public static boolean isHex(String text) {
    return HEX.matcher(text).matches();
  }

  /// The 32 bytes of the digits.
  public byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  @Override
  public int compareTo(BlobName other) {
    return ORDER.compare(this, other);
  }
}
