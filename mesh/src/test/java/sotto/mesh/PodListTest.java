package sotto.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PodListTest {
  private static final long SEED = 20_261_128;

  @Test
  void fewOfMany_areTheFirstOfAllRanked() {
    var random = new Random(SEED);
    for (int pods : List.of(0, 1, 2, 3, 7, 40)) {
      PodList list = pods(pods);
      for (int most : List.of(0, 1, 2, 3, 50)) {
        for (int i = 0; i < 200; i++) {
          long key = random.nextLong();
          List<String> all = list.ranked(key);

          assertThat(all).hasSize(pods).containsAll(list.names());
          assertThat(list.ranked(key, most))
              .as("seed %d: %d of %d pods for %d", SEED, most, pods, key)
              .isEqualTo(all.subList(0, Math.min(most, pods)));
        }
      }
    }
  }

  @Test
  void podThatLeaves_movesItsOwnKeysAlone_toThePodThatFollowedIt() {
    var before = pods(12);
    var gone = before.names().get(5);
    var after = new PodList(before.names().stream().filter(name -> !name.equals(gone)).toList());
    var random = new Random(SEED);

    for (int i = 0; i < 2_000; i++) {
      long key = random.nextLong();
      List<String> ranked = before.ranked(key, 2);
      String heir = ranked.getFirst().equals(gone) ? ranked.get(1) : ranked.getFirst();

      assertThat(after.ranked(key, 1)).as("seed %d: %d", SEED, key).containsExactly(heir);
    }
  }

  private static PodList pods(int count) {
    return new PodList(IntStream.range(0, count).mapToObj(i -> "pod" + i + ":7443").toList());
  }
}
