package sotto.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import sotto.chain.testing.TestAccount;

class AccountChainTest {
  private static final Signer RECOVERY = new Signer.RecoveryKey();
  private static final Signer DEVICE_1 = new Signer.Device(DeviceId.FIRST);

  private final TestAccount alice = TestAccount.found(1);

  private static List<byte[]> bytes(AccountChain chain) {
    return chain.links().stream().map(Link::bytes).toList();
  }

  private static AccountChain read(List<byte[]> links) {
    return ((AccountChain.Extended) AccountChain.of(links)).chain();
  }

  private void refused(Refusal reason, Link link) {
    assertThat(alice.chain().append(link)).isEqualTo(new AccountChain.Refused(reason));
    assertThat(alice.chain().append(link.bytes())).isEqualTo(new AccountChain.Refused(reason));
  }

  @Test
  void accountId_isTheStartOfLinkZerosHash() {
    byte[] hash = alice.chain().links().getFirst().hash().bytes();
    assertThat(hash).startsWith(alice.id().bytes());
    assertThat(alice.chain().sequence()).isZero();
    assertThat(alice.chain().headHash()).isEqualTo(alice.chain().links().getFirst().hash());
  }

  @Test
  void everyKindOfLink_isReadBackFromBytes() {
    DeviceId second = alice.addDevice();
    DeviceId third = alice.addDevice();
    alice.replaceRecoveryKey();
    alice.removeDevice(second);
    AccountChain again = read(bytes(alice.chain()));
    assertThat(again.devices()).isEqualTo(alice.chain().devices());
    assertThat(again.devices())
        .extracting(DeviceEntry::device)
        .containsExactly(DeviceId.FIRST, third);
    assertThat(again.device(second)).isEmpty();
    assertThat(again.recoveryKey()).isEqualTo(alice.chain().recoveryKey());
    assertThat(again.id()).isEqualTo(alice.id());
    assertThat(again.compareWith(alice.chain())).isEqualTo(ChainOrder.EQUAL);
    assertThat(again.nextDevice()).contains(new DeviceId(4));
    alice.delete();
    AccountChain ended = read(bytes(alice.chain()));
    assertThat(ended.ended()).isTrue();
    assertThat(ended.devices()).isEmpty();
  }

  @Test
  void sameBytesAgain_areASuccess() {
    alice.addDevice();
    for (Link link : alice.chain().links()) {
      assertThat(alice.chain().append(link.bytes()))
          .isEqualTo(new AccountChain.AlreadyThere(alice.chain()));
    }
    alice.delete();
    assertThat(alice.chain().append(alice.chain().links().getLast()))
        .isInstanceOf(AccountChain.AlreadyThere.class);
  }

  @Test
  void foundingSignedByOneKeyOnly_isRefused() {
    KeyPair device = alice.keyPair();
    KeyPair recovery = alice.keyPair();
    DeviceEntry template = alice.strangeEntry(DeviceId.FIRST);
    DeviceEntry entry =
        new DeviceEntry(
            DeviceId.FIRST,
            template.identityKey(),
            TestAccount.publicKey(device),
            template.identityProof());
    LinkBody body = LinkBody.found(entry, TestAccount.publicKey(recovery), 5);
    LinkSigner byDevice = LinkSigner.of(device.getPrivate());
    LinkSigner byRecovery = LinkSigner.of(recovery.getPrivate());
    AccountChain.Refused bad = new AccountChain.Refused(Refusal.BAD_SIGNATURE);
    assertThat(AccountChain.found(body.sign(byDevice, byDevice))).isEqualTo(bad);
    assertThat(AccountChain.found(body.sign(byRecovery, byRecovery))).isEqualTo(bad);
    assertThat(AccountChain.found(body.sign(byRecovery, byDevice))).isEqualTo(bad);
    assertThat(AccountChain.found(body.sign(byDevice, byRecovery)))
        .isInstanceOf(AccountChain.Extended.class);
  }

  @Test
  void foundingWithOneKeyForBothPurposes_isRefused() {
    KeyPair device = alice.keyPair();
    DeviceEntry template = alice.strangeEntry(DeviceId.FIRST);
    Ed25519PublicKey key = TestAccount.publicKey(device);
    DeviceEntry entry =
        new DeviceEntry(DeviceId.FIRST, template.identityKey(), key, template.identityProof());
    LinkSigner signer = LinkSigner.of(device.getPrivate());
    assertThat(AccountChain.found(LinkBody.found(entry, key, 5).sign(signer, signer)))
        .isEqualTo(new AccountChain.Refused(Refusal.KEY_USED));
  }

