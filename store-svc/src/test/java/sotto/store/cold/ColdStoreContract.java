package sotto.store.cold;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.Bytes;

/// What every [ColdStore] must do.
interface ColdStoreContract {
  /// An empty one.
  ColdStore store();

  /// Has the next calls fail; they are not done.
  void cutOff();

  private static SegmentName name(int n) {
    return SegmentName.random(new Random(n));
  }

  private static ByteString bytes(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private static ColdStore.Put put(ColdStore store, int name, ByteString bytes) {
    return store.put(name(name), bytes, Long.MAX_VALUE);
  }

  @Test
  default void segment_isReadAsItWasPut() {
    ByteString largest = bytes(1, Segment.MOST_BYTES);
    assertThat(put(store(), 1, largest)).isEqualTo(ColdStore.Put.KEPT);
    assertThat(put(store(), 2, bytes(2, 1))).isEqualTo(ColdStore.Put.KEPT);
    assertThat(store().get(name(1))).isEqualTo(new ColdStore.Found(largest));
    assertThat(store().get(name(2))).isEqualTo(new ColdStore.Found(bytes(2, 1)));
    assertThat(store().get(name(3))).isEqualTo(new ColdStore.Nothing());
  }

  @Test
  default void sameBytesAgain_areKeptAndOthersUnderTheNameAreNot() {
    assertThat(put(store(), 1, bytes(1, 100))).isEqualTo(ColdStore.Put.KEPT);
    assertThat(put(store(), 1, bytes(1, 100))).isEqualTo(ColdStore.Put.KEPT);
    assertThat(put(store(), 1, bytes(2, 100))).isEqualTo(ColdStore.Put.MISMATCH);
    assertThat(store().get(name(1))).isEqualTo(new ColdStore.Found(bytes(1, 100)));
  }

  @Test
  default void deleted_isGoneAndNothingElse() {
    put(store(), 1, bytes(1, 100));
    put(store(), 2, bytes(2, 100));
    assertThat(store().delete(List.of(name(1), name(3)))).isTrue();
    assertThat(store().delete(List.of(name(1)))).isTrue();
    assertThat(store().get(name(1))).isEqualTo(new ColdStore.Nothing());
    assertThat(store().get(name(2))).isEqualTo(new ColdStore.Found(bytes(2, 100)));
  }

  @Test
  default void whatAnAccountKept_isDeletedAgainAndAgain() {
    var names = List.of(Bytes.of(new byte[32]));
    assertThat(store().deleteKept(new AccountId(1, 2), names)).isTrue();
    assertThat(store().deleteKept(new AccountId(1, 2), names)).isTrue();
  }

  @Test
  default void storeThatDoesNotAnswer_isUnavailableAndThrowsNothing() {
    put(store(), 1, bytes(1, 100));
    cutOff();
    assertThat(put(store(), 2, bytes(2, 100))).isEqualTo(ColdStore.Put.UNAVAILABLE);
    assertThat(store().get(name(1))).isEqualTo(new ColdStore.Unavailable());
    assertThat(store().deleteKept(new AccountId(1, 2), List.of(Bytes.of(new byte[32])))).isFalse();
    assertThat(store().delete(List.of(name(1)))).isFalse();
  }
}
