package sotto.standalone.admin;

import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;
import sotto.admin.v1.DescribeRequest;
import sotto.admin.v1.DescribeResponse;
import sotto.admin.v1.ProcessAdminServiceGrpc;
import sotto.admin.v1.ProcessState;
import sotto.standalone.Version;

/// `sotto admin health`.
@Command(
    name = "health",
    description = {
      "How all processes are: each pod of each role, whether it works, what it lacks, its version and since when it runs.",
      "",
      "The exit code is 0 only if all of them are there, work, and lack nothing."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footer = {"", Admin.EXITS})
final class HealthCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli sets it
  @ParentCommand
  Admin admin;

  @Override
  public Integer call() {
    return admin.run(HealthCommand::report);
  }

  private static Report report(Fleet fleet) {
    var report = new Report("role", "pod", "name", "state", "version", "started_at", "why");
    var answers =
        fleet.ask(
            fleet.roles(),
            ProcessAdminServiceGrpc::newBlockingStub,
            process -> process.describe(DescribeRequest.getDefaultInstance()));
    for (var answer : answers) {
      switch (answer) {
        case Answer.Got<DescribeResponse>(var pod, var is) -> {
          if (is.getState() != ProcessState.PROCESS_STATE_SERVING || is.getTroublesCount() > 0) {
            report.unwell();
          }
          report.row(
              pod.role().toString(),
              pod.name(),
              name(is),
              state(is),
              is.getVersion(),
              Instant.ofEpochMilli(is.getStartedAt()),
              String.join("; ", is.getTroublesList()));
        }
        case Answer.Failed<DescribeResponse>(var pod, var why) -> {
          report.unwell();
          report.row(
              pod.role().toString(),
              pod.name(),
              Cell.none(),
              "down",
              Cell.none(),
              Cell.none(),
              why);
        }
      }
    }
    return report;
  }

  /// The pod's own name, where it has one, is more telling than that in its certificate.
  static String name(DescribeResponse is) {
    return is.getHost().isEmpty() ? is.getName() : is.getHost();
  }

  static String state(DescribeResponse is) {
    var state = is.getState().name().replace("PROCESS_STATE_", "").toLowerCase(Locale.ROOT);
    return is.getState() == ProcessState.PROCESS_STATE_SERVING && is.getTroublesCount() > 0
        ? "serving, with troubles"
        : state;
  }
}