  @Test
  void forgedSigner_isRefused() {
    TestAccount mallory = TestAccount.found(2);
    Change add = new Change.AddDevice(mallory.strangeEntry(new DeviceId(2)));
    refused(Refusal.BAD_SIGNATURE, alice.sign(DEVICE_1, add, mallory.signer(DeviceId.FIRST)));
    refused(Refusal.BAD_SIGNATURE, alice.sign(RECOVERY, add, mallory.recoverySigner()));
    refused(Refusal.BAD_SIGNATURE, alice.sign(RECOVERY, add, alice.signer(DeviceId.FIRST)));
    refused(Refusal.BAD_SIGNATURE, alice.sign(DEVICE_1, add, alice.recoverySigner()));
    refused(
        Refusal.UNKNOWN_SIGNER,
        alice.sign(new Signer.Device(new DeviceId(2)), add, mallory.signer(DeviceId.FIRST)));
  }

  @Test
  void removedDevice_signsNothingMore() {
    DeviceId second = alice.addDevice();
    LinkSigner byTwo = alice.signer(second);
    alice.removeDevice(second);
    refused(
        Refusal.UNKNOWN_SIGNER,
        alice.sign(new Signer.Device(second), new Change.DeleteAccount(), byTwo));
  }

  @Test
  void recoveryKeyReplacement_needsDeviceAndOldKey() {
    Change change = new Change.ReplaceRecoveryKey(TestAccount.publicKey(alice.keyPair()));
    LinkSigner device = alice.signer(DeviceId.FIRST);
    LinkSigner recovery = alice.recoverySigner();
    refused(Refusal.BAD_SIGNATURE, alice.sign(DEVICE_1, change, device, device));
    refused(Refusal.BAD_SIGNATURE, alice.sign(DEVICE_1, change, recovery, recovery));
    refused(Refusal.BAD_SIGNATURE, alice.sign(DEVICE_1, change, recovery, device));
    alice.replaceRecoveryKey();
    refused(Refusal.BAD_SIGNATURE, alice.sign(RECOVERY, new Change.DeleteAccount(), recovery));
  }

  @Test
  void secondLinkAtASequence_isAFork() {
    Link one = alice.sign(RECOVERY, new Change.DeleteAccount(), alice.recoverySigner());
    AccountChain before = alice.chain();
    alice.addDevice();
    AccountChain left = alice.chain();
    AccountChain right = ((AccountChain.Extended) before.append(one)).chain();
    assertThat(left.append(one)).isEqualTo(new AccountChain.Refused(Refusal.SEQUENCE_TAKEN));
    assertThat(left.compareWith(right)).isEqualTo(ChainOrder.FORKS);
    assertThat(right.compareWith(left)).isEqualTo(ChainOrder.FORKS);
    assertThat(left.compareWith(before)).isEqualTo(ChainOrder.EXTENDS);
    assertThat(before.compareWith(left)).isEqualTo(ChainOrder.OLDER);
    assertThat(left.compareWith(TestAccount.found(2).chain())).isEqualTo(ChainOrder.OTHER_ACCOUNT);
    assertThat(left.contains(1, right.headHash())).isFalse();
    assertThat(left.contains(1, left.headHash())).isTrue();
    assertThat(before.contains(1, left.headHash())).isFalse();
  }

  @Test
  void nextSequenceOnAnotherHead_isRefused() {
    TestAccount bob = TestAccount.found(2);
    Link bobs = bob.sign(RECOVERY, new Change.DeleteAccount(), bob.recoverySigner());
    refused(Refusal.WRONG_PREVIOUS, bobs);
    LinkBody moved =
        new LinkBody(1, bob.chain().headHash(), 5, RECOVERY, new Change.DeleteAccount());
    refused(Refusal.WRONG_PREVIOUS, moved.sign(alice.recoverySigner()));
  }

  @Test
  void reorderedTruncatedOrRepeatedLinks_areRefused() {
    alice.addDevice();
    alice.addDevice();
    alice.removeDevice(new DeviceId(2));
    List<byte[]> links = bytes(alice.chain());
    List<byte[]> reordered = new ArrayList<>(links);
    Collections.swap(reordered, 1, 2);
    List<byte[]> repeated = new ArrayList<>(links);
    repeated.add(2, links.get(1));
    List<byte[]> repeatedLast = new ArrayList<>(links);
    repeatedLast.add(links.getLast());
    assertThat(AccountChain.of(reordered))
        .isEqualTo(new AccountChain.Refused(Refusal.SEQUENCE_AHEAD));
    assertThat(AccountChain.of(links.subList(1, 4)))
        .isEqualTo(new AccountChain.Refused(Refusal.NOT_A_FOUNDING));
    assertThat(AccountChain.of(List.of(links.get(0), links.get(2))))
        .isEqualTo(new AccountChain.Refused(Refusal.SEQUENCE_AHEAD));
    assertThat(AccountChain.of(repeated))
        .isEqualTo(new AccountChain.Refused(Refusal.SEQUENCE_TAKEN));
    assertThat(AccountChain.of(repeatedLast))
        .isEqualTo(new AccountChain.Refused(Refusal.SEQUENCE_TAKEN));
    assertThat(AccountChain.of(List.of()))
        .isEqualTo(new AccountChain.Refused(Refusal.NOT_A_FOUNDING));
    assertThat(read(links.subList(0, 3)).compareWith(alice.chain())).isEqualTo(ChainOrder.OLDER);
  }

