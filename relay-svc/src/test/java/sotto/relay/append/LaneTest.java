package sotto.relay.append;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import sotto.chat.v1.MismatchedDevices;
import sotto.chat.v1.RetryInOrder;
import sotto.chat.v1.SendResult;
import sotto.chat.v1.SendResult.OutcomeCase;
import sotto.mailbox.v1.Again;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.Appended;
import sotto.mailbox.v1.Moved;

class LaneTest {
  private static final AppendResult APPENDED =
      AppendResult.newBuilder().setEpoch(7).setAppended(Appended.getDefaultInstance()).build();
  private static final AppendResult MISMATCHED =
      AppendResult.newBuilder()
          .setEpoch(7)
          .setMismatchedDevices(MismatchedDevices.getDefaultInstance())
          .build();
  private static final AppendResult RETRY =
      AppendResult.newBuilder().setRetryInOrder(RetryInOrder.getDefaultInstance()).build();
  private static final AppendResult AGAIN =
      AppendResult.newBuilder().setAgain(Again.getDefaultInstance()).build();
  private static final AppendResult MOVED =
      AppendResult.newBuilder().setMoved(Moved.getDefaultInstance()).build();

  private final RecordingLaneOutlet outlet = new RecordingLaneOutlet();
  private final Lane lane = new Lane(1, outlet);

  @Test
  void sends_leaveInOrder_withoutWaitingForAnswers() {
    offer(1, 1);
    offer(2, 1);
    offer(3, 1);

    assertThat(sent()).containsExactly(1L, 2L, 3L);
  }

  @Test
  void unknownEpoch_isLearnedByOneAppendAlone() {
    outlet.knownEpoch = 0;
    var first = offer(1, 1);
    offer(2, 1);
    assertThat(sent()).containsExactly(1L);

    lane.answered(first, APPENDED);

    assertThat(outlet.sent.getLast()).matches(s -> s.epoch() == 7 && s.outgoing().request() == 2);
  }

  @Test
  void refusal_isTold_andThoseBehindComeBackAsRetryInOrder() {
    var first = offer(1, 1);
    var second = offer(2, 1);

    lane.answered(first, MISMATCHED);
    lane.answered(second, RETRY);
    offer(3, 1);

    assertThat(outcomes())
        .containsExactly(
            OutcomeCase.MISMATCHED_DEVICES, OutcomeCase.RETRY_IN_ORDER, OutcomeCase.RETRY_IN_ORDER);
    assertThat(sent()).containsExactly(1L, 2L);
  }

  @Test
  void raisedGeneration_goesOnAfterARefusal_inAHigherGenerationOfTheStore() {
    var first = offer(1, 1);
    lane.answered(first, MISMATCHED);
    int before = outlet.sent.getLast().generation();

    offer(2, 2);

    assertThat(outlet.sent.getLast().generation()).isGreaterThan(before);
  }

  @Test
  void retryInOrderAheadOfItsCause_waitsForTheCause() {
    var first = offer(1, 1);
    var second = offer(2, 1);

    lane.answered(second, RETRY);
    assertThat(outlet.answers).isEmpty();
    lane.answered(first, MISMATCHED);

    assertThat(outcomes())
        .containsExactlyInAnyOrder(OutcomeCase.MISMATCHED_DEVICES, OutcomeCase.RETRY_IN_ORDER);
    assertThat(outlet.resumesDue).isZero();
  }

  @Test
  void moved_isResentFromTheFirst_whenAllAreAnswered_andTheClientNoticesNothing() {
    var first = offer(1, 1);
    var second = offer(2, 1);
    lane.answered(first, MOVED);
    offer(3, 1);
    assertThat(sent()).containsExactly(1L, 2L);
    lane.answered(second, RETRY);
    assertThat(outlet.resumesDue).isOne();

    lane.resume();
    assertThat(sent()).containsExactly(1L, 2L, 1L, 2L, 3L);
    lane.answered(first, APPENDED);
    lane.answered(second, APPENDED);

    assertThat(outcomes()).containsExactly(OutcomeCase.ACCEPTED, OutcomeCase.ACCEPTED);
  }

