package sotto.standalone.admin;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import sotto.admin.v1.DescribeRequest;
import sotto.admin.v1.DescribeResponse;
import sotto.admin.v1.ProcessAdminServiceGrpc;
import sotto.standalone.Version;

/// `sotto admin config`.
@Command(
    name = "config",
    description = {
      "The settings of processes as they are in force: each key, its value and where it comes from: a file, a variable, a flag, or the default.",
      "",
      "Secrets stay where they are; one that is set is shown as (secret)."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footer = {"", Admin.EXITS})
final class ConfigCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli sets it
  @ParentCommand
  Admin admin;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Parameters(
      paramLabel = "POD|ROLE",
      description =
          "HOST:PORT as health shows it, or all of relay, store, presence, blob or standalone.")
  String which;

  @Override
  public Integer call() {
    return admin.run(this::report);
  }

  private Report report(Fleet fleet) {
    var report = new Report("pod", "key", "value", "source");
    for (var pod : fleet.named(which)) {
      var answer =
          fleet.ask(
              pod,
              ProcessAdminServiceGrpc::newBlockingStub,
              process -> process.describe(DescribeRequest.newBuilder().setSettings(true).build()));
      switch (answer) {
        case Answer.Got<DescribeResponse>(_, var is) ->
            is.getSettingsList()
                .forEach(s -> report.row(pod.name(), s.getKey(), s.getValue(), s.getSource()));
        case Answer.Failed<DescribeResponse> failed -> report.failed(failed);
      }
    }
    return report;
  }
}
