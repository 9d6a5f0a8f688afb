package sotto.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ShardMapTest {
  @Test
  void namesOfShards_areRangesOfBuckets() {
    assertThat(ShardMap.of(List.of("-"))).isEqualTo(ShardMap.ONE);
    assertThat(ShardMap.of(List.of("0"))).isEqualTo(ShardMap.ONE);
    assertThat(ShardMap.of(List.of("80-", "-80")).firstBuckets()).containsExactly(0, 512);
    assertThat(ShardMap.of(List.of("-40", "40-80", "80-c0", "c0-")).firstBuckets())
        .containsExactly(0, 256, 512, 768);
    assertThat(ShardMap.of(List.of("-0040", "0040-80", "80-")).firstBuckets())
        .containsExactly(0, 1, 512);
    assertThat(ShardMap.of(List.of("-8000000000000000", "8000000000000000-")).firstBuckets())
        .containsExactly(0, 512);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0020", "0001", "80000001", "0041"})
  void limitWithinABucket_isRefused(String limit) {
    assertThatThrownBy(() -> ShardMap.of(List.of("-" + limit, limit + "-")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("cuts a bucket in two");
    assertThatThrownBy(() -> ShardMap.of(List.of("-" + limit)))
        .isInstanceOf(StorageException.class);
  }

  @Test
  void nameThatIsNoRange_isRefused() {
    assertThatThrownBy(() -> ShardMap.of(List.of("-80", "customer-")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("customer-");
  }

  @Test
  void shardsOutOfOrderOrWithoutABeginning_areRefused() {
    for (List<Integer> wrong :
        List.of(
            List.<Integer>of(), List.of(1), List.of(0, 0), List.of(0, 5, 3), List.of(0, 1024))) {
      assertThatThrownBy(() -> new ShardMap(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void bucket_isOnTheShardWhoseRangeHasIt() {
    ShardMap map = new ShardMap(List.of(0, 256, 512));
    assertThat(map.shardOf(0)).isZero();
    assertThat(map.shardOf(255)).isZero();
    assertThat(map.shardOf(256)).isEqualTo(1);
    assertThat(map.shardOf(511)).isEqualTo(1);
    assertThat(map.shardOf(1023)).isEqualTo(2);
  }

  @Test
  void groups_stayOnOneShardAndHaveAtMost64() {
    ShardMap map = new ShardMap(List.of(0, 512));
    assertThat(map.groups(List.of(600, 3, 511, 512, 3)))
        .containsExactly(List.of(3, 511), List.of(512, 600));
    List<List<Integer>> all = map.groups(IntStream.range(0, 1024).boxed().toList());
    assertThat(all).hasSize(16).allMatch(group -> group.size() == 64);
    assertThat(all.stream().flatMap(List::stream))
        .containsExactlyElementsOf(IntStream.range(0, 1024).boxed().toList());
    assertThat(map.groups(List.of())).isEmpty();
  }
}
