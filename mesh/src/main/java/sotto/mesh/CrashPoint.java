package sotto.mesh;

/// A named instant at which a test lets a process die as if by SIGKILL: `-Dsotto.test.crash=NAME`
/// halts the JVM with exit code 137 when it gets there. Without the property nothing ever happens.
public final class CrashPoint {
  private static final String WANTED = System.getProperty("sotto.test.crash", "");

  private CrashPoint() {}

  /// Halts here if this is the point wanted.
  ///
  /// @param name the point: `after-store` (a mailbox has committed and nobody knows yet)
  public static void at(String name) {
    if (WANTED.equals(name)) {
      Runtime.getRuntime().halt(137);
    }
  }
}
