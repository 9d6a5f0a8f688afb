package sotto.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What a run of [FaultsStore] is to do.
///
/// @param profile the storage
/// @param faults one after the other
/// @param between how long it runs undisturbed before each fault and after the last
/// @param outage how long a dead part stays dead
/// @param rate messages a second that are wished for, all together, 1 to 20,000
/// @param pairs of users who write to each other, 1 to 50
/// @param keep whether the evidence of a good run is kept too
record FaultsPlan(
    StoreProfile profile,
    List<StoreFault> faults,
    Duration between,
    Duration outage,
    int rate,
    int pairs,
    boolean keep) {
  static final String USE =
      """
      faults-store [--profile vitess|combo|mysql] [--faults A,B,…] [--seconds N] [--outage N] [--rate N] [--pairs N] [--short] [--keep]
        --profile    a cluster of six tablets (the default), vtcombo, or one plain MySQL
        --faults     of vitess: primary, vtgate, reparent, replica, server, reshard; of combo: vtcombo, server; of mysql: mysqld, server
        --seconds N  undisturbed before each fault and after the last (20)
        --outage N   seconds that a dead part stays dead (5)
        --rate N     messages a second that are wished for, all together (2000); what the machine bears is found out first
        --pairs N    of users who write to each other (4)
        --keep       keep the logs and homes of a good run too
        --short      the same as --seconds 5 --outage 3
      """;

  FaultsPlan {
    faults = List.copyOf(faults);
    check(!between.isNegative() && !outage.isNegative(), "seconds are not negative");
    check(rate >= 1 && rate <= 20_000, "--rate is 1 to 20000");
    check(pairs >= 1 && pairs <= 50, "--pairs is 1 to 50");
  }

  /// Reads a command line.
  ///
  /// @throws IllegalArgumentException with a sentence
  static FaultsPlan parse(String... arguments) {
    var profile = StoreProfile.VITESS;
    var faults = List.<String>of();
    var between = 20;
    var outage = 5;
    var rate = 2_000;
    var pairs = 4;
    var keep = false;
    var words = new ArrayList<>(List.of(arguments));
    while (!words.isEmpty()) {
      var word = words.removeFirst();
      switch (word) {
        case "--short" -> {
          between = 5;
          outage = 3;
        }
        case "--keep" -> keep = true;
        case "--profile" -> profile = StoreProfile.of(value(word, words));
        case "--faults" -> faults = List.of(value(word, words).split(","));
        case "--seconds" -> between = number(word, words);
        case "--outage" -> outage = number(word, words);
        case "--rate" -> rate = number(word, words);
        case "--pairs" -> pairs = number(word, words);
        default -> throw new IllegalArgumentException("there is no " + word);
      }
    }
    return new FaultsPlan(
        profile,
        faults(profile, faults),
        Duration.ofSeconds(between),
        Duration.ofSeconds(outage),
        rate,
        pairs,
        keep);
  }

  private static List<StoreFault> faults(StoreProfile profile, List<String> words) {
    var all = StoreFault.of(profile);
    return words.isEmpty()
        ? all
        : words.stream()
            .map(word ->
                all.stream()
                    .filter(f -> f.word().equals(word))
                    .findFirst()
                    .orElseThrow(() ->
                        new IllegalArgumentException(profile.word() + " has no fault " + word)))
            .toList();
  }

  /// The word behind an option.
  static String value(String option, List<String> words) {
    check(!words.isEmpty(), option + " needs a value");
    return words.removeFirst();
  }

  /// The number behind an option.
  static int number(String option, List<String> words) {
    var word = value(option, words);
    check(word.matches("[0-9]{1,6}"), option + " needs a number");
    return Integer.parseInt(word);
  }

  private static void check(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }
}
