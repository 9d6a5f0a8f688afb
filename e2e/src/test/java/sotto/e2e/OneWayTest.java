package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OneWayTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void itsTextHasItsNumber_andThatOfAnotherHasNone() {
    var way = new OneWay("left1");
    way.wrote();
    assertThat(way.number(way.next())).hasValue(1);
    assertThat(new OneWay("left2").number(way.next())).isEmpty();
  }

  @Test
  void longestGap_countsUpToTheEndWhileNothingIsAccepted() {
    var way = new OneWay("left1");
    var now = System.nanoTime();
    assertThat(way.longestGap(now, now + 7 * SECOND)).isEqualTo(7 * SECOND);
  }

  @Test
  void longestGap_reachesBackToTheLastAcceptedBeforeTheSpan() {
    var way = new OneWay("left1");
    way.accepted(0);
    var later = System.nanoTime() + 60 * SECOND;
    assertThat(way.longestGap(later, later + SECOND)).isGreaterThanOrEqualTo(61 * SECOND);
  }

  @Test
  void messageThatIsShownAgain_isCounted() {
    var way = new OneWay("left1");
    way.arrived(0);
    way.arrived(1);
    assertThat(way.arrivedAgainCount()).isZero();
    way.arrived(0);
    assertThat(way.arrivedAgainCount()).isEqualTo(1);
    assertThat(way.arrivedCount()).isEqualTo(3);
  }

  @Test
  void longestWait_isFromWritingToAcceptance_andGoesOnWhileItIsWaitedFor() {
    var way = new OneWay("left1");
    var _ = way.next();
    way.wrote();
    var later = System.nanoTime() + 60 * SECOND;
    assertThat(way.longestWait(later, later + 7 * SECOND)).isGreaterThanOrEqualTo(67 * SECOND);
    way.accepted(0);
    assertThat(way.longestWait(later, later + 7 * SECOND)).isZero();
  }
}
