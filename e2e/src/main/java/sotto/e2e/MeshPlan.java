package sotto.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What a run of [FaultsMesh] is to do.
///
/// @param profile the storage
/// @param length how long faults are begun, 10 s to 24 h
/// @param every how long from one fault to the next
/// @param outage how long a killed process stays dead
/// @param frozen how long one that is stopped or cut off stays so
/// @param rate messages a second that are wished for, all together, 1 to 20,000
/// @param pairs of users who write to each other, 1 to 500
/// @param seed of the order of the faults
/// @param keep whether the evidence of a good run is kept too
record MeshPlan(
    StoreProfile profile,
    Duration length,
    Duration every,
    Duration outage,
    Duration frozen,
    int rate,
    int pairs,
    long seed,
    boolean keep) {
  static final String USE =
      """
      faults-mesh [--profile vitess|combo|mysql] [--minutes N] [--every N] [--outage N] [--frozen N] [--rate N] [--pairs N] [--seed N] [--keep]
        --profile    the storage: a cluster of six tablets (the default), vtcombo, or one plain MySQL
        --minutes N  how long processes fail (10)
        --every N    seconds from one fault to the next (7)
        --outage N   seconds that a killed process stays dead (3)
        --frozen N   seconds that a process is stopped or cut off (20)
        --rate N     messages a second that are wished for, all together (300); what the machine bears is found out first
        --pairs N    of users who write to each other (100)
        --seed N     of the order of the faults (by chance, and said)
        --keep       keep the logs and homes of a good run too
      """;

  MeshPlan {
    check(length.toSeconds() >= 10 && length.toHours() <= 24, "--minutes is 1 to 1440");
    check(every.toSeconds() >= 1, "--every is 1 or more");
    check(rate >= 1 && rate <= 20_000, "--rate is 1 to 20000");
    check(pairs >= 1 && pairs <= 500, "--pairs is 1 to 500");
  }

  /// Reads a command line.
  ///
  /// @param seed if it names none
  /// @throws IllegalArgumentException with a sentence
  static MeshPlan parse(long seed, String... arguments) {
    var profile = StoreProfile.VITESS;
    var minutes = 10;
    var every = 7;
    var outage = 3;
    var frozen = 20;
    var rate = 300;
    var pairs = 100;
    var keep = false;
    var words = new ArrayList<>(List.of(arguments));
    while (!words.isEmpty()) {
      var word = words.removeFirst();
      switch (word) {
        case "--keep" -> keep = true;
        case "--profile" -> profile = StoreProfile.of(FaultsPlan.value(word, words));
        case "--minutes" -> minutes = FaultsPlan.number(word, words);
        case "--every" -> every = FaultsPlan.number(word, words);
        case "--outage" -> outage = FaultsPlan.number(word, words);
        case "--frozen" -> frozen = FaultsPlan.number(word, words);
        case "--rate" -> rate = FaultsPlan.number(word, words);
        case "--pairs" -> pairs = FaultsPlan.number(word, words);
        case "--seed" -> seed = FaultsPlan.number(word, words);
        default -> throw new IllegalArgumentException("there is no " + word);
      }
    }
    return new MeshPlan(
        profile,
        Duration.ofMinutes(minutes),
        Duration.ofSeconds(every),
        Duration.ofSeconds(outage),
        Duration.ofSeconds(frozen),
        rate,
        pairs,
        seed,
        keep);
  }

  private static void check(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }
}
