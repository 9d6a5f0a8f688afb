package sotto.relay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import sotto.chat.v1.Delivery;
import sotto.mailbox.v1.ReadResponse;

class DeliveryLoopTest {
  private final RecordingOutlet outlet = new RecordingOutlet();
  private final DeliveryLoop loop = new DeliveryLoop(outlet);

  @Test
  void start_readsTheMailboxFromItsBeginning() {
    loop.start();

    assertThat(outlet.reads).singleElement().matches(read -> read.after() == 0);
  }

  @Test
  void forwardBeforeStart_isLeftToTheFirstRead() {
    assertThat(forward(5, 4)).isEqualTo(Pushed.BEHIND);
    assertThat(outlet.reads).isEmpty();
    assertThat(outlet.batches).isEmpty();
  }

  @Test
  void forwardAfterTheLastPushed_isPushed() {
    live(10);

    assertThat(forward(11, 10)).isEqualTo(Pushed.PUSHED);
    assertThat(outlet.positions()).containsExactly(11L);
  }

  @Test
  void fullWindow_isToldOnce_andAnAckOfWhatWasSentEachTime() {
    live(0);
    for (int i = 1; i <= DeliveryLoop.WINDOW_ENVELOPES; i++) {
      forward(i, i - 1);
    }
    assertThat(outlet.stalls).isZero();
    forward(257, 256);
    loop.wake();
    assertThat(outlet.stalls).isEqualTo(1);

    assertThat(loop.acked(List.of(1L, 1L, 999L))).containsExactly(1L);
    assertThat(outlet.acknowledged).hasSize(1);
    assertThat(outlet.stalls).isEqualTo(1);
  }

  @Test
  void duplicateForward_isIgnored() {
    live(10);
    forward(11, 10);

    assertThat(forward(11, 10)).isEqualTo(Pushed.PUSHED);
    assertThat(outlet.positions()).containsExactly(11L);
    assertThat(outlet.reads).isEmpty();
  }

  @Test
  void chainStartsFromWhatTheReadSays_notFromItsLastRow() {
    loop.start();
    outlet.takeRead();
    loop.page(page(20, false, 7));
    end();

    // A forward that fits the last row would hide what was lost between 7 and 20 (protocol P2).
    assertThat(forward(21, 7)).isEqualTo(Pushed.BEHIND);
    assertThat(outlet.positions()).containsExactly(7L);
    assertThat(outlet.reads).hasSize(1);
  }

  @Test
  void lostForward_opensAHole_thenTheMailboxIsRead() {
    live(10);

    assertThat(forward(12, 11)).isEqualTo(Pushed.BEHIND);
    assertThat(outlet.batches).isEmpty();
    assertThat(outlet.reads).isEmpty();
    loop.holeExpired(outlet.takeHole().orElseThrow());
    end();

    assertThat(outlet.takeRead().orElseThrow().after()).isEqualTo(10);
    loop.page(page(12, false, 11, 12));
    end();
    assertThat(outlet.positions()).containsExactly(11L, 12L);
  }

  @Test
  void fillerOfAHole_pushesBothInOrder_withoutARead() {
    live(10);
    forward(12, 11);

    forward(11, 10);

    assertThat(outlet.positions()).containsExactly(11L, 12L);
    loop.holeExpired(outlet.takeHole().orElseThrow());
    end();
    assertThat(outlet.reads).isEmpty();
  }

  @Test
  void oldHolesTimer_doesNotEndALaterHole() {
    live(10);
    forward(12, 11);
    forward(11, 10);
    forward(14, 13);
    int first = outlet.takeHole().orElseThrow();

    loop.holeExpired(first);
    end();

    assertThat(outlet.reads).isEmpty();
  }

  @Test
  void forwardDuringCatchUp_thatThePageDoesNotCover_isNotMissed() {
    loop.start();
    outlet.takeRead();
    forward(12, 11);

    loop.page(page(10, false, 10));
    end();

    assertThat(outlet.takeRead().orElseThrow().after()).isEqualTo(10);
    loop.page(page(11, false, 11));
    end();
    assertThat(outlet.positions()).containsExactly(10L, 11L, 12L);
  }

  @Test
  void forwardDuringCatchUp_thatContinuesThePage_isPushedWithoutAnotherRead() {
    loop.start();
    outlet.takeRead();
    forward(11, 10);

    loop.page(page(10, false, 10));
    end();

    assertThat(outlet.positions()).containsExactly(10L, 11L);
    assertThat(outlet.reads).isEmpty();
  }

  @Test
  void wakeDuringCatchUp_readsOnceMore() {
    loop.start();
    outlet.takeRead();
    loop.wake();

    loop.page(page(10, false));
    end();

    assertThat(outlet.takeRead().orElseThrow().after()).isEqualTo(10);
  }

  @Test
  void window_isNeverExceeded_byAClientThatNeverAcks() {
    live(0);
    for (long position = 1; position <= 1_000; position++) {
      forward(position, position - 1);
      bounded();
    }
    assertThat(outlet.positions()).hasSize(DeliveryLoop.WINDOW_ENVELOPES);
    assertThat(outlet.reads).isEmpty();
  }

  @Test
  void window_isBoundedInBytes() {
    live(0);
    for (long position = 1; position <= 100; position++) {
      loop.forward(push(position, position - 1, 96 << 10));
      end();
      bounded();
    }
    assertThat(outlet.positions()).hasSize(10);
  }

