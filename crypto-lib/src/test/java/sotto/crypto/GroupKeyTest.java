package sotto.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GroupKeyTest {
  private final SecureRandom random = new SecureRandom();
  private final GroupKey key = GroupKey.generate(random);

  @Test
  void sealedAttributes_openUnderTheirKeyAlone() {
    byte[] sealed = key.seal("Climbers".getBytes(UTF_8), random);
    assertThat(key.open(sealed)).hasValue("Climbers".getBytes(UTF_8));
    assertThat(GroupKey.generate(random).open(sealed)).isEmpty();
  }

  @Test
  void everyChangedOrMissingByte_isRefused() {
    byte[] sealed = key.seal("Climbers".getBytes(UTF_8), random);
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThat(key.open(changed)).isEmpty();
      assertThat(key.open(Arrays.copyOf(sealed, i))).isEmpty();
    }
  }

  @Test
  void sizes_sayLittle() {
    assertThat(key.seal(new byte[1], random)).hasSameSizeAs(key.seal(new byte[511], random));
    assertThatThrownBy(() -> key.seal(new byte[GroupKey.MAX_ATTRIBUTES + 1], random))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void secret_isNotPrinted() {
    assertThat(key.toString()).isEqualTo("GroupKey[32 bytes]");
    assertThat(key).isEqualTo(GroupKey.of(key.bytes())).isNotEqualTo(GroupKey.generate(random));
  }
}
