package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.keys.v1.Bundle;
import sotto.keys.v1.CountPreKeysRequest;
import sotto.keys.v1.GetBundlesRequest;
import sotto.keys.v1.GetBundlesResponse;
import sotto.keys.v1.UploadPreKeysRequest;
import sotto.keys.v1.UploadPreKeysResponse;
import sotto.proto.Reason;
import sotto.proto.Statuses;

@ContractTest
final class KeysTest {
  @TempDir Path folder;
  private Rig rig;
  private TestAccount bob;
  private DeviceAddress device;

  @BeforeEach
  void open() {
    rig = Rig.open(folder);
    bob = rig.register(1, "bob");
    device = bob.address(DeviceId.FIRST);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private static UploadPreKeysRequest.Builder upload(int from, int to) {
    UploadPreKeysRequest.Builder upload = UploadPreKeysRequest.newBuilder();
    for (int id = from; id < to; id++) {
      upload.addOneTimePreKeys(Rig.oneTimeKey(id, id));
      upload.addOneTimeKyberPreKeys(Rig.kyberKey(id, id));
    }
    return upload;
  }

  private UploadPreKeysResponse send(UploadPreKeysRequest.Builder upload) {
    return rig.keys(device).uploadPreKeys(upload.build());
  }

  private Bundle fetch() {
    GetBundlesResponse response =
        rig.keys().getBundles(GetBundlesRequest.newBuilder().setAccountId(Rig.id(bob)).build());
    assertThat(response.getBundles().getBundlesCount()).isEqualTo(1);
    return response.getBundles().getBundles(0);
  }

  @Test
  void bundle_isWhatTheDeviceUploaded() {
    send(upload(10, 11));
    Bundle bundle = fetch();
    assertThat(bundle.getDevice()).isEqualTo(1);
    assertThat(bundle.getRegistrationId()).isEqualTo(1);
    assertThat(bundle.getIdentityKey().toByteArray())
        .isEqualTo(bob.chain().foundingDevice().identityKey().toArray());
    assertThat(bundle.getSignedPreKey()).isEqualTo(Rig.ecKey(1, 1));
    assertThat(bundle.getOneTimePreKey()).isEqualTo(Rig.oneTimeKey(10, 10));
    assertThat(bundle.getKyberPreKey()).isEqualTo(Rig.kyberKey(10, 10));
  }

  @Test
  void withoutOneTimeKeys_theLastResortKeyIsGivenAgainAndAgain() {
    for (int i = 0; i < 3; i++) {
      Bundle bundle = fetch();
      assertThat(bundle.hasOneTimePreKey()).isFalse();
      assertThat(bundle.getKyberPreKey()).isEqualTo(Rig.kyberKey(1, 1));
    }
  }

  @Test
  void keysFetchedByManyAtOnce_areGivenOnceEach() throws Exception {
    send(upload(0, 100));
    List<Integer> ec = new ArrayList<>();
    List<Integer> kyber = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Bundle>> tasks = new ArrayList<>();
      IntStream.range(0, 100).forEach(i -> tasks.add(this::fetch));
      for (var future : threads.invokeAll(tasks)) {
        ec.add(future.get().getOneTimePreKey().getId());
        kyber.add(future.get().getKyberPreKey().getId());
      }
    }
    assertThat(ec).doesNotHaveDuplicates().hasSize(100);
    assertThat(kyber).doesNotHaveDuplicates();
    assertThat(fetch().hasOneTimePreKey()).isFalse();
  }

