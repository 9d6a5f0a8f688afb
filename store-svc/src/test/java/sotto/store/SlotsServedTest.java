package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.GetSlotRequest;
import sotto.account.v1.PutSlotRequest;
import sotto.account.v1.PutSlotResponse;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.store.slot.Slots;

/// Provisioning slots as they are served (protocol C2).
@ContractTest
final class SlotsServedTest {
  @TempDir Path folder;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = Rig.open(folder);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private PutSlotResponse put(byte[] address, String message) {
    return rig.accounts()
        .putSlot(
            PutSlotRequest.newBuilder()
                .setAddress(ByteString.copyFrom(address))
                .setMessage(ByteString.copyFromUtf8(message))
                .build());
  }

  private String get(byte[] address, int wait) {
    return rig.accounts()
        .getSlot(
            GetSlotRequest.newBuilder()
                .setAddress(ByteString.copyFrom(address))
                .setWaitMs(wait)
                .build())
        .getMessage()
        .toStringUtf8();
  }

  @Test
  void message_isThereForTenMinutes_andWrittenOnce() {
    byte[] address = new byte[32];
    assertThat(get(address, 0)).isEmpty();
    assertThat(put(address, "hi").hasFilled()).isTrue();
    assertThat(put(address, "hi").hasFilled()).isTrue();
    assertThat(put(address, "ho").hasTaken()).isTrue();
    assertThat(get(address, 10_000)).isEqualTo("hi");
    rig.clock.pass(Slots.LIFE);
    assertThat(get(address, 0)).isEmpty();
  }

  @Test
  void whatIsOutOfBounds_isRefused() {
    for (int length : new int[] {0, 16, 31, 33}) {
      assertThatThrownBy(() -> put(new byte[length], "hi"))
          .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.FIELD_OUT_OF_BOUNDS));
      assertThatThrownBy(() -> get(new byte[length], 0))
          .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.FIELD_OUT_OF_BOUNDS));
    }
    assertThatThrownBy(() -> put(new byte[32], ""))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.FIELD_OUT_OF_BOUNDS));
    assertThatThrownBy(() -> put(new byte[32], "x".repeat(65_537)))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.FIELD_OUT_OF_BOUNDS));
    assertThatThrownBy(() -> get(new byte[32], 10_001))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.FIELD_OUT_OF_BOUNDS));
  }

  @Test
  void slotsAreForgotten_whenTheStoreRestarts() {
    byte[] address = new byte[32];
    put(address, "hi");
    rig.clock.pass(Duration.ofSeconds(1));
    rig = rig.reopen();
    assertThat(get(address, 0)).isEmpty();
    assertThat(put(address, "ho").hasFilled()).isTrue();
  }
}
