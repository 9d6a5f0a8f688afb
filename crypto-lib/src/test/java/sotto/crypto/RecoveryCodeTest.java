package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.RecoveryBytes;
import sotto.chain.RecoverySubject;

final class RecoveryCodeTest {
  private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final AccountId ALICE = new AccountId(new byte[16]);
  private static final AccountId BOB = AccountId.parse("01".repeat(16));

  /// Gives 1, 2, 3 and so on.
  private static final class Counting extends SecureRandom {
    private static final long serialVersionUID = 1;
    private int next = 1;

    @Override
    public void nextBytes(byte[] bytes) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) next++;
      }
    }
  }

  private static RecoveryCode counted() {
    return RecoveryCode.generate(new Counting());
  }

  private static RecoveryCode good(String typed) {
    return switch (RecoveryCode.read(typed)) {
      case RecoveryCode.Good(RecoveryCode code) -> code;
      case RecoveryCode.WrongLength _, RecoveryCode.Mistyped _ ->
          throw new AssertionError("not a code: " + typed);
    };
  }

  @Test
  void code_hasSixtyFourCharactersInGroupsOfFour_andComesBack() {
    for (int i = 0; i < 200; i++) {
      try (RecoveryCode code = RecoveryCode.generate(new SecureRandom())) {
        assertThat(code.text()).matches("([" + ALPHABET + "]{4} ){15}[" + ALPHABET + "]{4}");
        assertThat(good(code.text()).text()).isEqualTo(code.text());
      }
    }
  }

  @Test
  void code_isReadAsPeopleTypeIt() {
    String text = counted().text();
    assertThat(good(text.toLowerCase(Locale.ROOT).replace(' ', '-')).text()).isEqualTo(text);
    assertThat(good(" " + text.replace(" ", "\n") + "\t").text()).isEqualTo(text);
    assertThat(good(text.replace('0', 'o').replace('1', 'l')).text()).isEqualTo(text);
    assertThat(good(text.replace('0', 'O').replace('1', 'I')).text()).isEqualTo(text);
  }

  @Test
  void everyWrongCharacterAndEveryExchangeOfNeighbours_isTold() {
    String text = counted().text().replace(" ", "");
    for (int at = 0; at < text.length(); at++) {
      for (char other : (ALPHABET + "U!é").toCharArray()) {
        if (other != text.charAt(at)) {
          String wrong = text.substring(0, at) + other + text.substring(at + 1);
          assertThat(RecoveryCode.read(wrong)).isInstanceOf(RecoveryCode.Mistyped.class);
        }
      }
      if (at > 0 && text.charAt(at) != text.charAt(at - 1)) {
        String exchanged =
            text.substring(0, at - 1)
                + text.charAt(at)
                + text.charAt(at - 1)
                + text.substring(at + 1);
        assertThat(RecoveryCode.read(exchanged)).isInstanceOf(RecoveryCode.Mistyped.class);
      }
    }
  }

  @Test
  void missingAndDoubledCharacters_areTold() {
    String text = counted().text();
    assertThat(RecoveryCode.read(text.substring(1))).isEqualTo(new RecoveryCode.WrongLength(63));
    assertThat(RecoveryCode.read(text + "A")).isEqualTo(new RecoveryCode.WrongLength(65));
    assertThat(RecoveryCode.read("")).isEqualTo(new RecoveryCode.WrongLength(0));
  }

  /// Computed with another implementation of HKDF and SHA-256: codes outlive programs.
  @Test
  void codeAndItsKeys_areTheOnesThatWereWrittenDown() throws Exception {
    RecoveryCode code = counted();
    assertThat(code.text())
        .isEqualTo(
            "0410 6105 0R3G G28A 1C60 T3GF 208H 44RM 2MB1 E60S 38DH R78Y 3WG2 28H3 4GJN 5ZGS");
    assertThat(HexFormat.of().formatHex(code.authenticationKey().publicKey().bytes()))
        .isEqualTo("9fe673c8ee2f418fd3fdcca8902b0ae1086d5eb0d8c55e655321c4944c7fddc6");
    byte[] sealed =
        code.backupKey()
            .seal(ALICE, "manifest".getBytes(StandardCharsets.UTF_8), new SecureRandom());
    assertThat(HexFormat.of().formatHex(code.backupKey().manifestKeyBytes(ALICE)))
        .isEqualTo("b6f8d739decfd802df7b2d284b8712be47203a713d4296994208d12a0fa125dd");
    assertThat(good(code.text()).backupKey().open(ALICE, sealed)).asString().isEqualTo("manifest");
  }

  @Test
  void signature_isForOneServerChallengeAndSubject() {
    byte[] challenge = new byte[16];
    RecoverySubject subject = new RecoverySubject.OfName("alice");
    try (RecoveryAuthenticationKey key = counted().authenticationKey()) {
      byte[] signature = key.sign("here", challenge, subject);
      assertThat(key.publicKey().verifies(RecoveryBytes.of("here", challenge, subject), signature))
          .isTrue();
      for (byte[] other :
          java.util.List.of(
              RecoveryBytes.of("there", challenge, subject),
              RecoveryBytes.of("here", new byte[17], subject),
              RecoveryBytes.of("here", challenge, new RecoverySubject.OfAccount(ALICE)))) {
        assertThat(key.publicKey().verifies(other, signature)).isFalse();
      }
    }
  }

  @Test
  void manifest_opensForItsAccountAndKeyAlone() throws Exception {
    SecureRandom random = new SecureRandom();
    byte[] manifest = new byte[BackupKey.MAX_MANIFEST];
    random.nextBytes(manifest);
    try (BackupKey key = counted().backupKey();
        BackupKey other = RecoveryCode.generate(random).backupKey()) {
      byte[] sealed = key.seal(ALICE, manifest, random);
      assertThat(sealed.length).isLessThanOrEqualTo(64 * 1024);
      assertThat(key.open(ALICE, sealed)).isEqualTo(manifest);
      assertThatThrownBy(() -> key.open(BOB, sealed)).isInstanceOf(AttachmentDamaged.class);
      assertThatThrownBy(() -> other.open(ALICE, sealed)).isInstanceOf(AttachmentDamaged.class);
      for (int at : new int[] {0, 15, 16, 100, sealed.length - 1}) {
        byte[] changed = sealed.clone();
        changed[at] ^= 1;
        assertThatThrownBy(() -> key.open(ALICE, changed)).isInstanceOf(AttachmentDamaged.class);
      }
      for (int length : new int[] {0, 15, 16, 17, sealed.length - 1}) {
        assertThatThrownBy(() -> key.open(ALICE, Arrays.copyOf(sealed, length)))
            .isInstanceOf(AttachmentDamaged.class);
      }
    }
  }

  @Test
  void closed_nothingWorksAndNothingIsPrinted() {
    RecoveryCode code = counted();
    RecoveryAuthenticationKey signing = code.authenticationKey();
    BackupKey backup = code.backupKey();
    assertThat(code + " " + signing + " " + backup)
        .isEqualTo(
            "RecoveryCode[64 characters] RecoveryAuthenticationKey[32 bytes] BackupKey[32 bytes]");
    code.close();
    signing.close();
    backup.close();
    assertThatThrownBy(code::text).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(code::backupKey).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(
            () -> signing.sign("here", new byte[16], new RecoverySubject.OfAccount(ALICE)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> backup.open(ALICE, new byte[100]))
        .isInstanceOf(IllegalStateException.class);
  }
}
