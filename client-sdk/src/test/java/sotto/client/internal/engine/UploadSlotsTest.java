package sotto.client.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sotto.chain.Bytes;
import sotto.client.internal.store.Attached;
import sotto.crypto.AttachmentKey;
import sotto.crypto.Attachments;

/// Which uploads run side by side.
final class UploadSlotsTest {
  private final UploadSlots slots = new UploadSlots();

  private static Attached.Entry entry(long message, long size) {
    Bytes digest = Bytes.of(new byte[32]);
    return new Attached.Entry(
        message,
        0,
        "a",
        "",
        new AttachmentKey(new byte[32], Attachments.ciphertextSize(size), digest, size, digest),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void largeFiles_leaveSlotsToSmallOnes() {
    assertThat(slots.take(entry(1, UploadSlots.LARGE))).isTrue();
    assertThat(slots.take(entry(2, UploadSlots.LARGE))).isTrue();
    assertThat(slots.take(entry(3, UploadSlots.LARGE))).isFalse();
    assertThat(slots.take(entry(4, 10))).isTrue();
    assertThat(slots.take(entry(5, 10))).isTrue();
    assertThat(slots.take(entry(6, 10))).isFalse();
    slots.free(entry(1, UploadSlots.LARGE));
    assertThat(slots.take(entry(3, UploadSlots.LARGE))).isTrue();
  }

  @Test
  void oneUpload_hasOneSlot() {
    assertThat(slots.take(entry(1, 10))).isTrue();
    assertThat(slots.take(entry(1, 10))).isFalse();
  }

  @Test
  void cancelledMessage_isUnwantedUntilItsSlotIsFree() {
    assertThat(slots.take(entry(1, 10))).isTrue();
    slots.unwanted(1);
    assertThat(slots.wanted(entry(1, 10))).isFalse();
    assertThat(slots.wanted(entry(2, 10))).isTrue();
    slots.free(entry(1, 10));
    assertThat(slots.wanted(entry(1, 10))).isTrue();
  }

  @Test
  void pause_lastsUntilItIsOverOrAConnectionComes() {
    assertThat(slots.paused()).isFalse();
    slots.pause(Duration.ofHours(1));
    assertThat(slots.paused()).isTrue();
    slots.resume();
    assertThat(slots.paused()).isFalse();
  }
}
