package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;

class ProfileKeyTest {
  private static final AccountId ALICE = id(1);
  private static final byte[] PROFILE = "Alice".getBytes(StandardCharsets.UTF_8);

  private final SecureRandom random = new SecureRandom();
  private final ProfileKey key = ProfileKey.generate(random);

  private static AccountId id(int n) {
    byte[] id = new byte[AccountId.LENGTH];
    id[0] = (byte) n;
    return new AccountId(id);
  }

  /// By another implementation of RFC 5869: Python's hmac.
  @Test
  void accessKey_isWhatHkdfMakesOfTheKey() {
    byte[] bytes = new byte[ProfileKey.LENGTH];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    assertThat(HexFormat.of().formatHex(ProfileKey.of(bytes).accessKey().bytes()))
        .isEqualTo("55e319063eec7e339f67a09e629611ab");
    assertThat(ProfileKey.generate(random).accessKey())
        .isNotEqualTo(ProfileKey.generate(random).accessKey());
  }

  @Test
  void sealedProfile_opensForItsAccountAndVersionAlone() {
    byte[] sealed = key.seal(ALICE, 7, PROFILE, random);
    assertThat(key.open(ALICE, 7, sealed)).hasValue(PROFILE);
    assertThat(key.open(id(2), 7, sealed)).isEmpty();
    assertThat(key.open(ALICE, 6, sealed)).isEmpty();
    assertThat(ProfileKey.generate(random).open(ALICE, 7, sealed)).isEmpty();
  }

  @Test
  void everyChangedOrMissingByte_isRefused() {
    byte[] sealed = key.seal(ALICE, 1, PROFILE, random);
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThat(key.open(ALICE, 1, changed)).isEmpty();
      assertThat(key.open(ALICE, 1, java.util.Arrays.copyOf(sealed, i))).isEmpty();
    }
  }

  @Test
  void sizes_sayLittle_andFitWhatServersTake() {
    assertThat(key.seal(ALICE, 1, new byte[0], random))
        .hasSameSizeAs(key.seal(ALICE, 1, new byte[511], random));
    assertThat(key.seal(ALICE, 1, new byte[ProfileKey.MAX_PROFILE], random)).hasSizeLessThan(2048);
  }

  @Test
  void picture_opensWithItsKeyAlone() {
    PictureKey one = PictureKey.generate(random);
    byte[] picture = new byte[100_000];
    random.nextBytes(picture);
    byte[] blob = one.seal(picture, random);
    assertThat(one.open(blob)).hasValue(picture);
    assertThat(PictureKey.of(one.bytes()).open(blob)).hasValue(picture);
    assertThat(PictureKey.generate(random).open(blob)).isEmpty();
    blob[50_000] ^= 1;
    assertThat(one.open(blob)).isEmpty();
    assertThat(one.seal(new byte[PictureKey.MAX_PICTURE], random).length)
        .isEqualTo((int) PictureKey.maxBlob());
  }
}
