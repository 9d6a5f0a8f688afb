package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.AppendLinkRequest;
import sotto.account.v1.GetProfileRequest;
import sotto.account.v1.GetProfileResponse;
import sotto.account.v1.SetProfileRequest;
import sotto.account.v1.SetProfileResponse;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// What accounts call themselves.
@ContractTest
final class ProfilesTest {
  private static final DeviceId FIRST = DeviceId.FIRST;
  private static final ByteString KEY = Rig.bytes(16, 1, 1);
  private static final ByteString OTHER_KEY = Rig.bytes(16, 2, 2);
  private static final ByteString SEALED = Rig.bytes(2048, 3, 3);

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

  private SetProfileResponse set(int version, ByteString key, ByteString sealed) throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.toByteArray());
    return rig.accounts(bob.address(FIRST))
        .setProfile(
            SetProfileRequest.newBuilder()
                .setVersion(version)
                .setAccessKeyHash(ByteString.copyFrom(hash))
                .setProfile(sealed)
                .build());
  }

  private GetProfileResponse get(TestAccount account, ByteString key) {
    return rig.accounts()
        .getProfile(
            GetProfileRequest.newBuilder().setAccountId(Rig.id(account)).setAccessKey(key).build());
  }

  @Test
  void profile_isForWhoHasTheKey_alsoAfterARestart() throws Exception {
    assertThat(set(1, KEY, SEALED).hasSet()).isTrue();
    rig = rig.reopen();
    assertThat(get(bob, KEY).getFound().getProfile()).isEqualTo(SEALED);
    assertThat(get(bob, KEY).getFound().getVersion()).isEqualTo(1);
  }

  @Test
  void wrongKey_noProfileAndNoAccount_haveOneAnswer() throws Exception {
    TestAccount alice = rig.register(2, "alice");
    set(1, KEY, SEALED);
    GetProfileResponse refused = get(bob, OTHER_KEY);
    assertThat(refused.hasNotFound()).isTrue();
    assertThat(get(alice, KEY)).isEqualTo(refused);
    assertThat(get(TestAccount.found(9), KEY)).isEqualTo(refused);
    assertThat(get(bob, Rig.bytes(16, 0, 0))).isEqualTo(refused);
  }

  @Test
  void laterVersion_replacesKeyAndProfile_andOnlyALaterOne() throws Exception {
    set(3, KEY, SEALED);
    assertThat(set(3, KEY, SEALED).hasSet()).isTrue();
    assertThat(set(3, OTHER_KEY, SEALED).getConflict().getVersion()).isEqualTo(3);
    assertThat(set(2, OTHER_KEY, SEALED).getConflict().getVersion()).isEqualTo(3);
    assertThat(get(bob, OTHER_KEY).hasNotFound()).isTrue();
    assertThat(set(4, OTHER_KEY, Rig.bytes(1, 1, 1)).hasSet()).isTrue();
    assertThat(get(bob, KEY).hasNotFound()).isTrue();
    assertThat(get(bob, OTHER_KEY).getFound().getVersion()).isEqualTo(4);
  }

  @Test
  void deviceThatWasRemoved_setsNone() throws Exception {
    DeviceId second = rig.addDevice(bob);
    bob.removeDevice(second);
    rig.accounts(bob.address(FIRST))
        .appendLink(
            AppendLinkRequest.newBuilder()
                .setLink(ByteString.copyFrom(bob.chain().links().getLast().bytes()))
                .build());
    assertThatThrownBy(() ->
            rig.accounts(bob.address(second))
                .setProfile(
                    SetProfileRequest.newBuilder()
                        .setVersion(1)
                        .setAccessKeyHash(Rig.bytes(32, 1, 1))
                        .setProfile(SEALED)
                        .build()))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.DEVICE_REMOVED));
  }

  @Test
  void endOfTheAccount_isTheEndOfItsProfile() throws Exception {
    set(1, KEY, SEALED);
    bob.delete();
    rig.accounts(bob.address(FIRST))
        .appendLink(
            AppendLinkRequest.newBuilder()
                .setLink(ByteString.copyFrom(bob.chain().links().getLast().bytes()))
                .build());
    assertThat(get(bob, KEY).hasNotFound()).isTrue();
    assertThat(rig.count("SELECT COUNT(*) FROM profile")).isZero();
  }
}