  @Test
  void otherLinkZero_isRefused() {
    refused(Refusal.NOT_A_FOUNDING, TestAccount.found(2).chain().links().getFirst());
  }

  @Test
  void numbersAndKeys_areNeverGivenTwice() {
    DeviceId second = alice.addDevice();
    DeviceEntry was = alice.chain().device(second).orElseThrow();
    alice.removeDevice(second);
    LinkSigner recovery = alice.recoverySigner();
    DeviceEntry fresh = alice.strangeEntry(new DeviceId(3));
    refused(
        Refusal.DEVICE_NUMBER_USED,
        alice.sign(RECOVERY, new Change.AddDevice(alice.strangeEntry(second)), recovery));
    refused(
        Refusal.KEY_USED,
        alice.sign(
            RECOVERY,
            new Change.AddDevice(
                new DeviceEntry(
                    fresh.device(), was.identityKey(), fresh.authKey(), fresh.identityProof())),
            recovery));
    refused(
        Refusal.KEY_USED,
        alice.sign(
            RECOVERY,
            new Change.AddDevice(
                new DeviceEntry(
                    fresh.device(), fresh.identityKey(), was.authKey(), fresh.identityProof())),
            recovery));
    refused(
        Refusal.KEY_USED,
        alice.sign(
            DEVICE_1,
            new Change.ReplaceRecoveryKey(alice.chain().recoveryKey()),
            alice.signer(DeviceId.FIRST),
            recovery));
  }

  @Test
  void eleventhDevice_isRefused() {
    for (int n = 2; n <= AccountChain.MAX_DEVICES; n++) {
      alice.addDevice();
    }
    refused(
        Refusal.TOO_MANY_DEVICES,
        alice.sign(
            RECOVERY,
            new Change.AddDevice(alice.strangeEntry(new DeviceId(11))),
            alice.recoverySigner()));
  }

  @Test
  void lastDevice_cannotBeRemoved() {
    LinkSigner recovery = alice.recoverySigner();
    refused(
        Refusal.LAST_DEVICE,
        alice.sign(RECOVERY, new Change.RemoveDevice(DeviceId.FIRST), recovery));
    refused(
        Refusal.UNKNOWN_DEVICE,
        alice.sign(RECOVERY, new Change.RemoveDevice(new DeviceId(2)), recovery));
  }

  @Test
  void deletedAccount_takesNoMoreLinks() {
    alice.delete();
    refused(
        Refusal.ENDED,
        alice.sign(
            RECOVERY,
            new Change.AddDevice(alice.strangeEntry(new DeviceId(2))),
            alice.recoverySigner()));
  }

  @Test
  void fullChain_canOnlyBeDeleted() {
    while (alice.chain().links().size() < AccountChain.MAX_LINKS) {
      alice.replaceRecoveryKey();
    }
    refused(
        Refusal.TOO_LONG,
        alice.sign(
            RECOVERY,
            new Change.AddDevice(alice.strangeEntry(new DeviceId(2))),
            alice.recoverySigner()));
    alice.delete();
    assertThat(alice.chain().ended()).isTrue();
  }

  @Test
  void removedDevice_isFormer_withItsKeysAndTheTimeOfItsRemoval_andNoOtherIs() {
    TestAccount alice = TestAccount.found(1);
    DeviceId second = alice.addDevice();
    DeviceEntry entry = alice.chain().device(second).orElseThrow();
    assertThat(alice.chain().former(second)).isEmpty();

    alice.removeDevice(second);
    long removedAt = alice.chain().links().getLast().body().createdAtMillis();
    assertThat(alice.chain().former(second)).contains(new AccountChain.Former(entry, removedAt));
    assertThat(alice.chain().former(DeviceId.FIRST)).isEmpty();
    assertThat(alice.chain().former(new DeviceId(7))).isEmpty();
  }

  @Test
  void accountThatHasEnded_hasFormerDevicesOnly() {
    TestAccount alice = TestAccount.found(1);
    alice.delete();
    assertThat(alice.chain().former(DeviceId.FIRST).orElseThrow().entry())
        .isEqualTo(alice.chain().foundingDevice());
  }
}
