package sotto.blob;

import sotto.blob.v1.StorageClass;

/// Where in a store a blob stands, by how long it is to live.
public enum Shelf {
  /// On the way to somebody: it expires.
  TRANSIT("transit"),
  /// It stays.
  KEPT("kept");

  private final String folder;

  Shelf(String folder) {
    this.folder = folder;
  }

  /// The name in paths and object keys.
  public String folder() {
    return folder;
  }

  /// @throws IllegalArgumentException for a class that bounds let nobody send
  static Shelf of(StorageClass storageClass) {
    return switch (storageClass) {
      case STORAGE_CLASS_TRANSIT -> TRANSIT;
      case STORAGE_CLASS_KEPT -> KEPT;
      case STORAGE_CLASS_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("no such storage class");
    };
  }
}
