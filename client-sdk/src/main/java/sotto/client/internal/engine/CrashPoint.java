package sotto.client.internal.engine;

import sotto.client.internal.archive.Step;

/// Ends the process at a chosen instant, as a power cut would, so that tests can see what survives.
/// Does nothing unless the system property `sotto.test.crash` names the point when the JVM starts.
enum CrashPoint {
  /// Ciphertext and ratchet are durable, the frame has not left.
  AFTER_ENCRYPT("after-encrypt"),
  /// The frame was written to the network, its answer has not come.
  AFTER_SEND("after-send"),
  /// A message is decrypted, nothing about it is durable.
  AFTER_DECRYPT("after-decrypt"),
  /// A message is durable, its ack has not left.
  AFTER_COMMIT("after-commit"),
  /// More than one part of a file has gone to the server.
  AFTER_UPLOAD_PART("after-upload-part"),
  /// A file is at the server, and the store knows; its message has not left.
  AFTER_UPLOAD("after-upload"),
  /// Some of a file has come, and is in the home.
  AFTER_DOWNLOAD_PART("after-download-part"),
  /// A signed link is durable, the server has not been told.
  LINK_GRANTED("link-granted"),
  /// The server has the link, the store does not know.
  LINK_SENT("link-sent"),
  /// As the step of the archive says, here and below.
  ARCHIVE_CHOSEN("archive-chosen"),
  /// See [Step].
  ARCHIVE_WRITTEN("archive-written"),
  /// See [Step].
  ARCHIVE_PREPARED("archive-prepared"),
  /// See [Step].
  ARCHIVE_SENT("archive-sent"),
  /// See [Step].
  ARCHIVE_UPLOADED("archive-uploaded"),
  /// See [Step].
  ARCHIVE_VERIFIED("archive-verified"),
  /// See [Step].
  ARCHIVE_MOVED("archive-moved"),
  /// See [Step].
  ARCHIVE_RETURNED("archive-returned"),
  /// See [Step].
  ARCHIVE_DELETED("archive-deleted");

  private static final int EXIT_CODE = 137;
  private static final long FLUSH_MILLIS = 50;

  private final boolean chosen;

  CrashPoint(String name) {
    this.chosen = name.equals(System.getProperty("sotto.test.crash", ""));
  }

  static CrashPoint of(Step step) {
    return switch (step) {
      case CHOSEN -> ARCHIVE_CHOSEN;
      case WRITTEN -> ARCHIVE_WRITTEN;
      case PREPARED -> ARCHIVE_PREPARED;
      case SENT -> ARCHIVE_SENT;
      case UPLOADED -> ARCHIVE_UPLOADED;
      case VERIFIED -> ARCHIVE_VERIFIED;
      case MOVED -> ARCHIVE_MOVED;
      case RETURNED -> ARCHIVE_RETURNED;
      case DELETED -> ARCHIVE_DELETED;
    };
  }

  void reached() {
    if (chosen) {
      if (this == AFTER_SEND) {
        awaitFlush();
      }
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }

  private static void awaitFlush() {
    try {
      Thread.sleep(FLUSH_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
