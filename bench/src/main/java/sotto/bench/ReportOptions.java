package sotto.bench;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import sotto.bench.report.Conditions;
import sotto.bench.report.Report;

/// What every scenario with a report is told: how often, and where the report goes.
final class ReportOptions {
  // Of libraries, databases and connections that are just closing.
  private static final int OTHER_FILES = 500;

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--trials",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often each figure is taken; all are shown (default: ${DEFAULT-VALUE}).")
  private int trials = 3;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where report.md, report.json and plots go (default: target/bench/SCENARIO).")
  private Optional<Path> out = Optional.empty();

  int trials() {
    return trials;
  }

  /// What a scenario does that opens what it measures by itself.
  interface Scenario {
    void run(Report report) throws Exception;
  }

  /// Runs the scenario and writes its report.
  int measure(Scenario scenario) throws Exception {
    check();
    Report report = begin();
    scenario.run(report);
    report.conditions().end();
    write(report);
    return 0;
  }

  /// Checks what the options say.
  void check() {
    within("--trials", trials, 1, 100);
  }

  /// A report with the conditions of now.
  Report begin() {
    String asked = String.join(" ", spec.root().commandLine().getParseResult().originalArgs());
    return new Report(
        scenario(), Conditions.now(Clock.systemUTC(), Checkout.root(), "./sotto-bench " + asked));
  }

  /// Prints a report and writes its files.
  void write(Report report) throws IOException {
    Path to = out.orElse(Checkout.root().resolve("target/bench").resolve(scenario()));
    report.write(to);
    System.out.println(report.markdown());
    System.err.println("written to " + to);
  }

  /// A refusal of what was asked.
  ParameterException wrong(String why) {
    return new ParameterException(spec.commandLine(), why);
  }

  /// The scenario's name.
  String scenario() {
    return spec.commandLine().getCommandName(); // the options can be part of others
  }

  /// Refuses a number that makes no sense.
  void within(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw wrong(option + " is " + least + " to " + most + ", not " + value);
    }
  }

  /// The same for several.
  void within(String option, List<Integer> values, int least, int most) {
    values.forEach(value -> within(option, value, least, most));
  }

  /// Refuses more connections than a process may have files, which is as many at a server of this
  /// run's own.
  void connecting(int connections) {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      tooMany(connections, unix.getMaxFileDescriptorCount())
          .ifPresent(why -> {
            throw wrong(why);
          });
    }
  }

  /// Why so many connections do not go with so many files, if they do not.
  static Optional<String> tooMany(int connections, long files) {
    return connections <= files - OTHER_FILES
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "that is %,d connections, and a process here may have %,d files: raise the limit"
                    + " (ulimit -n) or take fewer",
                connections,
                files));
  }

  /// Refuses numbers that do not rise.
  void rising(String option, List<Integer> values) {
    for (int i = 1; i < values.size(); i++) {
      if (values.get(i) <= values.get(i - 1)) {
        throw wrong(option + " has to rise: " + values);
      }
    }
  }
}
