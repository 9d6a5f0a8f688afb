package sotto.blob.s3;

import java.util.HexFormat;
import java.util.Optional;
import sotto.blob.BlobName;
import sotto.blob.Shelf;

/// The keys of objects; the layout is in the package's description.
final class Keys {
  static final String ID_KEY = "id.key";
  static final String CONTENT = "content/";
  static final String UPLOADS = "uploads/";
  static final String TAILS = "tails/";
  static final String GONE = "gone/";
  private static final String BLOBS = "blobs/";

  private Keys() {}

  static String blobs(Shelf shelf) {
    return BLOBS + shelf.folder() + "/";
  }

  static String blob(BlobName name) {
    return BLOBS + path(name);
  }

  static String upload(BlobName name) {
    return UPLOADS + path(name);
  }

  static String tail(BlobName name) {
    return TAILS + path(name);
  }

  static String gone(BlobName name) {
    return GONE + path(name);
  }

  static String content(BlobName name, long generation) {
    return CONTENT + path(name) + "/" + HexFormat.of().toHexDigits(generation);
  }

  private static String path(BlobName name) {
    return name.shelf().folder() + "/" + name.hex();
  }

  /// The blob that an object is about.
  static Optional<BlobName> named(String key) {
    String[] steps = key.split("/", -1);
    if (steps.length < 3 || !BlobName.isHex(steps[2])) {
      return Optional.empty();
    }
    for (Shelf shelf : Shelf.values()) {
      if (shelf.folder().equals(steps[1])) {
        return Optional.of(new BlobName(shelf, steps[2]));
      }
    }
    return Optional.empty();
  }
}
