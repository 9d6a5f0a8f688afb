package sotto.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class DrainTest {
  private final List<String> closed = Collections.synchronizedList(new ArrayList<>());

  @Test
  void parts_areClosedInReverse() {
    var drain = new Drain(Duration.ofSeconds(10), MonotonicClock.system());
    drain.add("store", () -> closed.add("store"));
    drain.add("relay", () -> closed.add("relay"));
    drain.close();
    drain.close();
    assertThat(closed).containsExactly("relay", "store");
  }

  @Test
  void partThatFailsOrHangs_doesNotKeepTheOthersOpen() {
    var never = new CountDownLatch(1);
    var drain = new Drain(Duration.ofMillis(100), MonotonicClock.system());
    drain.add("store", () -> closed.add("store"));
    drain.add("stuck", never::await);
    drain.add(
        "broken",
        () -> {
          throw new IllegalStateException("on purpose");
        });
    drain.close();
    assertThat(closed).containsExactly("store");
  }
}
