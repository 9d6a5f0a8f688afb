package sotto.client;

import java.util.Arrays;
import sotto.client.internal.store.Secret;

/// What opens a home: a passphrase of a person, or a key that the app keeps itself.
///
/// Close it when the home is open; that wipes it. Not thread-safe.
public final class Passphrase implements AutoCloseable {
  /// The size of a key in bytes.
  public static final int KEY_LENGTH = 32;

  /// The longest passphrase, in chars.
  public static final int MAX_CHARS = 1024;

  private final char[] chars;
  private final byte[] key;

  private Passphrase(char[] chars, byte[] key) {
    this.chars = chars;
    this.key = key;
  }

  /// A passphrase; the store's key comes from it by Argon2id (RFC 9106), which takes about a
  /// quarter of a second and 64 MiB.
  ///
  /// @param chars 1 to 1,024 chars, copied
  /// @throws SottoException [SottoException.Code#INVALID_INPUT] if it is empty or longer
  public static Passphrase of(char[] chars) {
    if (chars.length == 0 || chars.length > MAX_CHARS) {
      throw SottoException.invalid("passphrase", "A passphrase has 1 to 1,024 characters.");
    }
    return new Passphrase(chars.clone(), new byte[0]);
  }

  /// As [#of(char\[\])], for a text that is in memory anyway.
  public static Passphrase of(String text) {
    return of(text.toCharArray());
  }

  /// A key from the app's own safe place, used as it is: opens in milliseconds.
  ///
  /// @param key 32 uniformly random bytes, copied
  /// @throws SottoException [SottoException.Code#INVALID_INPUT] if there are not exactly 32
  public static Passphrase ofKey(byte[] key) {
    if (key.length != KEY_LENGTH) {
      throw SottoException.invalid("passphrase", "A store key has 32 bytes.");
    }
    return new Passphrase(new char[0], key.clone());
  }

  private boolean isKey() {
    return key.length == KEY_LENGTH;
  }

  Secret secret() {
    return isKey() ? new Secret.Raw(key) : new Secret.Text(chars);
  }

  /// Wipes it.
  @Override
  public void close() {
    Arrays.fill(chars, '\0');
    Arrays.fill(key, (byte) 0);
  }

  /// Says only which kind it is.
  @Override
  public String toString() {
    return isKey() ? "Passphrase[key]" : "Passphrase[text]";
  }
}
