package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DelaysTest {
  private static final long MINUTE = 60_000_000_000L;

  private static OneWay oneDelivered() {
    var way = new OneWay("left1");
    var _ = way.next();
    way.wrote();
    way.accepted(0);
    way.arrived(0);
    return way;
  }

  @Test
  void percentile_isTheSmallestThatSoManyDoNotExceed() {
    var hundred = LongStream.rangeClosed(1, 100).mapToObj(n -> n * 1_000_000).toList();
    assertThat(Delays.percentile(hundred, 50)).isEqualTo(50);
    assertThat(Delays.percentile(hundred, 99)).isEqualTo(99);
    assertThat(Delays.percentile(List.of(7_000_000L), 99)).isEqualTo(7);
    assertThat(Delays.percentile(List.of(), 99)).isZero();
  }

  @Test
  void messageThatWasUnderWayInAFault_isNotOfQuietTimes() {
    var now = System.nanoTime();
    var delays = new Delays(now - MINUTE);
    var way = oneDelivered();
    assertThat(delays.lines(List.of(way)).getFirst()).contains("(1 messages)");
    delays.fault(now - MINUTE, now + MINUTE);
    assertThat(delays.lines(List.of(way)).getFirst()).contains("(0 messages)");
    assertThat(delays.lines(List.of(way)).getLast()).contains("(1 messages)");
  }

  @Test
  void messageOfTheCalibration_isLeftOut() {
    assertThat(new Delays(System.nanoTime() + MINUTE).lines(List.of(oneDelivered())))
        .allMatch(line -> line.contains("(0 messages)"));
  }
}
