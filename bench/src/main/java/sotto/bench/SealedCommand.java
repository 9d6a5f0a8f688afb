package sotto.bench;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.SetProfileRequest;
import sotto.bench.report.Ratio;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;

/// `sealed`: messages of which no server knows the sender, beside those with one.
@Command(
    name = "sealed",
    mixinStandardHelpOptions = true,
    description = {
      "Sealed sends, without a token and on channels of their own, beside plain sends of the same"
          + " bytes to recipients of their own: at a rate, and with messages unanswered.",
      "A real sealed message is larger than a plain one by its wrapper (about 500 bytes); --extra"
          + " adds that to the sealed ones."
    })
final class SealedCommand implements Callable<Integer> {
  private static final ByteString KEY = ByteString.copyFrom(new byte[16]);
  private static final int WARM_DEPTH = 4;

  @Mixin private final RunOptions run = new RunOptions();

  @Option(
      names = "--pairs",
      paramLabel = "N",
      defaultValue = "100",
      description = "Senders of each kind, and recipients (default: ${DEFAULT-VALUE}).")
  private int count = 100;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Messages a second (default: ${DEFAULT-VALUE}).")
  private int rate = 1_000;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      defaultValue = "8",
      description = "Messages that each sender has unanswered (default: ${DEFAULT-VALUE}).")
  private int depth = 8;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "Of each figure (default: ${DEFAULT-VALUE}).")
  private int seconds = 10;

  @Option(
      names = "--extra",
      paramLabel = "N",
      defaultValue = "0",
      description = "Bytes that a sealed message is larger (default: ${DEFAULT-VALUE}).")
  private int extra;

  private final PairTables tables = new PairTables();
  private final Compared accepted = new Compared("accepted at the rate, p50 ms");
  private final Compared tail = new Compared("accepted at the rate, p99 ms");
  private final Compared delivered = new Compared("delivered at the rate, p50 ms");
  private final Compared rates = new Compared("messages a second, all unanswered");
  private final Compared micros =
      new Compared("processor µs of the servers a message, at the rate");
  private final Compared full =
      new Compared("processor µs of the servers a message, all unanswered");

  /// A figure of both kinds, one a trial.
  private record Compared(String what, List<Double> plain, List<Double> sealed) {
    Compared(String what) {
      this(what, new ArrayList<>(), new ArrayList<>());
    }

    void add(boolean ofSealed, double value) {
      (ofSealed ? sealed : plain).add(value);
    }

    void into(Table table) {
      double[] ours = array(sealed);
      double[] base = array(plain);
      Ratio ratio = Ratio.of(ours, base);
      table.row(
          what, Ratio.median(ours), Ratio.median(base), ratio.median(), ratio.low(), ratio.high());
    }

    private static double[] array(List<Double> list) {
      return list.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }

  @Override
  public Integer call() throws Exception {
    run.within("--pairs", count, 1, 10_000);
    run.within("--rate", rate, 1, 1_000_000);
    run.within("--in-flight", depth, 1, 32);
    run.within("--seconds", seconds, 1, 3_600);
    run.within("--extra", extra, 0, 4_096);
    run.connecting(4 * count);
    return run.measure(this::measure);
  }

  private void measure(Bench bench) throws Exception {
    try (PairLoad plain = PairLoad.plain(bench, count, run.bytes());
        PairLoad sealed = new PairLoad(bench, openSealed(bench))) {
      if (run.warmUp() > 0) {
        var _ = plain.closed(WARM_DEPTH, (run.warmUp() + 1) / 2);
        var _ = sealed.closed(WARM_DEPTH, (run.warmUp() + 1) / 2);
      }
      for (int trial = 1; trial <= run.trials(); trial++) {
        // In turn, and the other way round the next time.
        boolean sealedFirst = trial % 2 == 0;
        steady(trial, sealedFirst, sealedFirst ? sealed : plain);
        steady(trial, !sealedFirst, sealedFirst ? plain : sealed);
        closed(trial, sealedFirst, sealedFirst ? sealed : plain);
        closed(trial, !sealedFirst, sealedFirst ? plain : sealed);
      }
    }
    Table table =
        new Table(
            "Sealed beside plain",
            "Medians of the trials, and the ratio of each trial's own two figures.",
            new Column("what", 0),
            new Column("sealed", 2),
            new Column("plain", 2),
            new Column("ratio", 3),
            new Column("lowest", 3),
            new Column("highest", 3));
    List.of(accepted, tail, delivered, micros, rates, full).forEach(c -> c.into(table));
    bench.report().add(table);
    tables.into(bench.report());
  }

  private void steady(int trial, boolean ofSealed, PairLoad load) throws Exception {
    var outcome = load.steady(rate, seconds);
    tables.add(trial, (ofSealed ? "sealed, " : "plain, "), outcome);
    accepted.add(ofSealed, outcome.flight().timesToAccepted.millis(50));
    tail.add(ofSealed, outcome.flight().timesToAccepted.millis(99));
    delivered.add(ofSealed, outcome.flight().timesToDelivered.millis(50));
    micros.add(ofSealed, outcome.serverMicros());
  }

  private void closed(int trial, boolean ofSealed, PairLoad load) throws Exception {
    var outcome = load.closed(depth, seconds);
    tables.add(trial, (ofSealed ? "sealed, " : "plain, "), outcome);
    rates.add(ofSealed, outcome.acceptedPerSecond());
    full.add(ofSealed, outcome.serverMicros());
  }

  private List<Pair> openSealed(Bench bench) throws GeneralSecurityException {
    Target target = bench.target();
    Bench.say("registering " + count + " accounts that let sealed messages in");
    List<Person> people = target.register(count);
    Pair.Payload payload = Pair.Payload.sealed(run.bytes() + extra);
    List<Pair> pairs = new ArrayList<>();
    ManagedChannel channel = target.channel(0);
    try {
      for (Person to : people) {
        letIn(channel, to);
        pairs.add(Pair.sealed(target.channel(0), KEY, () -> target.channel(1), to, payload));
      }
    } finally {
      channel.shutdownNow();
    }
    return pairs;
  }

  /// Publishes the hash of the access key with a profile.
  private static void letIn(ManagedChannel channel, Person person) throws GeneralSecurityException {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(KEY.toByteArray());
    Metadata headers = DeviceStream.signedIn(person);
    var answer =
        AccountServiceGrpc.newBlockingStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .setProfile(
                SetProfileRequest.newBuilder()
                    .setVersion(1)
                    .setAccessKeyHash(ByteString.copyFrom(hash))
                    .setProfile(ByteString.copyFrom(new byte[64]))
                    .build());
    if (!answer.hasSet()) {
      throw new CannotMeasure("an access key was not published: " + answer);
    }
  }
}
