package sotto.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RateLimitsTest {
  private static final Rate RATE = new Rate(10, Duration.ofSeconds(1));

  private long now = Long.MAX_VALUE - Duration.ofMillis(1500).toNanos();

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @Test
  void burst_isGrantedAndThenRefusedUntilARefill() {
    var bucket = new TokenBucket(RATE, () -> now);
    for (var i = 0; i < 10; i++) {
      assertThat(bucket.take(1)).isEqualTo(Permit.GRANTED);
    }
    assertThat(bucket.take(1)).isEqualTo(new Permit.Refused(Duration.ofMillis(100)));
    pass(Duration.ofMillis(99));
    assertThat(bucket.take(1)).isEqualTo(new Permit.Refused(Duration.ofMillis(1)));
    pass(Duration.ofMillis(1));
    assertThat(bucket.take(1)).isEqualTo(Permit.GRANTED);
    // Past the point where the clock's number wraps around.
    pass(Duration.ofSeconds(1));
    assertThat(bucket.take(10)).isEqualTo(Permit.GRANTED);
    assertThat(bucket.take(1)).isInstanceOf(Permit.Refused.class);
  }

  @Test
  void askedFor_isAnsweredLikeTaken_andTakesNothing() {
    var bucket = new TokenBucket(RATE, () -> now);
    assertThat(bucket.ask(10)).isEqualTo(Permit.GRANTED);
    assertThat(bucket.take(10)).isEqualTo(Permit.GRANTED);
    assertThat(bucket.ask(1)).isEqualTo(new Permit.Refused(Duration.ofMillis(100)));
    assertThat(bucket.take(1)).isEqualTo(new Permit.Refused(Duration.ofMillis(100)));
  }

  @Test
  void givenBack_isThereAgain_andNeverMoreThanABurst() {
    var bucket = new TokenBucket(RATE, () -> now);
    assertThat(bucket.take(8)).isEqualTo(Permit.GRANTED);
    bucket.giveBack(3);
    assertThat(bucket.ask(6)).isInstanceOf(Permit.Refused.class);
    assertThat(bucket.take(5)).isEqualTo(Permit.GRANTED);
    bucket.giveBack(1_000);
    assertThat(bucket.take(10)).isEqualTo(Permit.GRANTED);
    assertThat(bucket.take(1)).isInstanceOf(Permit.Refused.class);
  }

  @Test
  void moreThanABurst_isNeverGranted() {
    var bucket = new TokenBucket(RATE, () -> now);
    assertThat(bucket.take(11)).isInstanceOf(Permit.Refused.class);
    assertThat(bucket.take(10)).isEqualTo(Permit.GRANTED);
  }

  @Test
  void whateverIsAsked_noMoreIsGrantedThanBurstAndRefill() {
    var seed = System.nanoTime();
    var random = new Random(seed);
    for (var run = 0; run < 50; run++) {
      var rate = new Rate(1 + random.nextInt(50), Duration.ofMillis(1 + random.nextInt(5_000)));
      var bucket = new TokenBucket(rate, () -> now);
      var start = now;
      var granted = 0L;
      for (var i = 0; i < 500; i++) {
        pass(Duration.ofNanos(random.nextLong(rate.refill().toNanos() / 4 + 1)));
        var tokens = random.nextInt(rate.burst() + 2);
        switch (bucket.take(tokens)) {
          case Permit.Granted _ -> granted += tokens;
          case Permit.Refused refused -> {
            assertThat(refused.retryAfter()).isPositive();
            if (tokens <= rate.burst() && random.nextInt(4) == 0) {
              pass(refused.retryAfter());
              assertThat(bucket.take(tokens)).as("seed %d", seed).isEqualTo(Permit.GRANTED);
              granted += tokens;
            }
          }
        }
        var most = rate.burst() + (now - start) / rate.perToken();
        assertThat((double) granted).as("seed %d", seed).isLessThanOrEqualTo(most + 1e-6);
      }
    }
  }

  @Test
  void keys_haveTheirOwnBuckets() {
    var limits = new RateLimits<String>(RATE, 100, () -> now);
    assertThat(limits.take("a", 10)).isEqualTo(Permit.GRANTED);
    assertThat(limits.take("a", 1)).isInstanceOf(Permit.Refused.class);
    assertThat(limits.take("b", 10)).isEqualTo(Permit.GRANTED);
  }

  @Test
  void madeUpKeys_areBoundedAndNeverFreeALimitedOne() {
    var limits = new RateLimits<Integer>(RATE, 160, () -> now);
    limits.take(-1, 10);
    var granted = 0;
    for (var key = 0; key < 100_000; key++) {
      granted += limits.take(key, 10) instanceof Permit.Granted ? 1 : 0;
    }
    assertThat(limits.size()).isLessThanOrEqualTo(160);
    // Each remembered key and each part's shared bucket once.
    assertThat(granted).isLessThanOrEqualTo(160 + 16);
    assertThat(limits.take(-1, 1)).isInstanceOf(Permit.Refused.class);
  }

  @Test
  void refilledKeys_makeRoom() {
    var limits = new RateLimits<Integer>(RATE, 16, () -> now);
    for (var key = 0; key < 1_000; key++) {
      limits.take(key, 1);
    }
    pass(Duration.ofSeconds(2));
    for (var key = 10_000; key < 10_100; key++) {
      assertThat(limits.take(key, 10)).isInstanceOf(Permit.class);
    }
    assertThat(limits.size()).isLessThanOrEqualTo(16);
  }

  @Test
  void rate_isReadAsItIsWritten() {
    assertThat(Rate.parse("30/1m")).isEqualTo(new Rate(30, Duration.ofMinutes(1)));
    assertThat(Rate.parse("30/1m")).hasToString("30/1m");
  }
}
