package sotto.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import sotto.bench.report.Conditions;
import sotto.bench.report.Report;

/// What every scenario is told: against what, how often and how long, and where its report goes.
final class RunOptions {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Mixin private final TargetOptions target = new TargetOptions();

  @Option(
      names = "--trials",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often each figure is taken; all are shown (default: ${DEFAULT-VALUE}).")
  private int trials = 3;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "Load before the first trial, which is not shown (default: ${DEFAULT-VALUE}).")
  private int warmUp = 10;

  @Option(
      names = "--bytes",
      paramLabel = "N",
      defaultValue = "400",
      description =
          "Ciphertext of a message; a short text takes about 400 (default: ${DEFAULT-VALUE}).")
  private int bytes = 400;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where report.md, report.json and plots go (default: target/bench/SCENARIO).")
  private Optional<Path> out = Optional.empty();

  @Option(names = "--no-baselines", description = "Leave out what the machine does without Sotto.")
  private boolean noBaselines;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description =
          "Where the server's files are made, on the disk that is to be measured (default: the"
              + " system's folder for temporary files).")
  private Optional<Path> work = Optional.empty();

  int trials() {
    return trials;
  }

  int warmUp() {
    return warmUp;
  }

  int bytes() {
    return bytes;
  }

  /// Whether the machine is measured without Sotto too.
  boolean baselines() {
    return !noBaselines;
  }

  /// What a scenario does with what was opened for it.
  interface Scenario {
    void run(Bench bench) throws Exception;
  }

  /// Opens the target, runs the scenario and writes its report.
  int measure(Scenario scenario) throws Exception {
    within("--trials", trials, 1, 100);
    within("--warm-up", warmUp, 0, 3_600);
    within("--bytes", bytes, 8, 96 << 10);
    target.check();
    String name = spec.name();
    Path root = Checkout.root();
    Report report =
        new Report(name, Conditions.now(Clock.systemUTC(), root, "./sotto-bench " + asked()));
    Path folder =
        work.isPresent()
            ? Files.createTempDirectory(work.get(), "sotto-bench")
            : Files.createTempDirectory("sotto-bench");
    try (Target opened = target.open(folder);
        Bench bench = new Bench(opened, folder, report)) {
      report.conditions().put("measured", opened.described());
      report.conditions().put("file system", Files.getFileStore(folder).type());
      scenario.run(bench);
      report.conditions().end();
    } finally {
      delete(folder);
    }
    Path to = out.orElse(root.resolve("target/bench").resolve(name));
    report.write(to);
    System.out.println(report.markdown());
    System.err.println("written to " + to);
    return 0;
  }

  private String asked() {
    return String.join(" ", spec.root().commandLine().getParseResult().originalArgs());
  }

  /// Refuses a number that makes no sense.
  void within(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new ParameterException(
          spec.commandLine(), option + " is " + least + " to " + most + ", not " + value);
    }
  }

  /// The same for several.
  void within(String option, List<Integer> values, int least, int most) {
    values.forEach(value -> within(option, value, least, most));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }
}
