package sotto.blob;

import java.util.List;
import sotto.blob.v1.StorageClass;

/// Where in a store a blob stands, by how long it is to live.
public enum Shelf {
  /// On the way to somebody: it expires.
  TRANSIT("transit"),
  /// It stays.
  KEPT("kept"),
  /// A cold part of a mailbox, put and deleted by the store: it expires, should the store forget
  /// it.
  COLD("cold");

  private final String folder;

  Shelf(String folder) {
    this.folder = folder;
  }

  /// The shelves whose blobs clients can ask for.
  public static List<Shelf> ofClients() {
    return List.of(TRANSIT, KEPT);
  }

  /// The name in paths and object keys.
  public String folder() {
    return folder;
  }

  /// The shelf with a name in paths.
  ///
  /// @throws IllegalArgumentException if there is none
  public static Shelf ofFolder(String folder) {
    for (Shelf shelf : values()) {
      if (shelf.folder.equals(folder)) {
        return shelf;
      }
    }
    throw new IllegalArgumentException("no such shelf");
  }

  /// The shelf of a storage class.
  ///
  /// @throws IllegalArgumentException for a class that bounds let nobody send
  public static Shelf of(StorageClass storageClass) {
    return switch (storageClass) {
      case STORAGE_CLASS_TRANSIT -> TRANSIT;
      case STORAGE_CLASS_KEPT -> KEPT;
      case STORAGE_CLASS_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("no such storage class");
    };
  }
}
