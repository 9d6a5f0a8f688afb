package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import sotto.chain.Bytes;

class PassphraseKeyTest {
  private static final PassphraseKey.Parameters CHEAP =
      new PassphraseKey.Parameters(8 * 1024, 1, 1, Bytes.of(new byte[16]));

  private static Bytes derive(String passphrase, PassphraseKey.Parameters parameters) {
    return Bytes.of(PassphraseKey.derive(passphrase.toCharArray(), parameters));
  }

  @Test
  void key_dependsOnPassphraseSaltAndCost() {
    Bytes key = derive("correct horse \ud83d\udc0e", CHEAP);
    assertThat(key.length()).isEqualTo(32);
    assertThat(derive("correct horse \ud83d\udc0e", CHEAP)).isEqualTo(key);
    assertThat(derive("correct horse", CHEAP)).isNotEqualTo(key);
    byte[] salt = new byte[16];
    salt[0] = 1;
    assertThat(
            derive(
                "correct horse \ud83d\udc0e",
                new PassphraseKey.Parameters(8 * 1024, 1, 1, Bytes.of(salt))))
        .isNotEqualTo(key);
    assertThat(
            derive(
                "correct horse \ud83d\udc0e",
                new PassphraseKey.Parameters(8 * 1024, 2, 1, Bytes.of(new byte[16]))))
        .isNotEqualTo(key);
    assertThat(derive("", CHEAP).length()).isEqualTo(32);
  }

  @Test
  void argon2id_isTheStandardOne() {
    // Computed with the reference implementation: argon2id, v 19, m 8192, t 1, p 1, salt
    // "0123456789abcdef".
    PassphraseKey.Parameters parameters =
        new PassphraseKey.Parameters(
            8 * 1024, 1, 1, Bytes.of("0123456789abcdef".getBytes(StandardCharsets.US_ASCII)));
    assertThat(derive("password", parameters))
        .hasToString("fc96682477a0c5c8274a4a7217e2a32b5fd51511377b8ad5be879f728e725aa5");
  }

  @Test
  void passphrase_isWiped() {
    char[] passphrase = "secret".toCharArray();
    byte[] key = PassphraseKey.derive(passphrase, CHEAP);
    assertThat(passphrase).containsOnly('\0');
    assertThat(key).isNotEqualTo(new byte[32]);
  }

  @Test
  void newStores_getTheirOwnSaltAndAFairCost() {
    SecureRandom random = new SecureRandom();
    PassphraseKey.Parameters one = PassphraseKey.Parameters.forNewStore(random);
    assertThat(one.salt()).isNotEqualTo(PassphraseKey.Parameters.forNewStore(random).salt());
    assertThat(one.memoryKib()).isGreaterThanOrEqualTo(19 * 1024);
    assertThat(one.iterations()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void parametersOutOfBounds_areRefused() {
    Bytes salt = Bytes.of(new byte[16]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PassphraseKey.Parameters(Integer.MAX_VALUE, 1, 1, salt));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PassphraseKey.Parameters(1024, 1, 1, salt));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PassphraseKey.Parameters(8 * 1024, 0, 1, salt));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PassphraseKey.Parameters(8 * 1024, 1, 0, salt));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PassphraseKey.Parameters(8 * 1024, 1, 1, Bytes.of(new byte[8])));
  }
}
