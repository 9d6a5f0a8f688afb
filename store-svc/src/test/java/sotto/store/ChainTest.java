package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.AddDeviceRequest;
import sotto.account.v1.AddDeviceResponse;
import sotto.account.v1.AppendLinkRequest;
import sotto.account.v1.AppendLinkResponse;
import sotto.account.v1.DeviceSeen;
import sotto.account.v1.GetChainRequest;
import sotto.account.v1.GetChainResponse;
import sotto.account.v1.ListDevicesRequest;
import sotto.chain.Change;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chain.Link;
import sotto.chain.testing.TestAccount;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Protocol A1 and L5.
@ContractTest
final class ChainTest {
  private static final DeviceId FIRST = DeviceId.FIRST;

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

  private AddDeviceResponse add(Link link, int registrationId) {
    return rig.accounts()
        .addDevice(
            AddDeviceRequest.newBuilder()
                .setAccountId(Rig.id(bob))
                .setLink(ByteString.copyFrom(link.bytes()))
                .setDevice(Rig.device(registrationId))
                .build());
  }

  private AppendLinkResponse append(DeviceAddress as, Link link) {
    return rig.accounts(as)
        .appendLink(
            AppendLinkRequest.newBuilder().setLink(ByteString.copyFrom(link.bytes())).build());
  }

  private GetChainResponse chain(int from) {
    return rig.accounts()
        .getChain(
            GetChainRequest.newBuilder().setAccountId(Rig.id(bob)).setFromSequence(from).build());
  }

  @Test
  void addedDevice_isInTheChainWithAllThatBelongsToIt() throws Exception {
    DeviceId device = rig.addDevice(bob);
    assertThat(chain(0).getLinksCount()).isEqualTo(2);
    assertThat(chain(1).getLinks(0).toByteArray()).isEqualTo(bob.chain().links().getLast().bytes());
    assertThat(chain(0).getChainSequence()).isEqualTo(1);
    assertThat(rig.count("SELECT COUNT(*) FROM pre_key WHERE device_id = " + device)).isEqualTo(2);
    assertThat(rig.count("SELECT registration_id FROM device WHERE device_id = " + device))
        .isEqualTo(device.number());
  }

  @Test
  void sameLinkAgain_isASuccessAndChangesNothing() throws Exception {
    rig.addDevice(bob);
    Link link = bob.chain().links().getLast();
    rig.addDevice(bob);
    assertThat(add(link, 2).getAppended().getChainSequence()).isEqualTo(2);
    assertThat(rig.count("SELECT COUNT(*) FROM device")).isEqualTo(3);
  }

  @Test
  void loserOfARace_isToldTheSequence() {
    Link one =
        bob.sign(
            TestAccount.device(FIRST),
            new Change.AddDevice(bob.strangeEntry(new DeviceId(2))),
            bob.signer(FIRST));
    Link other =
        bob.sign(
            TestAccount.device(FIRST),
            new Change.AddDevice(bob.strangeEntry(new DeviceId(3))),
            bob.signer(FIRST));
    assertThat(add(one, 2).hasAppended()).isTrue();
    AddDeviceResponse lost = add(other, 3);
    assertThat(lost.getLinkRefused().getReason()).isEqualTo("SEQUENCE_TAKEN");
    assertThat(lost.getLinkRefused().getChainSequence()).isEqualTo(1);
  }

  @Test
  void strangersLink_isRefused() {
    TestAccount mallory = rig.register(2, "mallory");
    Link forged =
        bob.sign(
            TestAccount.device(FIRST),
            new Change.AddDevice(bob.strangeEntry(new DeviceId(2))),
            mallory.signer(FIRST));
    assertThat(add(forged, 2).getLinkRefused().getReason()).isEqualTo("BAD_SIGNATURE");
    assertThat(chain(0).getLinksCount()).isEqualTo(1);
  }

