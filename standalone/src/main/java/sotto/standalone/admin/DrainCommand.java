package sotto.standalone.admin;

import java.io.Console;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import sotto.admin.v1.DescribeRequest;
import sotto.admin.v1.DescribeResponse;
import sotto.admin.v1.DrainRequest;
import sotto.admin.v1.DrainResponse;
import sotto.admin.v1.ProcessAdminServiceGrpc;
import sotto.mesh.ConfigException;
import sotto.standalone.Version;

/// `sotto admin drain`.
@Command(
    name = "drain",
    description = {
      "Lets one process leave in order, as SIGTERM does, and waits until it has gone: a relay sends its clients to others, a store gives its buckets back.",
      "",
      "What starts processes (systemd, Kubernetes) may start it again."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footer = {"", Admin.EXITS})
final class DrainCommand implements Callable<Integer> {
  // What a process takes beyond its drain at most, and connections to end.
  private static final Duration SLACK = Duration.ofSeconds(15);
  private static final long LOOK_EVERY_MS = 250;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @ParentCommand
  Admin admin;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Parameters(paramLabel = "POD", description = "HOST:PORT as health shows it.")
  String which;

  @Option(names = "--yes", description = "Does not ask.")
  boolean yes;

  @Override
  public Integer call() {
    return admin.run(this::report);
  }

  private Report report(Fleet fleet) throws IOException {
    var report = new Report("role", "pod", "outcome");
    var pods = fleet.named(which);
    if (pods.size() != 1) {
      throw new ConfigException(which + " is " + pods.size() + " processes: name one, HOST:PORT");
    }
    var pod = pods.getFirst();
    switch (describe(fleet, pod)) {
      case Answer.Failed<DescribeResponse> failed -> report.failed(failed);
      case Answer.Got<DescribeResponse>(_, var is) -> {
        if (sure(pod, is)) {
          drain(fleet, pod, is.getStartedAt(), report);
        } else {
          report.unwell();
          report.row(pod.role().toString(), pod.name(), "left alone");
        }
      }
    }
    return report;
  }

  private static Answer<DescribeResponse> describe(Fleet fleet, Pod pod) {
    return fleet.ask(
        pod,
        ProcessAdminServiceGrpc::newBlockingStub,
        process -> process.describe(DescribeRequest.getDefaultInstance()));
  }

  private boolean sure(Pod pod, DescribeResponse is) {
    if (yes) {
      return true;
    }
    var console =
        Optional.ofNullable(System.console())
            .filter(Console::isTerminal)
            .orElseThrow(() -> new ConfigException("nobody can be asked here: give --yes"));
    @Nullable String answer =
        console.readLine("Let the %s (%s) leave? [y/N] ", pod, HealthCommand.name(is));
    return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
  }

  private static void drain(Fleet fleet, Pod pod, long start, Report report) {
    var answer =
        fleet.ask(
            pod,
            ProcessAdminServiceGrpc::newBlockingStub,
            process -> process.drain(DrainRequest.newBuilder().setStartedAt(start).build()));
    switch (answer) {
      case Answer.Failed<DrainResponse> failed -> report.failed(failed);
      case Answer.Got<DrainResponse>(_, var begun) -> {
        var limit = Duration.ofMillis(begun.getLeaving().getWithinMs()).plus(SLACK);
        if (begun.hasOtherStart()) {
          report.row(pod.role().toString(), pod.name(), "has started anew meanwhile: left alone");
        } else if (hasGone(fleet, pod, start, limit)) {
          report.row(pod.role().toString(), pod.name(), "has gone");
          return;
        } else {
          report.row(
              pod.role().toString(), pod.name(), "is still there after " + limit.toSeconds() + "s");
        }
        report.unwell();
      }
    }
  }

  /// It has gone when it does not answer or is another start.
  private static boolean hasGone(Fleet fleet, Pod pod, long start, Duration limit) {
    var end = System.nanoTime() + limit.toNanos();
    var never = new CountDownLatch(1);
    while (System.nanoTime() < end) {
      if (!(describe(fleet, pod) instanceof Answer.Got<DescribeResponse>(_, var is))
          || is.getStartedAt() != start) {
        return true;
      }
      try {
        var _ = never.await(LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return false;
  }
}
