package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PreKeysTest {
  private static final Instant NOW = TestDevice.NOW;

  @Test
  void preKeys_haveTheSizesOfTheWire() {
    TestDevice device = new TestDevice();
    assertThat(device.signed.publicKey()).hasSize(33);
    assertThat(device.signed.signature()).hasSize(64);
    assertThat(device.lastResort.publicKey()).hasSize(1569);
    assertThat(device.lastResort.signature()).hasSize(64);
    assertThat(device.oneTime.publicKey()).hasSize(33);
    assertThat(device.signed)
        .hasToString("Signed[id 1, " + device.signed.record().length + " bytes]");
  }

  @Test
  void ids_areThoseAskedForAndHave24Bits() {
    assertThat(PreKeys.oneTimeEc(IntStream.range(5, 8)).stream().map(PreKeys.OneTime::id))
        .containsExactly(5, 6, 7);
    DeviceKeys keys = new TestDevice().keys;
    assertThat(PreKeys.oneTimeKyber(keys, IntStream.of(9, 3), NOW).stream().map(PreKeys.Signed::id))
        .containsExactly(9, 3);
    assertThatIllegalArgumentException().isThrownBy(() -> PreKeys.signed(keys, -1, NOW));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PreKeys.lastResortKyber(keys, PreKeys.MAX_ID + 1, NOW));
  }

  @Test
  void oneTimeKeys_areFilledUpBelowTwenty() {
    assertThat(PreKeyPolicy.toMake(100)).isZero();
    assertThat(PreKeyPolicy.toMake(20)).isZero();
    assertThat(PreKeyPolicy.toMake(19)).isEqualTo(81);
    assertThat(PreKeyPolicy.toMake(0)).isEqualTo(100);
    assertThat(PreKeyPolicy.toMake(-1)).isEqualTo(100);
  }

  @Test
  void signedKeys_rotateWeeklyWhateverTheClockDid() {
    assertThat(PreKeyPolicy.rotationDue(NOW, NOW)).isFalse();
    assertThat(PreKeyPolicy.rotationDue(NOW, NOW.plus(Duration.ofDays(7)).minusMillis(1)))
        .isFalse();
    assertThat(PreKeyPolicy.rotationDue(NOW, NOW.plus(Duration.ofDays(7)))).isTrue();
    assertThat(PreKeyPolicy.rotationDue(NOW.plus(Duration.ofDays(365)), NOW)).isTrue();
  }

  @Test
  void replacedKeys_areKeptSixtyDays() {
    assertThat(PreKeyPolicy.forgettable(NOW, NOW.plus(Duration.ofDays(60)).minusMillis(1)))
        .isFalse();
    assertThat(PreKeyPolicy.forgettable(NOW, NOW.plus(Duration.ofDays(60)))).isTrue();
  }
}
