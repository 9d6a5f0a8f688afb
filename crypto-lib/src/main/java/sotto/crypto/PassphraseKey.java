package sotto.crypto;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import sotto.chain.Bytes;

/// Turns a passphrase into the key of an encrypted store: Argon2id version 1.3 (RFC 9106).
public final class PassphraseKey {
  /// The size of the key in bytes.
  public static final int LENGTH = 32;

  /// The size of the salt in bytes.
  public static final int SALT_LENGTH = 16;

  /// What it costs to try a passphrase, and the salt; not secret, kept in the clear beside the
  /// store.
  ///
  /// @param memoryKib memory in KiB, 8,192 to 1,048,576
  /// @param iterations passes over it, 1 to 64
  /// @param parallelism lanes, 1 to 16
  /// @param salt 16 random bytes
  public record Parameters(int memoryKib, int iterations, int parallelism, Bytes salt) {
    /// Checks the bounds, which also keep a changed file from exhausting this machine.
    ///
    /// @throws IllegalArgumentException if one is out of its bounds
    public Parameters {
      if (memoryKib < 8 * 1024
          || memoryKib > 1024 * 1024
          || iterations < 1
          || iterations > 64
          || parallelism < 1
          || parallelism > 16
          || salt.length() != SALT_LENGTH) {
        throw new IllegalArgumentException("Argon2 parameters out of their bounds");
      }
    }

    /// For a new store: 32 MiB, 2 passes, 1 lane, a new salt. That is above the least that OWASP's
    /// password storage advice asks for (19 MiB, 2 passes), and leaves a command line its quick
    /// start.
    public static Parameters forNewStore(SecureRandom random) {
      byte[] salt = new byte[SALT_LENGTH];
      random.nextBytes(salt);
      return new Parameters(32 * 1024, 2, 1, Bytes.of(salt));
    }
  }

  private PassphraseKey() {}

  /// Derives the key.
  ///
  /// @param passphrase its UTF-8 bytes count, not normalised; **wiped** before this returns
  /// @param parameters the same ones give the same key
  /// @return 32 bytes, the caller's to wipe
  public static byte[] derive(char[] passphrase, Parameters parameters) {
    byte[] utf8 = utf8(passphrase);
    try {
      Argon2BytesGenerator generator = new Argon2BytesGenerator();
      generator.init(
          new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
              .withVersion(Argon2Parameters.ARGON2_VERSION_13)
              .withMemoryAsKB(parameters.memoryKib())
              .withIterations(parameters.iterations())
              .withParallelism(parameters.parallelism())
              .withSalt(parameters.salt().toArray())
              .build());
      byte[] key = new byte[LENGTH];
      generator.generateBytes(utf8, key);
      return key;
    } finally {
      Arrays.fill(utf8, (byte) 0);
      Arrays.fill(passphrase, '\0');
    }
  }

  private static byte[] utf8(char[] chars) {
    byte[] buffer =
        new byte[3 * chars.length]; // a char is at most three bytes, a pair of them four
    try {
      ByteBuffer out = ByteBuffer.wrap(buffer);
      StandardCharsets.UTF_8
          .newEncoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .encode(CharBuffer.wrap(chars), out, true);
      return Arrays.copyOf(buffer, out.position());
    } finally {
      Arrays.fill(buffer, (byte) 0);
    }
  }
}
