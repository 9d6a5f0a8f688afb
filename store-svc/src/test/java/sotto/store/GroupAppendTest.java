package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.GroupAppend;
import sotto.mailbox.v1.GroupAppendRecipient;
import sotto.mailbox.v1.StoredAt;

/// One envelope for many accounts.
@ContractTest
final class GroupAppendTest {
  @TempDir Path folder;
  private Rig rig;
  private Appender relay;
  private TestAccount alice;
  private TestAccount bob;
  private TestAccount carol;
  private long request;

  @BeforeEach
  void open() {
    rig = Rig.open(folder, c -> Rig.limits(c, 8, 1 << 20));
    relay = rig.appender();
    alice = rig.register(1, "alice");
    bob = rig.register(2, "bob");
    carol = rig.register(3, "carol");
  }

  @AfterEach
  void close() {
    relay.close();
    rig.close();
  }

  private GroupAppend.Builder append(long n, TestAccount... to) {
    DeviceAddress sender = alice.address(DeviceId.FIRST);
    GroupAppend.Builder append =
        GroupAppend.newBuilder()
            .setRequest(++request)
            .setSenderAccountId(ByteString.copyFrom(sender.account().bytes()))
            .setSenderDevice(sender.device().number())
            .setEnvelope(ByteString.copyFromUtf8("envelope " + n));
    for (TestAccount account : to) {
      append.addRecipients(
          GroupAppendRecipient.newBuilder()
              .setAccountId(Rig.id(account))
              .setEnvelopeId(Rig.envelopeId(n))
              .setChainSequence((int) account.chain().sequence()));
    }
    return append;
  }

  private List<AppendResult> send(long n, TestAccount... to) throws InterruptedException {
    return relay.group(append(n, to).build());
  }

  private static List<Integer> devices(AppendResult result) {
    return result.getAppended().getStoredList().stream().map(StoredAt::getDevice).toList();
  }

  @Test
  void envelope_isForEveryDeviceOfEachRecipientButTheSendingOne() throws Exception {
    rig.addDevice(bob);
    rig.addDevice(alice);
    List<AppendResult> results = send(1, bob, alice, carol);
    assertThat(results).allMatch(AppendResult::hasAppended);
    assertThat(results)
        .extracting(GroupAppendTest::devices)
        .containsExactly(List.of(1, 2), List.of(2), List.of(1));
    assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1");
    assertThat(rig.mailbox(bob, 2)).containsExactly("envelope 1");
    assertThat(rig.mailbox(carol, 1)).containsExactly("envelope 1");
    assertThat(rig.mailbox(alice, 2)).containsExactly("envelope 1");
    assertThat(rig.mailbox(alice, 1)).isEmpty();
  }

  @Test
  void senderWithoutOtherDevices_isAcceptedWithNothingStored() throws Exception {
    AppendResult own = send(1, alice).getFirst();
    assertThat(own.hasAppended()).isTrue();
    assertThat(devices(own)).isEmpty();
  }

  @Test
  void envelopes_followInTheChainOfEachDevicesPositions() throws Exception {
    AppendResult first = send(1, bob, carol).getFirst();
    AppendResult second = send(2, bob, carol).getFirst();
    assertThat(second.getAppended().getStored(0).getPrevious())
        .isEqualTo(first.getAppended().getStored(0).getPosition());
    assertThat(rig.mailbox(carol, 1)).containsExactly("envelope 1", "envelope 2");
  }

  @Test
  void anotherChainSequence_isAMismatchForThatRecipientAlone() throws Exception {
    GroupAppend old = append(1, bob, carol).build();
    rig.addDevice(bob);
    List<AppendResult> results = relay.group(old);
    assertThat(results.get(0).getMismatchedDevices().getChainSequence()).isEqualTo(1);
    assertThat(results.get(0).getEpoch()).isPositive();
    assertThat(results.get(1).hasAppended()).isTrue();
    assertThat(rig.mailbox(bob, 1)).isEmpty();
    GroupAppend.Builder whatever = append(2, bob);
    whatever.getRecipientsBuilder(0).clearChainSequence();
    assertThat(devices(relay.group(whatever.build()).getFirst())).containsExactly(1, 2);
  }

  @Test
  void accountThatIsNotThere_isUnknownAndHoldsUpNobody() throws Exception {
    List<AppendResult> results = send(1, bob, TestAccount.found(9), carol);
    assertThat(results.get(1).hasUnknownRecipient()).isTrue();
    assertThat(results.get(0).hasAppended()).isTrue();
    assertThat(results.get(2).hasAppended()).isTrue();
  }

  @Test
  void sameIdsAgain_areStoredOnceAndAnsweredWithTheirFirstPlace() throws Exception {
    List<AppendResult> first = send(1, bob, carol);
    List<AppendResult> again = send(1, carol, bob);
    assertThat(again.get(1).getAppended().getStored(0).getPosition())
        .isEqualTo(first.get(0).getAppended().getStored(0).getPosition());
    assertThat(rig.mailbox(bob, 1)).hasSize(1);
    assertThat(rig.mailbox(carol, 1)).hasSize(1);
  }

  @Test
  void fullMailbox_isRefusedForItselfAndARetryAddsNothingToTheOthers() throws Exception {
    for (int i = 1; i <= 2; i++) {
      assertThat(send(i, bob).getFirst().hasAppended()).isTrue();
    }
    for (int times = 0; times < 2; times++) {
      List<AppendResult> results = send(3, carol, bob);
      assertThat(results.get(0).hasAppended()).isTrue();
      assertThat(results.get(1).hasMailboxFull()).isTrue();
    }
    assertThat(rig.mailbox(carol, 1)).containsExactly("envelope 3");
    assertThat(rig.mailbox(bob, 1)).hasSize(2);
    assertThat(send(2, bob).getFirst().hasAppended()).as("stored before").isTrue();
  }

  @Test
  void dormantDevice_isNamedAndGetsNothing() throws Exception {
    rig.addDevice(bob);
    rig.clock.pass(Duration.ofDays(60));
    rig.connect(bob, 1, 1);
    AppendResult result = send(1, bob).getFirst();
    assertThat(result.getAppended().getDormantDevicesList()).containsExactly(2);
    assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1");
    assertThat(rig.mailbox(bob, 2)).isEmpty();
  }

  @Test
  void largeEnvelope_forMoreThanOneStatementTakes() throws Exception {
    List<TestAccount> many = new ArrayList<>();
    for (int i = 10; i < 60; i++) {
      many.add(rig.register(i, "many" + i));
    }
    ByteString large = Rig.bytes(96 << 10, 1, 1);
    GroupAppend append = append(1, many.toArray(new TestAccount[0])).setEnvelope(large).build();
    assertThat(relay.group(append)).hasSize(50).allMatch(AppendResult::hasAppended);
    for (TestAccount account : many) {
      assertThat(rig.read(account, 1, 0).getDeliveriesList())
          .singleElement()
          .satisfies(d -> assertThat(d.getEnvelope()).isEqualTo(large));
    }
  }
}
