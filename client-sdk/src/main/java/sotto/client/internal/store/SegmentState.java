package sotto.client.internal.store;

/// Where a segment of the archive is on its way.
///
/// ```
/// CHOSEN ──► PREPARED ──► UPLOADED ──► MOVED ──► RETURNED ──► (gone)
///   └──────────┴── given up: (gone)  └───────────────▲
/// ```
///
/// Only in MOVED may rows be missing from the message table.
public enum SegmentState {
  /// Its messages are marked; nothing is on the disk.
  CHOSEN,
  /// Its ciphertext is in the home.
  PREPARED,
  /// It is at the server, and has not been read back.
  UPLOADED,
  /// It was read back, and its messages have left.
  MOVED,
  /// Its messages are back for good, and its blob is to be deleted.
  RETURNED
}