  @Test
  void moreFetchesAtOnceThanKeys_theRestGetTheLastResortKey() throws Exception {
    send(upload(10, 20));
    List<Bundle> bundles = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Bundle>> tasks = new ArrayList<>();
      IntStream.range(0, 64).forEach(i -> tasks.add(this::fetch));
      for (var future : threads.invokeAll(tasks)) {
        bundles.add(future.get());
      }
    }
    assertThat(bundles.stream().filter(Bundle::hasOneTimePreKey))
        .extracting(b -> b.getOneTimePreKey().getId())
        .containsExactlyInAnyOrderElementsOf(IntStream.range(10, 20).boxed().toList());
    assertThat(bundles.stream().map(b -> b.getKyberPreKey().getId()).filter(id -> id != 1))
        .containsExactlyInAnyOrderElementsOf(IntStream.range(10, 20).boxed().toList());
  }

  @Test
  void fetchWhoseCommitFails_givesNothingAndTheKeyOnce() {
    send(upload(0, 2));
    rig.dialect.inject(new FaultyDialect.NextCommitUnknown(true));
    assertThatThrownBy(this::fetch)
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.UNAVAILABLE));
    assertThat(fetch().getOneTimePreKey().getId()).isEqualTo(1);
  }

  @Test
  void repeatedUpload_bringsNoTakenKeyBack() {
    UploadPreKeysRequest.Builder upload = upload(0, 5);
    send(upload);
    assertThat(fetch().getOneTimePreKey().getId()).isZero();
    assertThat(send(upload).getOneTimePreKeys()).isEqualTo(4);
    rig = rig.reopen();
    assertThat(send(upload).getOneTimeKyberPreKeys()).isEqualTo(4);
    assertThat(fetch().getOneTimePreKey().getId()).isEqualTo(1);
  }

  @Test
  void replaceAll_dropsTheOldAndMayBeRepeated() {
    send(upload(0, 5));
    UploadPreKeysRequest.Builder replacement = upload(100, 103).setReplaceAll(true);
    assertThat(send(replacement).getOneTimePreKeys()).isEqualTo(3);
    assertThat(fetch().getOneTimePreKey().getId()).isEqualTo(100);
    assertThat(send(replacement).getOneTimePreKeys()).isEqualTo(2);
    assertThat(fetch().getOneTimePreKey().getId()).isEqualTo(101);
    assertThat(send(upload(0, 5)).getOneTimePreKeys()).isEqualTo(1);
  }

  @Test
  void knownIdWithOtherBytes_isRefusedAndNothingStored() {
    send(upload(0, 2));
    UploadPreKeysRequest.Builder conflicting =
        upload(2, 4).addOneTimePreKeys(Rig.oneTimeKey(1, 99));
    refused(conflicting, Reason.FIELD_OUT_OF_BOUNDS);
    fetch();
    refused(upload(2, 4).addOneTimePreKeys(Rig.oneTimeKey(0, 99)), Reason.FIELD_OUT_OF_BOUNDS);
    refused(
        UploadPreKeysRequest.newBuilder().setSignedPreKey(Rig.ecKey(1, 99)),
        Reason.FIELD_OUT_OF_BOUNDS);
    refused(
        UploadPreKeysRequest.newBuilder()
            .addOneTimePreKeys(Rig.oneTimeKey(7, 1))
            .addOneTimePreKeys(Rig.oneTimeKey(7, 2)),
        Reason.FIELD_OUT_OF_BOUNDS);
    assertThat(count()).isEqualTo(1);
  }

  private void refused(UploadPreKeysRequest.Builder upload, Reason reason) {
    assertThatThrownBy(() -> send(upload))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(reason));
  }

  private int count() {
    return rig.keys(device)
        .countPreKeys(CountPreKeysRequest.getDefaultInstance())
        .getOneTimePreKeys();
  }

  @Test
  void moreThanAHundred_isRefused() {
    send(upload(0, 60));
    refused(upload(60, 101), Reason.LIMIT_REACHED);
    assertThat(count()).isEqualTo(60);
    send(upload(60, 100));
    assertThat(count()).isEqualTo(100);
  }

  @Test
  void signedAndLastResortKeys_areReplaced() {
    send(
        UploadPreKeysRequest.newBuilder()
            .setSignedPreKey(Rig.ecKey(2, 2))
            .setLastResortKyberPreKey(Rig.kyberKey(2, 2)));
    assertThat(fetch().getSignedPreKey()).isEqualTo(Rig.ecKey(2, 2));
    assertThat(fetch().getKyberPreKey()).isEqualTo(Rig.kyberKey(2, 2));
  }

  @Test
  void keyOfAWrongForm_isRefused() {
    refused(
        UploadPreKeysRequest.newBuilder().setLastResortKyberPreKey(Rig.ecKey(3, 3)),
        Reason.FIELD_OUT_OF_BOUNDS);
  }

  @Test
  void deviceThatIsNot_cannotUpload() {
    device = bob.address(new DeviceId(2));
    refused(upload(0, 1), Reason.DEVICE_REMOVED);
  }

  @Test
  void devicesAskedFor_areTheOnlyOnesPopped() throws Exception {
    send(upload(0, 2));
    rig.addDevice(bob);
    var request =
        GetBundlesRequest.newBuilder().setAccountId(Rig.id(bob)).addDevices(2).addDevices(9);
    var bundles = rig.keys().getBundles(request.build()).getBundles();
    assertThat(bundles.getBundlesList()).extracting(Bundle::getDevice).containsExactly(2);
    assertThat(bundles.getChainSequence()).isEqualTo(1);
    assertThat(count()).isEqualTo(2);
  }

  @Test
  void unknownAccount_isUnknown() {
    var request = GetBundlesRequest.newBuilder().setAccountId(Rig.id(TestAccount.found(9)));
    assertThat(rig.keys().getBundles(request.build()).hasUnknown()).isTrue();
  }
}
