package sotto.bench;

import java.util.Random;

/// Texts as varied as people's: words by Zipf's law in scripts with and without spaces.
final class Wordy {
  private static final int WORDS = 60_000;
  private static final String[] ONSETS = {
    "b", "c", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st", "tr", "sh"
  };
  private static final String[] VOWELS = {"a", "e", "i", "o", "u", "ea", "ou", "ä", "é"};
  private static final String[] CODAS = {"", "", "n", "r", "s", "t", "nd", "ng", "ck"};

  private final Random random;
  private final String[] words = new String[WORDS];
  private final double[] share = new double[WORDS];

  Wordy(long seed) {
    random = new Random(seed);
    double sum = 0;
    for (int rank = 0; rank < WORDS; rank++) {
      int syllables = rank < 20 ? 1 : 1 + random.nextInt(rank < 2000 ? 3 : 4);
      StringBuilder word = new StringBuilder();
      for (int i = 0; i < syllables; i++) {
        word.append(one(ONSETS)).append(one(VOWELS)).append(one(CODAS));
      }
      words[rank] = word.toString();
      sum += 1.0 / (rank + 2.7);
      share[rank] = sum;
    }
    for (int rank = 0; rank < WORDS; rank++) {
      share[rank] /= sum;
    }
  }

  private String one(String[] of) {
    return of[random.nextInt(of.length)];
  }

  /// The word of a rank, from 0 = the most frequent.
  String word(int rank) {
    return words[rank];
  }

  private int rank() {
    int at = java.util.Arrays.binarySearch(share, random.nextDouble());
    return Math.min(WORDS - 1, at < 0 ? -at - 1 : at);
  }

  /// A message: one in ten Chinese, one in fifty Thai.
  String text() {
    int kind = random.nextInt(50);
    if (kind < 5) {
      return run(0x4e00, 2500, 4 + random.nextInt(24));
    }
    if (kind == 5) {
      return run(0xe01, 40, 8 + random.nextInt(30));
    }
    int count = 1 + (int) Math.min(60, -9 * Math.log(1 - random.nextDouble()));
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : " ").append(words[rank()]);
    }
    return text.toString();
  }

  /// Characters of which the first are the frequent ones.
  String run(int first, int characters, int length) {
    StringBuilder run = new StringBuilder();
    for (int i = 0; i < length; i++) {
      double often = random.nextDouble() * random.nextDouble();
      run.appendCodePoint(first + (int) (often * characters));
    }
    return run.toString();
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