  @Test
  void routeThatChangesInMidFlightAndBack_doesNotLetALaterSendOvertake() {
    Appends a = (_, _) -> {};
    Appends b = (_, _) -> {};
    Appends aAgain = (_, _) -> {};
    outlet.stream = a;
    var first = offer(1, 1);
    outlet.stream = b;
    var second = offer(2, 1);
    // The owner is the first pod once more, on another stream, before anything was heard of 1.
    outlet.stream = aAgain;
    var third = offer(3, 1);
    int before = outlet.sent.getFirst().generation();
    assertThat(outlet.sent).allMatch(s -> s.to().equals(a) && s.generation() == before);

    outlet.stream = b;
    lane.broken(first);
    offer(4, 1);
    lane.broken(second);
    assertThat(outlet.sent).hasSize(3);
    lane.broken(third);
    outlet.stream = aAgain;
    lane.resume();

    assertThat(outlet.sent.stream().skip(3))
        .allMatch(s -> s.to().equals(aAgain) && s.generation() > before)
        .extracting(s -> s.outgoing().request())
        .containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void emptyLane_isBoundAnew() {
    lane.answered(offer(1, 1), APPENDED);
    Appends other = (_, _) -> {};
    outlet.stream = other;

    offer(2, 1);

    assertThat(outlet.sent.getLast().to()).isSameAs(other);
  }

  @Test
  void brokenStream_resendsOnlyWhatHadNoAnswer_sameBytesInOrder() {
    var first = offer(1, 1);
    var second = offer(2, 1);
    var third = offer(3, 1);
    lane.answered(first, APPENDED);

    lane.broken(second);
    lane.broken(third);
    lane.resume();

    assertThat(sent()).containsExactly(1L, 2L, 3L, 2L, 3L);
    assertThat(outlet.sent.getLast().outgoing().append()).isSameAs(third.append());
  }

  @Test
  void permanentRefusalWhileOneAheadIsOpen_resendsTheOneAheadOnly() {
    var first = offer(1, 1);
    var second = offer(2, 1);
    var third = offer(3, 1);

    lane.answered(second, MISMATCHED);
    lane.broken(first);
    lane.broken(third);
    assertThat(outcomes())
        .containsExactly(OutcomeCase.MISMATCHED_DEVICES, OutcomeCase.RETRY_IN_ORDER);
    lane.resume();

    assertThat(sent()).containsExactly(1L, 2L, 3L, 1L);
  }

  @Test
  void refusalByTheRelay_refusesWhatComesBehind_butNotWhatWasAhead() {
    var first = offer(1, 1);
    assertThat(lane.refuse(1)).isTrue();
    offer(3, 1);
    lane.answered(first, APPENDED);

    assertThat(outcomes()).containsExactly(OutcomeCase.RETRY_IN_ORDER, OutcomeCase.ACCEPTED);
    assertThat(lane.refuse(1)).isFalse();
  }

  @Test
  void storeThatDoesNotAnswer_endsInUnavailable_andRefusesWhatIsBehind() {
    var first = offer(1, 1);
    offer(2, 1);
    outlet.now = Lane.PATIENCE_MILLIS;
    lane.broken(first);
    lane.broken(outlet.sent.getLast().outgoing());

    assertThat(outcomes()).containsExactly(OutcomeCase.UNAVAILABLE, OutcomeCase.RETRY_IN_ORDER);
  }

  @Test
  void laneOfAGoneClient_sendsNothingMore() {
    var first = offer(1, 1);
    lane.close();

    lane.answered(first, AGAIN);
    lane.resume();

    assertThat(sent()).containsExactly(1L);
    assertThat(outlet.answers).isEmpty();
  }

  private Outgoing offer(long request, int generation) {
    var outgoing = new Outgoing(request, generation, Append.getDefaultInstance(), outlet.now);
    lane.offer(outgoing);
    return outgoing;
  }

  private List<Long> sent() {
    return outlet.sent.stream().map(s -> s.outgoing().request()).toList();
  }

  private List<OutcomeCase> outcomes() {
    return outlet.answers.stream().map(SendResult::getOutcomeCase).toList();
  }
}
