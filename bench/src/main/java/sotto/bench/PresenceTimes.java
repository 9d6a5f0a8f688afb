package sotto.bench;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.bench.report.Report;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.PresenceUpdate;
import sotto.chat.v1.Publish;
import sotto.chat.v1.ServerFrame;
import sotto.chat.v1.Watch;

/// How long it takes until a device at relay 1 sees that an account at relay 0 has come, and that
/// relay 0 was killed with it. Milliseconds: from the first packet of the connection, and from the
/// frame that publishes, to *online*; from `kill -9` to *offline*.
final class PresenceTimes {
  private static final int WAIT_SECONDS = 60;
  private static final double MILLI = 1e6;
  // Streams of another, so that the time is not that of a relay's first steps.
  private static final int WARM_UPS = 30;
  private static final ByteString ACCESS_KEY = ByteString.copyFrom(new byte[16]);

  private final MeshUnderTest mesh;
  private final Person watched;
  private final Person other;
  private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();

  private final Table table =
      new Table(
          "How soon presence is seen at another relay",
          "Milliseconds. Connecting includes TCP, TLS and the welcome, at a relay that has opened"
              + " thirty streams before.",
          new Column("trial", 0),
          new Column("connect to online", 0),
          new Column("publish to online", 0),
          new Column("kill -9 to offline", 0));

  private record Seen(boolean online, long nanos) {}

  private PresenceTimes(MeshUnderTest mesh, Person watched, Person other) {
    this.mesh = mesh;
    this.watched = watched;
    this.other = other;
  }

  /// `presence-times`.
  @Command(
      name = "presence-times",
      mixinStandardHelpOptions = true,
      description =
          "From connecting to *online*, and from the death of a relay to *offline*, seen at another relay.")
  static final class Asked implements Callable<Integer> {
    @Option(
        names = "--profile",
        paramLabel = "NAME",
        defaultValue = "MYSQL",
        description = "The mesh's database: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private StackUnderTest.Profile profile = StackUnderTest.Profile.MYSQL;

    @Mixin private final ReportOptions reporting = new ReportOptions();

    @Override
    public Integer call() throws Exception {
      return reporting.measure(this::measure);
    }

    private void measure(Report report) throws Exception {
      try (MeshUnderTest mesh = MeshUnderTest.up(profile);
          var pings = Executors.newScheduledThreadPool(1)) {
        report.conditions().put("measured", mesh.described());
        List<Person> people = mesh.register(3);
        PresenceTimes times = new PresenceTimes(mesh, people.get(0), people.get(2));
        DeviceStream watcher =
            DeviceStream.opened(() -> mesh.channel(1), people.get(1), times::watching).join();
        var _ = pings.scheduleAtFixedRate(watcher::ping, 20, 20, TimeUnit.SECONDS);
        watcher.send(
            ClientFrame.newBuilder()
                .setPresence(
                    PresenceUpdate.newBuilder()
                        .addWatch(
                            Watch.newBuilder()
                                .setAccountId(people.get(0).id())
                                .setAccessKey(ACCESS_KEY)))
                .build());
        times.await(false);
        for (int i = 1; i <= reporting.trials(); i++) {
          if (i > 1) {
            mesh.start(0, "-Xmx384m -XX:+UseSerialGC");
          }
          times.once(i);
        }
        pings.shutdownNow();
        watcher.close();
        report.add(times.table);
      }
    }
  }

  private void once(int number) throws IOException, InterruptedException, GeneralSecurityException {
    for (int i = 0; i < WARM_UPS; i++) {
      DeviceStream.open(mesh.channel(0), other, _ -> {}).join().close();
    }
    ManagedChannel channel = mesh.channel(0);
    long connecting = System.nanoTime();
    DeviceStream stream = DeviceStream.open(channel, watched, _ -> {}).join();
    long publishing = System.nanoTime();
    stream.send(
        ClientFrame.newBuilder()
            .setPresence(
                PresenceUpdate.newBuilder()
                    .setPublish(
                        Publish.newBuilder()
                            .setVisible(true)
                            .addAccessKeyHashes(
                                ByteString.copyFrom(
                                    MessageDigest.getInstance("SHA-256")
                                        .digest(ACCESS_KEY.toByteArray())))))
            .build());
    long online = await(true);
    Thread.sleep(2_000); // so that it is a stream of some age that dies
    long killed = mesh.kill(0);
    long offline = await(false);
    table.row(
        number,
        (online - connecting) / MILLI,
        (online - publishing) / MILLI,
        (offline - killed) / MILLI);
    stream.close();
  }

  private void watching(ServerFrame frame) {
    long now = System.nanoTime();
    for (var event : frame.getPresence().getEventsList()) {
      if (event.getAccountId().equals(watched.id())) {
        seen.add(new Seen(event.getOnline(), now));
      }
    }
  }

  private long await(boolean online) throws InterruptedException {
    while (true) {
      Seen next = seen.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new IllegalStateException("never seen " + (online ? "online" : "offline"));
      }
      if (next.online() == online) {
        return next.nanos();
      }
    }
  }
}
