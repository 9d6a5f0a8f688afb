package sotto.store.account;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import sotto.chain.Bytes;

/// What a person is invited with: 128 random bits. The server keeps the hash alone.
///
/// ```
/// code = 16 random bytes, 5 bits a character, most significant first, two zero bits at the end,
///        of 0123456789ABCDEFGHJKMNPQRSTVWXYZ, shown as XXXXX-XXXXX-XXXXX-XXXXX-XXXXXX
/// hash = the first 16 bytes of SHA-256(the 16 bytes)
/// ```
///
/// The alphabet is Crockford's base 32. Small letters are read as capital ones, O as 0, I and L as
/// 1; spaces and hyphens are not read. The hash needs no salt and no work: nobody searches 2^128
/// codes.
///
/// @param secret the 16 bytes
record InviteCode(Bytes secret) {
  /// How many bytes a code and its hash have.
  static final int LENGTH = 16;

  private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int CHARACTERS = 26;
  private static final int GROUP = 5;
  private static final int GROUPS = 5;
  private static final int BITS = 5;

  static InviteCode generate(SecureRandom random) {
    byte[] secret = new byte[LENGTH];
    random.nextBytes(secret);
    return new InviteCode(Bytes.of(secret));
  }

  /// Reads what somebody typed; empty if it is no code.
  static Optional<InviteCode> read(String typed) {
    String text = typed.replaceAll("[\\s-]", "").toUpperCase(Locale.ROOT);
    if (text.length() != CHARACTERS) {
      return Optional.empty();
    }
    byte[] secret = new byte[LENGTH + 1];
    for (int at = 0; at < CHARACTERS; at++) {
      int value = value(text.charAt(at));
      if (value < 0) {
        return Optional.empty();
      }
      for (int bit = 0; bit < BITS; bit++) {
        int place = at * BITS + bit;
        int set = value >>> (BITS - 1 - bit) & 1;
        secret[place / Byte.SIZE] |= (byte) (set << (Byte.SIZE - 1 - place % Byte.SIZE));
      }
    }
    return secret[LENGTH] == 0
        ? Optional.of(new InviteCode(Bytes.of(Arrays.copyOf(secret, LENGTH))))
        : Optional.empty();
  }

  private static int value(char typed) {
    return switch (typed) {
      case 'O' -> 0;
      case 'I', 'L' -> 1;
      default -> ALPHABET.indexOf(typed);
    };
  }

  /// As it is given to a person.
  String shown() {
    byte[] bytes = Arrays.copyOf(secret.toArray(), LENGTH + 1);
    StringBuilder shown = new StringBuilder();
    for (int at = 0; at < CHARACTERS; at++) {
      if (at > 0 && at % GROUP == 0 && at / GROUP < GROUPS) {
        shown.append('-');
      }
      int value = 0;
      for (int place = at * BITS; place < (at + 1) * BITS; place++) {
        value = value << 1 | (bytes[place / Byte.SIZE] >>> (Byte.SIZE - 1 - place % Byte.SIZE) & 1);
      }
      shown.append(ALPHABET.charAt(value));
    }
    return shown.toString();
  }

  /// What its row is found by.
  byte[] hash() {
    try {
      return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(secret.toArray()), LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return "InviteCode[16 bytes]";
  }
}
