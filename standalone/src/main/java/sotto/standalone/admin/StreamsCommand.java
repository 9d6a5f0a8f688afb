package sotto.standalone.admin;

import io.grpc.Channel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import sotto.admin.v1.ListStreamsRequest;
import sotto.admin.v1.RelayAdminServiceGrpc;
import sotto.admin.v1.RelayAdminServiceGrpc.RelayAdminServiceBlockingStub;
import sotto.admin.v1.StreamStanding;
import sotto.mesh.Role;
import sotto.standalone.Version;

/// `sotto admin streams`.
@Command(
    name = "streams",
    description = {
      "The streams of connected devices: whose, since when, whether it is behind and reads the mailbox, and what was sent and is not acknowledged.",
      "",
      "It never says who writes to whom."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footer = {"", Admin.EXITS})
final class StreamsCommand implements Callable<Integer> {
  private static final int PAGE = 1000;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @ParentCommand
  Admin admin;

  @Option(
      names = "--relay",
      paramLabel = "POD",
      description = "Only of this relay, HOST:PORT as health shows it.")
  @Nullable String relay;

  @Option(
      names = "--most",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many of each relay. Default: ${DEFAULT-VALUE}.")
  int most;

  @Override
  public Integer call() {
    return admin.run(this::report);
  }

  private Report report(Fleet fleet) {
    var report =
        new Report(
            "relay", "account", "device", "since", "behind", "unacked_envelopes", "unacked_bytes");
    var role = fleet.having(Role.RELAY);
    var answers =
        relay == null
            ? fleet.ask(List.of(role), StreamsCommand::stub, this::streams)
            : List.of(fleet.ask(fleet.pod(role, relay), StreamsCommand::stub, this::streams));
    for (var answer : answers) {
      switch (answer) {
        case Answer.Got<Some>(var pod, var some) -> {
          some.streams.forEach(stream -> row(report, pod, stream));
          if (some.more) {
            report.note("the %s has %d streams: --most shows more".formatted(pod, some.all));
          }
        }
        case Answer.Failed<Some> failed -> report.failed(failed);
      }
    }
    return report;
  }

  private static RelayAdminServiceBlockingStub stub(Channel channel) {
    return RelayAdminServiceGrpc.newBlockingStub(channel);
  }

  private record Some(List<StreamStanding> streams, boolean more, long all) {}

  private Some streams(RelayAdminServiceBlockingStub stub) {
    var all = new ArrayList<StreamStanding>();
    var request = ListStreamsRequest.newBuilder();
    while (true) {
      var page = stub.listStreams(request.setMost(Math.clamp(most - all.size(), 1, PAGE)).build());
      all.addAll(page.getStreamsList());
      if (!page.getMore() || page.getStreamsCount() == 0 || all.size() >= most) {
        return new Some(all, page.getMore(), page.getAll());
      }
      request.setAfter(all.getLast().getKey());
    }
  }

  private static void row(Report report, Pod pod, StreamStanding stream) {
    report.row(
        pod.name(),
        HexFormat.of().formatHex(stream.getKey().getAccountId().toByteArray()),
        stream.getKey().getDevice(),
        stream.getSince() == 0 ? Cell.none() : Instant.ofEpochMilli(stream.getSince()),
        stream.getBehind(),
        stream.getUnackedEnvelopes(),
        new Cell.Bytes(stream.getUnackedBytes()));
  }
}
