package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import sotto.chain.AccountChain;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.Ping;

/// Two devices that behave, both connected: as long as they can talk the server serves. They ping,
/// for between two uses other tests can take longer than the server bears silence.
final class GoodPair implements AutoCloseable {
  private static final long PING_SECONDS = 20;

  private final Stage stage;
  private final Wire wire;
  private final RawDevice from;
  private final RawDevice to;
  private final RawStream sending;
  private final RawStream receiving;
  private final AccountChain known;
  private final AtomicInteger count = new AtomicInteger();
  private final ScheduledExecutorService pings =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("good pair's pings").daemon().factory());

  private GoodPair(Stage stage) {
    this.stage = stage;
    wire = stage.wire();
    from = RawDevice.registered(wire, stage.freshName("good"));
    to = RawDevice.registered(wire, stage.freshName("well"));
    sending = from.connect(1);
    receiving = to.connect(1);
    known = from.meet(to.id());
    var _ = pings.scheduleAtFixedRate(this::ping, PING_SECONDS, PING_SECONDS, TimeUnit.SECONDS);
  }

  private synchronized void ping() {
    for (var stream : List.of(sending, receiving)) {
      stream.send(ClientFrame.newBuilder().setPing(Ping.newBuilder().setId(1)));
    }
  }

  static GoodPair on(Stage stage) {
    return new GoodPair(stage);
  }

  /// The username of the one that receives.
  String username() {
    return to.username;
  }

  /// Insists that a message arrives as it was sent and that the server logged no stack trace.
  ///
  /// @return how long it took from sending to reading
  synchronized Duration exchange() {
    var began = System.nanoTime();
    var text = "still here " + count.incrementAndGet();
    from.say(sending, known, text);
    var delivered = receiving.deliveries(1);
    assertThat(to.read(delivered.getFirst(), from.chain).getMessage().getText()).isEqualTo(text);
    receiving.ack(delivered);
    var took = Duration.ofNanos(System.nanoTime() - began);
    stage.noTraceLogged();
    return took;
  }

  @Override
  public synchronized void close() {
    pings.shutdownNow();
    sending.close();
    receiving.close();
    wire.close();
  }
}
