package sotto.client.internal.engine;

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
  AFTER_COMMIT("after-commit");

  private static final int EXIT_CODE = 137;
  private static final long FLUSH_MILLIS = 50;

  private final boolean chosen;

  CrashPoint(String name) {
    this.chosen = name.equals(System.getProperty("sotto.test.crash", ""));
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
