package sotto.client;

import java.nio.file.Path;

/// A process that changes a home's key to and fro until it is killed.
final class Rekeying {
  private Rekeying() {}

  /// A key that the home may have.
  static Passphrase key(int number) {
    byte[] key = new byte[Passphrase.KEY_LENGTH];
    key[1] = (byte) number;
    return Passphrase.ofKey(key);
  }

  /// Runs until it is killed.
  ///
  /// @param arguments the home, the number of its key, that of the other
  public static void main(String[] arguments) {
    Path home = Path.of(arguments[0]);
    int now = Integer.parseInt(arguments[1]);
    int next = Integer.parseInt(arguments[2]);
    while (true) {
      Sotto.changePassphrase(home, key(now), key(next));
      System.out.println("changed");
      int before = now;
      now = next;
      next = before;
    }
  }
}
