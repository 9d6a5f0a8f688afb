package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountChain;
import sotto.chain.Change;
import sotto.chain.DeviceId;
import sotto.chain.LinkBody;
import sotto.chain.Signer;
import sotto.crypto.SafetyCode.Verdict;

class SafetyTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final RecoveryKey aliceRecovery = RecoveryKey.generate(RANDOM);
  private final AccountChain alice =
      FoundAccount.create(aliceRecovery, TestDevice.CLOCK, RANDOM).chain();
  private final AccountChain bob = new TestDevice().chain();

  private static byte[] key(AccountChain chain) {
    return chain.foundingDevice().identityKey().toArray();
  }

  private AccountChain aliceWithAnotherDevice() {
    return ((AccountChain.Extended)
            alice.append(
                LinkBody.next(
                        alice,
                        new Signer.RecoveryKey(),
                        new Change.AddDevice(
                            DeviceKeys.generate(RANDOM).joiningEntry(alice.id(), new DeviceId(2))),
                        1)
                    .sign(aliceRecovery.signer())))
        .chain();
  }

  @Test
  void safetyNumber_isTheSameOnBothSides() {
    SafetyNumber one = SafetyNumber.of(alice.id(), key(alice), bob.id(), key(bob));
    SafetyNumber other = SafetyNumber.of(bob.id(), key(bob), alice.id(), key(alice));
    assertThat(one).isEqualTo(other);
    assertThat(one.digits()).matches("[0-9]{60}");
    assertThat(one.groups()).hasSize(12).allMatch(g -> g.length() == 5);
    assertThat(String.join("", one.groups())).isEqualTo(one.digits());
    assertThat(one.toString()).hasSize(71);
  }

  @Test
  void safetyNumber_changesWithKeyOrAccount() {
    AccountChain carol = new TestDevice().chain();
    SafetyNumber one = SafetyNumber.of(alice.id(), key(alice), bob.id(), key(bob));
    assertThat(SafetyNumber.of(alice.id(), key(alice), bob.id(), key(carol))).isNotEqualTo(one);
    assertThat(SafetyNumber.of(alice.id(), key(alice), carol.id(), key(bob))).isNotEqualTo(one);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SafetyNumber.of(alice.id(), new byte[33], bob.id(), key(bob)));
    assertThatIllegalArgumentException().isThrownBy(() -> new SafetyNumber("12345"));
  }

  @Test
  void scannedCode_matchesWhenBothSeeTheSame() {
    SafetyCode shown = SafetyCode.of(bob, alice);
    SafetyCode scanned = SafetyCode.parse(shown.text()).orElseThrow();
    assertThat(scanned).isEqualTo(shown);
    assertThat(SafetyCode.parse(shown.bytes())).contains(shown);
    assertThat(scanned.compare(alice, bob)).isEqualTo(Verdict.MATCH);
  }

  @Test
  void scannedCode_tellsWhoIsBehind() {
    AccountChain newer = aliceWithAnotherDevice();
    assertThat(SafetyCode.of(bob, alice).compare(newer, bob)).isEqualTo(Verdict.SHOWER_BEHIND);
    assertThat(SafetyCode.of(bob, newer).compare(alice, bob)).isEqualTo(Verdict.SCANNER_BEHIND);
    assertThat(SafetyCode.of(newer, bob).compare(bob, alice)).isEqualTo(Verdict.SCANNER_BEHIND);
    assertThat(SafetyCode.of(alice, bob).compare(bob, newer)).isEqualTo(Verdict.SHOWER_BEHIND);
  }

  @Test
  void scannedCode_tellsAFork() {
    AccountChain left = aliceWithAnotherDevice();
    AccountChain right = aliceWithAnotherDevice();
    assertThat(SafetyCode.of(bob, left).compare(right, bob)).isEqualTo(Verdict.FORKED);
    assertThat(SafetyCode.of(left, bob).compare(bob, right)).isEqualTo(Verdict.FORKED);
  }

  @Test
  void codeOfOthers_isNoMatch() {
    AccountChain mallory = new TestDevice().chain();
    assertThat(SafetyCode.of(mallory, alice).compare(alice, bob)).isEqualTo(Verdict.OTHER_ACCOUNT);
    assertThat(SafetyCode.of(bob, mallory).compare(alice, bob)).isEqualTo(Verdict.OTHER_ACCOUNT);
    assertThat(SafetyCode.of(alice, bob).compare(alice, bob)).isEqualTo(Verdict.OTHER_ACCOUNT);
  }

  @Test
  void whatIsNoCode_isRefused() {
    SafetyCode shown = SafetyCode.of(bob, alice);
    String text = shown.text();
    assertThat(text).matches("[0-9A-Z:]+").hasSize(280);
    assertThat(SafetyCode.parse(text.toLowerCase(Locale.ROOT))).isEmpty();
    assertThat(SafetyCode.parse(text + "A")).isEmpty();
    assertThat(SafetyCode.parse(text.substring(1))).isEmpty();
    assertThat(SafetyCode.parse("")).isEmpty();
    assertThat(SafetyCode.parse(new byte[0])).isEmpty();
    byte[] bytes = shown.bytes();
    assertThat(SafetyCode.parse(Arrays.copyOf(bytes, bytes.length - 1))).isEmpty();
    Random random = new Random(5);
    for (int round = 0; round < 2000; round++) {
      char[] changed = text.toCharArray();
      changed[random.nextInt(changed.length)] = (char) random.nextInt(128);
      SafetyCode.parse(new String(changed))
          .ifPresent(code -> assertThat(code.text()).isEqualTo(new String(changed)));
    }
  }
}