  @Test
  void removedDevice_losesItsMailboxAndKeys() throws Exception {
    DeviceId second = rig.addDevice(bob);
    try (Appender relay = rig.appender()) {
      relay.one(rig.append(bob, 1));
      bob.removeDevice(second);
      assertThat(append(bob.address(FIRST), bob.chain().links().getLast()).hasAppended()).isTrue();
      assertThat(rig.mailbox(bob, 2)).isEmpty();
      assertThat(rig.mailbox(bob, 1)).hasSize(1);
      assertThat(rig.connect(bob, 2, 1).hasRemoved()).isTrue();
      assertThat(rig.count("SELECT COUNT(*) FROM pre_key WHERE device_id = 2")).isZero();
      assertThat(relay.one(rig.append(bob, 2)).hasAppended()).isTrue();
    }
  }

  @Test
  void linkToAnotherAccount_isNotAppendedThere() {
    TestAccount mallory = rig.register(2, "mallory");
    rig.addDevice(bob);
    bob.removeDevice(new DeviceId(2));
    Link link = bob.chain().links().getLast();
    assertThat(append(mallory.address(FIRST), link).hasLinkRefused()).isTrue();
    assertThat(chain(0).getLinksCount()).isEqualTo(2);
  }

  @Test
  void eachCall_takesItsOwnKindsOnly() {
    Link adds =
        bob.sign(
            TestAccount.device(FIRST),
            new Change.AddDevice(bob.strangeEntry(new DeviceId(2))),
            bob.signer(FIRST));
    assertThat(append(bob.address(FIRST), adds).getLinkRefused().getReason())
        .isEqualTo("WRONG_KIND");
    bob.replaceRecoveryKey();
    Link replaces = bob.chain().links().getLast();
    assertThat(add(replaces, 2).getLinkRefused().getReason()).isEqualTo("WRONG_KIND");
    assertThat(append(bob.address(FIRST), replaces).hasAppended()).isTrue();
  }

  @Test
  void callWithoutACaller_isNotAllowed() {
    assertThatThrownBy(() -> rig.accounts().listDevices(ListDevicesRequest.getDefaultInstance()))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.CALLER_NOT_ALLOWED));
  }

  @Test
  void devices_areListedWithTheDayTheyWereSeen() {
    rig.addDevice(bob);
    rig.connect(bob, 2, 1);
    var devices =
        rig.accounts(bob.address(FIRST)).listDevices(ListDevicesRequest.getDefaultInstance());
    assertThat(devices.getDevicesList()).extracting(DeviceSeen::getDevice).containsExactly(1, 2);
    assertThat(devices.getDevices(0).getLastSeenDayMs()).isZero();
    assertThat(devices.getDevices(1).getLastSeenDayMs())
        .isEqualTo(java.time.Instant.parse("2026-06-01T00:00:00Z").toEpochMilli());
  }

  @Test
  void unknownAccount_hasNoChain() {
    var response =
        rig.accounts()
            .getChain(
                GetChainRequest.newBuilder().setAccountId(Rig.id(TestAccount.found(9))).build());
    assertThat(response.getFound()).isFalse();
    assertThat(response.getLinksCount()).isZero();
  }

  @Test
  void addsAtOnce_growOneChain() throws Exception {
    try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks =
          java.util.stream.IntStream.range(2, 8)
              .mapToObj(n ->
                  bob.sign(
                      TestAccount.device(FIRST),
                      new Change.AddDevice(bob.strangeEntry(new DeviceId(n))),
                      bob.signer(FIRST)))
              .map(link -> (java.util.concurrent.Callable<AddDeviceResponse>) () -> add(link, 2))
              .toList();
      int added = 0;
      for (var future : threads.invokeAll(tasks)) {
        added += future.get().hasAppended() ? 1 : 0;
      }
      assertThat(added).isEqualTo(1);
      assertThat(rig.count("SELECT COUNT(*) FROM link")).isEqualTo(2);
    }
  }
}
