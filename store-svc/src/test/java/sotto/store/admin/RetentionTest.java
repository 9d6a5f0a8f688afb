package sotto.store.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RetentionTest {
  private final List<String> done = new ArrayList<>();
  private final List<Retention.Progress> told = new ArrayList<>();

  private Retention retention(int... owned) {
    return new Retention(
        bucket -> List.of(owned[0], owned[1]).contains(bucket),
        bucket -> work("sweep", bucket, 3),
        bucket -> work("cool", bucket, 1));
  }

  private int work(String what, int bucket, int much) {
    done.add(what + " " + bucket);
    return much;
  }

  @Test
  void run_goesThroughTheBucketsOfThisStore_andTellsHowFarItIs() {
    assertThat(retention(7, 1023).run(told::add, () -> false)).isTrue();
    assertThat(done).containsExactly("sweep 7", "cool 7", "sweep 1023", "cool 1023");
    assertThat(told)
        .containsExactly(
            new Retention.Progress(0, 2, 0, 0),
            new Retention.Progress(1, 2, 3, 1),
            new Retention.Progress(2, 2, 6, 2));
  }

  @Test
  void run_stopsWhenNobodyWantsIt() {
    assertThat(retention(7, 1023).run(told::add, () -> told.size() > 1)).isTrue();
    assertThat(done).containsExactly("sweep 7", "cool 7");
  }

  @Test
  void secondRun_isRefusedWhileOneIsUnderWay_andOnlyThen() {
    var retention = retention(7, 8);
    var second = new ArrayList<Boolean>();
    assertThat(retention.run(at -> second.add(retention.run(told::add, () -> false)), () -> false))
        .isTrue();
    assertThat(second).containsExactly(false, false, false);
    assertThat(told).isEmpty();
    assertThat(retention.run(told::add, () -> false)).isTrue();
  }
}
