package sotto.e2e;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// How a [Trial.Course] of fixed steps is run.
///
/// @param pairs of users who write to each other
/// @param rate messages a second that are wished for, all together
/// @param between how long it runs undisturbed before each step and after the last
/// @param keep whether the evidence of a good run is kept too
record CourseOptions(int pairs, int rate, Duration between, boolean keep) {
  /// Reads a command line, runs the course, prints, and ends the process: 0 = good, 1 = not, 2 =
  /// asked wrongly.
  ///
  /// @param name of the program
  /// @param use what `--help` prints
  /// @param course for these options
  void main(
      String name, String use, Function<CourseOptions, Trial.Course> course, String... arguments)
      throws IOException {
    CourseOptions options;
    try {
      if (List.of(arguments).contains("--help")) {
        System.out.print(use);
        return;
      }
      options = with(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(name + ": " + e.getMessage() + "\n" + use);
      System.exit(2);
      return;
    }
    var outcome = Trial.run(name, options.keep, Trial.standardOut(), course.apply(options));
    System.exit(outcome.good() ? 0 : 1);
  }

  private CourseOptions with(String... arguments) {
    var changed = this;
    var words = new ArrayList<>(List.of(arguments));
    while (!words.isEmpty()) {
      var word = words.removeFirst();
      changed =
          switch (word) {
            case "--pairs" ->
                new CourseOptions(
                    FaultsPlan.number(word, words), changed.rate, changed.between, changed.keep);
            case "--rate" ->
                new CourseOptions(
                    changed.pairs, FaultsPlan.number(word, words), changed.between, changed.keep);
            case "--between" ->
                new CourseOptions(
                    changed.pairs,
                    changed.rate,
                    Duration.ofSeconds(FaultsPlan.number(word, words)),
                    changed.keep);
            case "--keep" -> new CourseOptions(changed.pairs, changed.rate, changed.between, true);
            default -> throw new IllegalArgumentException("there is no " + word);
          };
    }
    return changed;
  }
}
