package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static Verdict judge(List<Integer> accepted, List<Integer> history, List<Integer> shown) {
    var numbers = new BitSet();
    accepted.forEach(numbers::set);
    return Verdict.of("a to b", numbers, history, shown);
  }

  @Test
  void acceptedOnesAllThereOnceInOrder_isGood() {
    var verdict = judge(List.of(0, 1, 2), List.of(0, 1, 2), List.of(0, 1, 2));
    assertThat(verdict).isEqualTo(new Verdict(3, 3, 0, 0, 0, List.of()));
    assertThat(verdict.complaint()).isEmpty();
  }

  @Test
  void acceptedOneThatTheReceiverLacks_isLost() {
    var verdict = judge(List.of(0, 1, 2), List.of(0, 2), List.of(0, 2));
    assertThat(verdict).isEqualTo(new Verdict(3, 2, 1, 0, 0, List.of("a to b: message 1 is lost")));
    assertThat(verdict.complaint()).contains("1 lost, 0 doubled, 0 out of order");
  }

  @Test
  void oneThatWasNeverAccepted_mayBeThereAndMayNot() {
    assertThat(judge(List.of(0), List.of(0, 1), List.of(0, 1)).good()).isTrue();
    assertThat(judge(List.of(0), List.of(0), List.of(0)).good()).isTrue();
  }

  @Test
  void oneThatWasNeverAcceptedButIsThereTwice_isADuplicate() {
    assertThat(judge(List.of(0), List.of(0, 1, 1), List.of(0, 1)).duplicates()).isEqualTo(1);
  }

  @Test
  void oneThatWasShownTwice_isADuplicate_alsoIfTheHistoryHasItOnce() {
    assertThat(judge(List.of(0, 1), List.of(0, 1), List.of(0, 1, 0)).duplicates()).isEqualTo(1);
  }

  @Test
  void oneThatCameBehindALaterOne_isOutOfOrder_inHistoryOrAsShown() {
    assertThat(judge(List.of(0, 1), List.of(1, 0), List.of(0, 1)).disordered()).isEqualTo(1);
    assertThat(judge(List.of(0, 1), List.of(0, 1), List.of(1, 0)).disordered()).isEqualTo(1);
  }
}
