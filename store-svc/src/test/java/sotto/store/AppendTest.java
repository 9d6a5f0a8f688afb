package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.chat.v1.MismatchedDevices;
import sotto.mailbox.v1.AckRequest;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.DeviceAck;
import sotto.mailbox.v1.StoredAt;
import sotto.mesh.testing.HandClock;

@ContractTest
final class AppendTest {
  @TempDir Path folder;
  private Rig rig;
  private TestAccount bob;

  @BeforeEach
  void open() {
    rig = Rig.open(folder);
    bob = rig.register(1, "bob");
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private static long position(AppendResult result) {
    return result.getAppended().getStored(0).getPosition();
  }

  @Test
  void acceptedEnvelope_isReadAsItWas() throws Exception {
    try (Appender relay = rig.appender()) {
      AppendResult result = relay.one(rig.append(bob, 1));
      assertThat(result.hasAppended()).isTrue();
      assertThat(result.getAppended().getAcceptedAtMs()).isEqualTo(rig.clock.millis());
      var read = rig.read(bob, 1, 0);
      assertThat(read.getDeliveries(0).getPosition()).isEqualTo(position(result));
      assertThat(read.getDeliveries(0).getEnvelope().toStringUtf8()).isEqualTo("envelope 1");
      assertThat(read.getLast()).isEqualTo(position(result));
      assertThat(read.getMore()).isFalse();
    }
  }

  @Test
  void retryAfterLostReply_storesOnce() throws Exception {
    try (Appender relay = rig.appender();
        Appender other = rig.appender()) {
      long first = position(relay.one(rig.append(bob, 1)));
      rig.clock.pass(java.time.Duration.ofSeconds(3));
      AppendResult again = other.one(rig.append(bob, 1));
      assertThat(position(again)).isEqualTo(first);
      assertThat(again.getAppended().getAcceptedAtMs()).isEqualTo(HandClock.START.toEpochMilli());
      assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1");
    }
  }

  @Test
  void retryAfterRestart_storesOnce() throws Exception {
    long first;
    try (Appender relay = rig.appender()) {
      first = position(relay.one(rig.append(bob, 1)));
    }
    rig = rig.reopen();
    try (Appender relay = rig.appender()) {
      assertThat(position(relay.one(rig.append(bob, 1)))).isEqualTo(first);
      assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1");
    }
  }

  @Test
  void sameEnvelopeTwiceInOneBatch_storesOnce() throws Exception {
    try (Appender relay = rig.appender()) {
      List<AppendResult> results =
          relay.ask(rig.append(bob, 1), rig.append(bob, 1), rig.append(bob, 2));
      assertThat(position(results.get(1))).isEqualTo(position(results.get(0)));
      StoredAt next = results.get(2).getAppended().getStored(0);
      assertThat(next.getPrevious()).isEqualTo(position(results.get(0)));
      assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1", "envelope 2");
    }
  }

  @Test
  void sameEnvelopeIdFromAnotherSender_isAnotherEnvelope() throws Exception {
    TestAccount alice = rig.register(2, "alice");
    try (Appender relay = rig.appender()) {
      relay.ask(
          rig.append(bob, 1),
          rig.append(alice.address(DeviceId.FIRST), bob, 1),
          rig.append(bob.address(new DeviceId(2)), bob, 1));
      assertThat(rig.mailbox(bob, 1)).hasSize(3);
    }
  }

  @Test
  void retryAfterAck_isStoredAgain() throws Exception {
    try (Appender relay = rig.appender()) {
      long first = position(relay.one(rig.append(bob, 1)));
      ack(bob, 1, first);
      assertThat(rig.mailbox(bob, 1)).isEmpty();
      assertThat(position(relay.one(rig.append(bob, 1)))).isGreaterThan(first);
    }
  }

  private void ack(TestAccount account, int device, long position) {
    var response =
        rig.mailbox()
            .ack(
                AckRequest.newBuilder()
                    .addAcks(
                        DeviceAck.newBuilder()
                            .setAccountId(Rig.id(account))
                            .setDevice(device)
                            .addPositions(position)
                            .addPositions(12345))
                    .build());
    assertThat(response.getResults(0).hasAcked()).isTrue();
  }

  @Test
  void mismatch_namesAllInOnePassAndStoresNothing() throws Exception {
    rig.addDevice(bob);
    rig.addDevice(bob);
    try (Appender relay = rig.appender()) {
      Append.Builder append = rig.append(bob, 1);
      append.clearDevices();
      append.addDevices(Rig.envelope(1, 1));
      append.addDevices(Rig.envelope(2, 1).toBuilder().setRegistrationId(77));
      append.addDevices(Rig.envelope(9, 1));
      append.addDevices(Rig.envelope(1, 1));
      MismatchedDevices wrong = relay.one(append).getMismatchedDevices();
      assertThat(wrong.getMissingList()).containsExactly(3);
      assertThat(wrong.getExtraList()).containsExactly(9, 1);
      assertThat(wrong.getStaleList()).containsExactly(2);
      assertThat(wrong.getChainSequence()).isEqualTo(2);
      assertThat(rig.count("SELECT COUNT(*) FROM inbox")).isZero();
    }
  }

  @Test
  void newDevice_isMissingFromTheNextAppendOn() throws Exception {
    try (Appender relay = rig.appender()) {
      assertThat(relay.one(rig.append(bob, 1)).hasAppended()).isTrue();
      Append.Builder old = rig.append(bob, 2);
      rig.addDevice(bob);
      assertThat(relay.one(old).getMismatchedDevices().getMissingList()).containsExactly(2);
      assertThat(relay.one(rig.append(bob, 2)).getAppended().getStoredCount()).isEqualTo(2);
    }
  }

  @Test
  void deviceWithoutBundle_isNotMissing() throws Exception {
    rig.addDevice(bob);
    try (Appender relay = rig.appender()) {
      Append.Builder append = rig.append(bob, 1);
      append.removeDevices(1).addWithoutBundle(2);
      AppendResult result = relay.one(append);
      assertThat(result.getAppended().getStoredList())
          .extracting(StoredAt::getDevice)
          .containsExactly(1);
    }
  }

  @Test
  void ownAccount_leavesTheSendingDeviceOut() throws Exception {
    rig.addDevice(bob);
    try (Appender relay = rig.appender()) {
      Append.Builder append = rig.append(bob.address(DeviceId.FIRST), bob, 1);
      assertThat(relay.one(append.clone()).getMismatchedDevices().getExtraList())
          .containsExactly(1);
      append.removeDevices(0);
      assertThat(relay.one(append).hasAppended()).isTrue();
      assertThat(rig.mailbox(bob, 1)).isEmpty();
      assertThat(rig.mailbox(bob, 2)).containsExactly("envelope 1");
    }
  }

  @Test
  void unknownAccount_isUnknownRecipient() throws Exception {
    try (Appender relay = rig.appender()) {
      assertThat(relay.one(rig.append(TestAccount.found(99), 1)).hasUnknownRecipient()).isTrue();
    }
  }

  @Test
  void previousChain_hasNoHoles() throws Exception {
    TestAccount alice = rig.register(2, "alice");
    try (Appender relay = rig.appender()) {
      long start = rig.read(bob, 1, 0).getLast();
      long last = start;
      for (int round = 0; round < 20; round++) {
        List<AppendResult> results =
            relay.ask(
                rig.append(bob, round * 2L),
                rig.append(alice, round),
                rig.append(bob, round * 2L),
                rig.append(bob, round * 2L + 1));
        for (int i : new int[] {0, 3}) {
          StoredAt stored = results.get(i).getAppended().getStored(0);
          assertThat(stored.getPrevious()).isEqualTo(last);
          last = stored.getPosition();
        }
        assertThat(rig.read(bob, 1, last).getLast()).isEqualTo(last);
      }
      assertThat(start & ((1L << 40) - 1)).isZero();
    }
  }

  @Test
  void previousOfADuplicate_neverLooksContinuous() throws Exception {
    try (Appender relay = rig.appender()) {
      relay.ask(rig.append(bob, 1), rig.append(bob, 2), rig.append(bob, 3));
      long first = rig.read(bob, 1, 0).getDeliveries(0).getPosition();
      StoredAt again = relay.one(rig.append(bob, 3)).getAppended().getStored(0);
      assertThat(again.getPosition()).isEqualTo(first + 2);
      assertThat(again.getPrevious()).isEqualTo(first + 1);
    }
  }

  @Test
  void positions_increaseOverRestarts() throws Exception {
    long last = 0;
    for (int start = 0; start < 3; start++) {
      try (Appender relay = rig.appender()) {
        AppendResult result = relay.one(rig.append(bob, start));
        assertThat(position(result)).isGreaterThan(last);
        assertThat(position(result) >>> 40).isEqualTo(result.getEpoch());
        assertThat(result.getAppended().getStored(0).getPrevious())
            .isEqualTo(result.getEpoch() << 40);
        last = position(result);
      }
      rig = rig.reopen();
    }
    assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 0", "envelope 1", "envelope 2");
    assertThat(rig.read(bob, 1, last).getLast()).isGreaterThan(last);
  }

  @Test
  void laneOfAnotherEpoch_isMoved() throws Exception {
    try (Appender relay = rig.appender()) {
      long epoch = relay.one(rig.append(bob, 1)).getEpoch();
      assertThat(relay.one(rig.append(bob, 2).setEpoch(epoch)).hasAppended()).isTrue();
      AppendResult moved = relay.one(rig.append(bob, 3).setEpoch(epoch + 1));
      assertThat(moved.getMoved().getOwner()).startsWith("store-0/");
      assertThat(rig.mailbox(bob, 1)).hasSize(2);
    }
  }

  @Test
  void deletedAccount_isUnknownAndItsMailboxGone() throws Exception {
    try (Appender relay = rig.appender()) {
      relay.one(rig.append(bob, 1));
      Append.Builder next = rig.append(bob, 2);
      bob.delete();
      var response =
          rig.accounts(bob.address(DeviceId.FIRST))
              .appendLink(
                  sotto.account.v1.AppendLinkRequest.newBuilder()
                      .setLink(
                          com.google.protobuf.ByteString.copyFrom(
                              bob.chain().links().getLast().bytes()))
                      .build());
      assertThat(response.hasAppended()).isTrue();
      assertThat(relay.one(next).hasUnknownRecipient()).isTrue();
      assertThat(rig.count("SELECT COUNT(*) FROM inbox")).isZero();
    }
  }

  @Test
  void closedStream_answersAllBeforeItEnds() throws Exception {
    Appender relay = rig.appender();
    for (int i = 0; i < 300; i++) {
      relay.send(rig.append(bob, i));
    }
    relay.close();
    assertThat(relay.end()).isEqualTo("completed");
    for (int i = 0; i < 300; i++) {
      assertThat(relay.next().hasAppended()).isTrue();
    }
    assertThat(rig.count("SELECT COUNT(*) FROM inbox")).isEqualTo(300);
  }
}
