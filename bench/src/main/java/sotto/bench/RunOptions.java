package sotto.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.bench.report.Report;

/// What every scenario is told: against what, how often and how long, and where its report goes.
final class RunOptions {
  @Mixin private final ReportOptions reporting = new ReportOptions();

  @Mixin private final TargetOptions target = new TargetOptions();

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

  @Option(names = "--no-baselines", description = "Leave out what the machine does without Sotto.")
  private boolean noBaselines;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description =
          "Where the server's files are made, on the disk that is to be measured (default: the"
              + " system's folder for temporary files).")
  private Optional<Path> work = Optional.empty();

  /// Refuses what is not a server of this run's own.
  void withoutMesh() {
    if (!target.own()) {
      throw reporting.wrong(
          reporting.scenario() + " takes a server of its own: no --mesh, no --address");
    }
  }

  int trials() {
    return reporting.trials();
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
    reporting.check();
    within("--warm-up", warmUp, 0, 3_600);
    within("--bytes", bytes, 8, 96 << 10);
    target.check();
    Report report = reporting.begin();
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
      Homes.delete(folder);
    }
    reporting.write(report);
    return 0;
  }

  /// Refuses a number that makes no sense.
  void within(String option, int value, int least, int most) {
    reporting.within(option, value, least, most);
  }

  /// The same for several.
  void within(String option, List<Integer> values, int least, int most) {
    reporting.within(option, values, least, most);
  }

  /// Refuses more connections than a process may have files.
  void connecting(int connections) {
    reporting.connecting(connections);
  }

  /// Refuses numbers that do not rise.
  void rising(String option, List<Integer> values) {
    reporting.rising(option, values);
  }
}
