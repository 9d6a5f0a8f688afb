package sotto.chain;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Puts together bytes to be signed: what has no fixed length is preceded by its length, and a
/// domain comes first.
final class SignedBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);

  private SignedBytes() {}

  static SignedBytes bare() {
    return new SignedBytes();
  }

  static SignedBytes start(String domain) {
    return new SignedBytes().prefixed(domain.getBytes(StandardCharsets.UTF_8));
  }

  SignedBytes raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  SignedBytes u8(int value) {
    out.write(value);
    return this;
  }

  SignedBytes prefixed(byte[] bytes) {
    if (bytes.length > 0xffff) {
      throw new IllegalArgumentException("longer than 65,535 bytes");
    }
    out.write(bytes.length >>> 8);
    out.write(bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  byte[] toArray() {
    return out.toByteArray();
  }
}
