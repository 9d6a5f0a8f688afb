package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import sotto.chain.AccountChain;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.Delivery;
import sotto.chat.v1.ServerFrame.FrameCase;

/// A client that takes and never acks, or does not even read: it gets a window and no more, and
/// nobody else is slower for it (G7).
@ExtendWith(Stage.Given.class)
final class SlowReaderTest {
  private static final int WINDOW = 256;
  private static final int WINDOW_BYTES = 1 << 20;
  private static final Duration QUIET = Duration.ofMillis(700);

  private final Stage stage;

  SlowReaderTest(Stage stage) {
    this.stage = stage;
  }

  @Test
  void clientThatNeverAcks_getsOneWindow_andTheRestAfterItsAcks() {
    try (var wire = stage.wire();
        var sender = RawDevice.registered(wire, stage.freshName("sender"));
        var slow = RawDevice.registered(wire, stage.freshName("slow"));
        var sending = sender.connect(1);
        var stream = slow.connect(1)) {
      var chain = sender.meet(slow.id());
      sendAll(sender, sending, chain, 300, 100);
      var got = drain(stream);
      assertThat(got).hasSize(WINDOW);
      stage.goodPair().exchange();
      assertThat(drain(stream)).as("more without an ack").isEmpty();
      stream.ack(got);
      assertThat(drain(stream)).hasSize(300 - WINDOW);
    }
  }

  @Test
  void largeEnvelopes_areHeldToOneMebibyte() {
    try (var wire = stage.wire();
        var sender = RawDevice.registered(wire, stage.freshName("sender"));
        var slow = RawDevice.registered(wire, stage.freshName("slow"));
        var sending = sender.connect(1);
        var stream = slow.connect(1)) {
      var chain = sender.meet(slow.id());
      sendAll(sender, sending, chain, 24, 90 << 10);
      var got = drain(stream);
      assertThat(bytes(got)).isLessThanOrEqualTo(WINDOW_BYTES);
      assertThat(got).hasSizeGreaterThan(4);
      stream.ack(got);
      var rest = new ArrayList<Delivery>();
      while (got.size() + rest.size() < 24) {
        var more = stream.deliveries(1);
        rest.addAll(more);
        stream.ack(more);
      }
      assertThat(rest).hasSize(24 - got.size());
    }
  }

  @Test
  void clientThatReadsNothing_slowsNobody() {
    try (var wire = stage.wire();
        var other = stage.wire();
        var sender = RawDevice.registered(wire, stage.freshName("sender"));
        var deaf = RawDevice.registered(other, stage.freshName("deaf"));
        var sending = sender.connect(1);
        var stream = new RawStream(other.with(Wire.bearer(deaf.token())), false)) {
      var before = slowestOf(10);
      stream.hello(1);
      stream.read(1);
      stream.await(FrameCase.WELCOME);
      var chain = sender.meet(deaf.id());
      sendAll(sender, sending, chain, 60, 90 << 10);
      var with = slowestOf(10);
      assertThat(with)
          .as("the slowest exchange of a good pair, before it was %s", before)
          .isLessThan(before.multipliedBy(5).plus(Duration.ofSeconds(1)));
      // It may come to its senses: all is still there.
      stream.read(10_000);
      var got = 0;
      while (got < 60) {
        var more = stream.deliveries(1);
        got += more.size();
        stream.ack(more);
      }
      assertThat(got).isEqualTo(60);
    }
  }

  private Duration slowestOf(int exchanges) {
    var slowest = Duration.ZERO;
    for (var i = 0; i < exchanges; i++) {
      var took = stage.goodPair().exchange();
      slowest = took.compareTo(slowest) > 0 ? took : slowest;
    }
    return slowest;
  }

  /// Sends as fast as a lane allows: 32 in flight.
  private static void sendAll(
      RawDevice sender, RawStream stream, AccountChain to, int count, int size) {
    for (var sent = 0; sent < count; ) {
      var some = Math.min(32, count - sent);
      var requests = new ArrayList<Long>();
      for (var i = 0; i < some; i++) {
        var envelope =
            sender.forged(to, CiphertextType.CIPHERTEXT_TYPE_RATCHET, RawDevice.randomBytes(size));
        var frame = sender.to(to, List.of(envelope)).build();
        requests.add(frame.getRequest());
        stream.send(ClientFrame.newBuilder().setSend(frame));
      }
      for (var request : requests) {
        RawDevice.accepted(
            stream
                .await(f -> f.hasSendResult() && f.getSendResult().getRequest() == request)
                .getSendResult());
      }
      sent += some;
    }
  }

  /// What comes until nothing comes any more.
  private static List<Delivery> drain(RawStream stream) {
    var all = new ArrayList<Delivery>();
    while (true) {
      var frame = stream.next(QUIET.toNanos());
      if (frame.isEmpty()) {
        return all;
      }
      if (frame.get().hasDeliver()) {
        all.addAll(frame.get().getDeliver().getDeliveriesList());
      }
    }
  }

  private static long bytes(List<Delivery> deliveries) {
    return deliveries.stream().mapToLong(d -> d.getEnvelope().size()).sum();
  }
}
