package sotto.standalone.admin;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import sotto.admin.v1.RetentionProgress;
import sotto.admin.v1.RunRetentionRequest;
import sotto.admin.v1.RunRetentionResponse;
import sotto.admin.v1.StoreAdminServiceGrpc;
import sotto.admin.v1.StoreAdminServiceGrpc.StoreAdminServiceBlockingStub;
import sotto.mesh.Role;
import sotto.standalone.Version;

/// `sotto admin retention`.
@Command(
    name = "retention",
    description =
        "What stores do about old messages by themselves, once a day, and at once when told to.",
    subcommands = RetentionCommand.Run.class,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
final class RetentionCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli sets it
  @ParentCommand
  Admin admin;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "COMMAND is missing: run");
  }

  /// `sotto admin retention run`.
  @Command(
      name = "run",
      description = {
        "Lets every store go through its buckets now: messages whose time is over go, and old ones move to the cold tier, where there is one.",
        "",
        "It ends when all have done so; broken off (Ctrl-C), they stop."
      },
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      sortOptions = false,
      footer = {"", Admin.EXITS})
  static final class Run implements Callable<Integer> {
    private static final Duration LONGEST = Duration.ofHours(12);
    private static final long SHOWN_EVERY_NANOS = Duration.ofSeconds(2).toNanos();

    @SuppressWarnings("NullAway.Init") // picocli sets it
    @ParentCommand
    RetentionCommand parent;

    @Override
    public Integer call() {
      return parent.admin.run(this::report);
    }

    private Report report(Fleet fleet) {
      var report = new Report("store", "buckets", "done", "expired", "cold_steps");
      var answers =
          fleet.ask(
              List.of(fleet.having(Role.STORE)),
              StoreAdminServiceGrpc::newBlockingStub,
              this::run,
              LONGEST);
      for (var answer : answers) {
        switch (answer) {
          case Answer.Got<RunRetentionResponse>(var pod, var end) -> {
            var at = end.getProgress();
            if (end.hasRuns()) {
              report.failed(new Answer.Failed<>(pod, "has a run under way: nothing was done"));
            } else {
              report.row(
                  pod.name(), at.getBuckets(), at.getDone(), at.getExpired(), at.getColdSteps());
            }
          }
          case Answer.Failed<RunRetentionResponse> failed -> report.failed(failed);
        }
      }
      return report;
    }

    private RunRetentionResponse run(StoreAdminServiceBlockingStub store) {
      var last = RunRetentionResponse.getDefaultInstance();
      var shown = System.nanoTime();
      var steps = store.runRetention(RunRetentionRequest.getDefaultInstance());
      while (steps.hasNext()) {
        last = steps.next();
        if (System.nanoTime() - shown > SHOWN_EVERY_NANOS) {
          shown = System.nanoTime();
          show(last.getProgress());
        }
      }
      return last;
    }

    private void show(RetentionProgress at) {
      if (!parent.admin.json()) {
        parent.admin.say(
            "%d of %d buckets, %d expired"
                .formatted(at.getDone(), at.getBuckets(), at.getExpired()));
      }
    }
  }
}