  @Test
  void acks_makeRoom_andTheMailboxIsReadOn() {
    live(0);
    for (long position = 1; position <= 300; position++) {
      forward(position, position - 1);
    }
    assertThat(outlet.reads).isEmpty();

    loop.acked(LongStream.rangeClosed(1, 100).boxed().toList());
    end();

    var read = outlet.takeRead().orElseThrow();
    assertThat(read.after()).isEqualTo(256);
    assertThat(read.maxEnvelopes()).isLessThanOrEqualTo(100);
  }

  @Test
  void slowClient_buffersNothingBeyondTheWindow_andGetsItWhenReady() {
    live(0);
    outlet.ready = false;
    for (long position = 1; position <= 1_000; position++) {
      forward(position, position - 1);
      bounded();
    }
    assertThat(outlet.batches).isEmpty();

    outlet.ready = true;
    loop.flush();
    assertThat(outlet.positions()).hasSize(DeliveryLoop.WINDOW_ENVELOPES);
  }

  @Test
  void acksOfWhatWasNotSent_doNotMakeRoom() {
    live(0);
    outlet.ready = false;
    for (long position = 1; position <= 256; position++) {
      forward(position, position - 1);
    }

    assertThat(loop.acked(LongStream.rangeClosed(1, 256).boxed().toList())).isEmpty();
    forward(257, 256);

    bounded();
  }

  @Test
  void unknownAcks_areIgnored() {
    live(10);
    forward(11, 10);

    assertThat(loop.acked(List.of(3L, 11L, 11L, -1L, Long.MAX_VALUE))).containsExactly(11L);
  }

  @Test
  void queueEmpty_comesOnce_andOnlyAfterTheBacklogIsAcked() {
    loop.start();
    outlet.takeRead();
    loop.page(page(2, false, 1, 2));
    end();
    forward(3, 2);
    assertThat(outlet.queueEmpties).isZero();

    loop.acked(List.of(2L));
    assertThat(outlet.queueEmpties).isZero();
    loop.acked(List.of(1L));
    assertThat(outlet.queueEmpties).isOne();

    loop.acked(List.of(3L));
    loop.wake();
    outlet.takeRead();
    loop.page(page(3, false));
    end();
    assertThat(outlet.queueEmpties).isOne();
  }

  @Test
  void queueEmpty_waitsForABacklogThatTheClientIsNotReadyFor() {
    outlet.ready = false;
    loop.start();
    outlet.takeRead();
    loop.page(page(1, false, 1));
    end();
    assertThat(outlet.queueEmpties).isZero();

    outlet.ready = true;
    loop.flush();
    loop.acked(List.of(1L));
    assertThat(outlet.queueEmpties).isOne();
  }

  @Test
  void emptyMailbox_isToldAtOnce() {
    live(10);
    assertThat(outlet.queueEmpties).isOne();
  }

  @Test
  void failedRead_isTriedAgain_andTheStreamGoesOn() {
    loop.start();
    outlet.takeRead();

    loop.readFailed();
    assertThat(outlet.reads).isEmpty();
    assertThat(outlet.retries).isOne();
    loop.retry();

    assertThat(outlet.takeRead().orElseThrow().after()).isZero();
  }

  @Test
  void pageWithMoreButNothingInIt_isAFailureAndNoSpin() {
    loop.start();
    outlet.takeRead();

    loop.page(page(0, true));

    assertThat(outlet.reads).isEmpty();
    assertThat(outlet.retries).isOne();
  }

  @Test
  void batches_areAtMost256KiB() {
    loop.start();
    outlet.takeRead();
    var page = ReadResponse.newBuilder().setLast(8);
    for (long position = 1; position <= 8; position++) {
      page.addDeliveries(push(position, 0, 96 << 10).delivery());
    }
    loop.page(page.build());
    end();

    assertThat(outlet.batches)
        .hasSize(4)
        .allMatch(batch ->
            batch.stream().mapToInt(Delivery::getSerializedSize).sum() <= DeliveryLoop.BATCH_BYTES);
  }

  @Test
  void pagesOfABatch_areReadUntilThereIsNoMore() {
    loop.start();
    outlet.takeRead();
    loop.page(page(0, true, 1, 2));
    end();

    assertThat(outlet.takeRead().orElseThrow().after()).isEqualTo(2);
  }

  @Test
  void closedLoop_holdsNothing() {
    live(10);
    loop.close();

    assertThat(forward(11, 10)).isEqualTo(Pushed.NOT_HERE);
    loop.wake();
    assertThat(outlet.reads).isEmpty();
  }

  private void live(long last) {
    loop.start();
    outlet.takeRead();
    loop.page(page(last, false));
    end();
  }

  private Pushed forward(long position, long previous) {
    var pushed = loop.forward(push(position, previous, 10));
    end();
    return pushed;
  }

  private void end() {
    outlet.endTurn(loop);
  }

  private void bounded() {
    assertThat(loop.envelopesKept()).isLessThanOrEqualTo(DeliveryLoop.WINDOW_ENVELOPES);
    assertThat(loop.bytesKept()).isLessThanOrEqualTo(DeliveryLoop.WINDOW_BYTES);
  }

  private static ReadResponse page(long last, boolean more, long... positions) {
    var page = ReadResponse.newBuilder().setLast(last).setMore(more);
    for (long position : positions) {
      page.addDeliveries(push(position, 0, 10).delivery());
    }
    return page.build();
  }

  private static Push push(long position, long previous, int size) {
    return new Push(
        Delivery.newBuilder()
            .setPosition(position)
            .setEnvelope(ByteString.copyFrom(new byte[size]))
            .build(),
        previous);
  }
}
