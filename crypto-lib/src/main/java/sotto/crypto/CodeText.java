package sotto.crypto;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Bytes as text that people copy: Crockford's base 32, 5 bits a character, most significant first,
/// the last one filled up with zeros. No I, L, O and U; small letters are read as capital ones, O
/// as 0, I and L as 1; spaces and hyphens are not read.
final class CodeText {
  private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int GROUP = 4;
  private static final int BITS = 5;

  private CodeText() {}

  /// How many characters so many bytes take.
  static int characters(int bytes) {
    return (bytes * Byte.SIZE + BITS - 1) / BITS;
  }

  /// What was typed, without what is not read.
  static String strip(String typed) {
    return typed.replaceAll("[\\s-]", "").toUpperCase(Locale.ROOT);
  }

  /// Reads bytes; the caller's to wipe.
  ///
  /// @param stripped of exactly [#characters]
  /// @return empty if a character stands for nothing
  static Optional<byte[]> read(String stripped, int bytes) {
    byte[] all = new byte[bytes];
    for (int at = 0; at < stripped.length(); at++) {
      int value = value(stripped.charAt(at));
      for (int bit = 0; bit < BITS; bit++) {
        int place = at * BITS + bit;
        int set = value >>> (BITS - 1 - bit) & 1;
        boolean beyond = place >= bytes * Byte.SIZE;
        if (value < 0 || (beyond && set != 0)) {
          Arrays.fill(all, (byte) 0);
          return Optional.empty();
        }
        if (!beyond) {
          all[place / Byte.SIZE] |= (byte) (set << (Byte.SIZE - 1 - place % Byte.SIZE));
        }
      }
    }
    return Optional.of(all);
  }

  private static int value(char typed) {
    return switch (typed) {
      case 'O' -> 0;
      case 'I', 'L' -> 1;
      default -> ALPHABET.indexOf(typed);
    };
  }

  /// Writes bytes in groups of four.
  static String write(byte[] bytes, char between) {
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < characters(bytes.length); at++) {
      if (at > 0 && at % GROUP == 0) {
        text.append(between);
      }
      int value = 0;
      for (int bit = 0; bit < BITS; bit++) {
        int place = at * BITS + bit;
        int set =
            place < bytes.length * Byte.SIZE
                ? bytes[place / Byte.SIZE] >>> (Byte.SIZE - 1 - place % Byte.SIZE) & 1
                : 0;
        value = (value << 1) | set;
      }
      text.append(ALPHABET.charAt(value));
    }
    return text.toString();
  }
}
