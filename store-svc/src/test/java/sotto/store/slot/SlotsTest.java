package sotto.store.slot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SlotsTest {
  private static final Duration NO_WAIT = Duration.ZERO;
  private static final Duration LONG = Duration.ofSeconds(30);

  private long now;
  private final Slots slots = new Slots(() -> now);

  private static ByteString address(int number) {
    return ByteString.copyFrom(ByteBuffer.allocate(32).putInt(number).array());
  }

  private static ByteString message(String text) {
    return ByteString.copyFromUtf8(text);
  }

  @Test
  void message_staysUntilItsTenMinutesAreOver() {
    assertThat(slots.get(address(1), NO_WAIT)).isEmpty();
    assertThat(slots.put(address(1), message("hi"))).isEqualTo(Slots.Put.FILLED);
    now += Slots.LIFE.toNanos() - 1;
    assertThat(slots.get(address(1), NO_WAIT)).isEqualTo(message("hi"));
    assertThat(slots.get(address(1), NO_WAIT)).isEqualTo(message("hi"));
    assertThat(slots.get(address(2), NO_WAIT)).isEmpty();
    now += 1;
    assertThat(slots.get(address(1), NO_WAIT)).isEmpty();
  }

  @Test
  void slot_isWrittenOnce_andTheSameAgainIsASuccess() {
    slots.put(address(1), message("hi"));
    assertThat(slots.put(address(1), message("hi"))).isEqualTo(Slots.Put.FILLED);
    assertThat(slots.put(address(1), message("ho"))).isEqualTo(Slots.Put.TAKEN);
    assertThat(slots.get(address(1), NO_WAIT)).isEqualTo(message("hi"));
    now += Slots.LIFE.toNanos();
    assertThat(slots.put(address(1), message("ho"))).isEqualTo(Slots.Put.FILLED);
  }

  @Test
  void whoWaits_isAnsweredByThePut() throws Exception {
    var got = new CompletableFuture<ByteString>();
    var waiter = Thread.startVirtualThread(() -> got.complete(slots.get(address(1), LONG)));
    while (waiter.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    slots.put(address(2), message("for another"));
    slots.put(address(1), message("hi"));
    assertThat(got.get(20, TimeUnit.SECONDS)).isEqualTo(message("hi"));
  }

  @Test
  void waitForNothing_ends() {
    assertThat(slots.get(address(1), Duration.ofMillis(1))).isEmpty();
    assertThat(slots.put(address(1), message("hi"))).isEqualTo(Slots.Put.FILLED);
    assertThat(slots.get(address(1), Duration.ofMillis(1))).isEqualTo(message("hi"));
  }

  @Test
  void bytesAndNumber_areBounded_andCountedDownAgain() {
    ByteString big = ByteString.copyFrom(new byte[1 << 16]);
    int most = (int) (Slots.MOST_BYTES / big.size());
    for (int i = 0; i < most; i++) {
      assertThat(slots.put(address(i), big)).isEqualTo(Slots.Put.FILLED);
    }
    assertThat(slots.put(address(most), message("hi"))).isEqualTo(Slots.Put.FULL);
    now += Slots.LIFE.toNanos();
    for (int i = 0; i < Slots.MOST; i++) {
      assertThat(slots.put(address(i), message("hi"))).isEqualTo(Slots.Put.FILLED);
    }
    assertThat(slots.put(address(Slots.MOST), message("hi"))).isEqualTo(Slots.Put.FULL);
  }
}
