package sotto.libsignal;

import org.signal.libsignal.protocol.ecc.ECKeyPair;

/// A process of its own that loads the native library, makes a key and ends.
final class FirstKey {
  private FirstKey() {}

  public static void main(String[] args) {
    System.out.println(ECKeyPair.generate().getPublicKey().serialize().length);
  }
}
