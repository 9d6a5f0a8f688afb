package sotto.relay.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.GetChallengeRequest;
import sotto.account.v1.GetSlotRequest;
import sotto.account.v1.LookUpUsernameRequest;
import sotto.account.v1.PutSlotRequest;
import sotto.account.v1.RegisterRequest;
import sotto.chain.AccountId;
import sotto.chain.DeviceId;
import sotto.group.v1.GetChangesRequest;
import sotto.group.v1.GroupServiceGrpc;
import sotto.keys.v1.KeyServiceGrpc;
import sotto.mesh.Caller;

class SubjectTest {
  private static final AccountId BOB = new AccountId(2, 2);
  private static final Optional<Caller> ALICE =
      Optional.of(new Caller(new AccountId(1, 1), DeviceId.FIRST));

  @Test
  void account_isTheOneThatTheRequestNames_elseTheCallers() throws Exception {
    var challenge =
        GetChallengeRequest.newBuilder().setDevice(3).setAccountId(id(BOB)).build().toByteArray();

    assertThat(Subject.of(AccountServiceGrpc.getGetChallengeMethod()).account(challenge, ALICE))
        .contains(BOB);
    assertThat(Subject.of(AccountServiceGrpc.getListDevicesMethod()).account(new byte[0], ALICE))
        .contains(new AccountId(1, 1));
    assertThat(Subject.of(KeyServiceGrpc.getUploadPreKeysMethod()).account(new byte[0], ALICE))
        .contains(new AccountId(1, 1));
  }

  @Test
  void group_liesWhereAnAccountOfItsIdWould() throws Exception {
    var request = GetChangesRequest.newBuilder().setGroupId(id(BOB)).build().toByteArray();

    assertThat(Subject.of(GroupServiceGrpc.getGetChangesMethod()).account(request, ALICE))
        .contains(BOB);
  }

  @Test
  void registration_isAboutTheAccountThatItsLinkMakes() throws Exception {
    var link = ByteString.copyFromUtf8("link 0");
    var request = RegisterRequest.newBuilder().setUsername("bob").setLink(link).build();
    var hash = MessageDigest.getInstance("SHA-256").digest(link.toByteArray());

    assertThat(
            Subject.of(AccountServiceGrpc.getRegisterMethod())
                .account(request.toByteArray(), Optional.empty()))
        .contains(new AccountId(Arrays.copyOf(hash, 16)));
  }

  @Test
  void slot_liesWhereAnAccountWithItsFirstBitsWould() throws Exception {
    var address = ByteString.copyFrom(BOB.bytes()).concat(ByteString.copyFrom(new byte[16]));
    var put =
        PutSlotRequest.newBuilder()
            .setAddress(address)
            .setMessage(ByteString.copyFromUtf8("x"))
            .build();
    var get = GetSlotRequest.newBuilder().setAddress(address).setWaitMs(1).build();

    assertThat(
            Subject.of(AccountServiceGrpc.getPutSlotMethod())
                .account(put.toByteArray(), Optional.empty()))
        .contains(BOB);
    assertThat(
            Subject.of(AccountServiceGrpc.getGetSlotMethod())
                .account(get.toByteArray(), Optional.empty()))
        .contains(BOB);
    assertThat(
            Subject.of(AccountServiceGrpc.getGetSlotMethod())
                .account(new byte[0], Optional.empty()))
        .isEmpty();
  }

  @Test
  void nobodysCalls_andThoseThatNameNoId_areAboutNobody() throws Exception {
    var lookUp = LookUpUsernameRequest.newBuilder().setUsername("bob").build().toByteArray();
    var shortId =
        GetChallengeRequest.newBuilder().setAccountId(ByteString.copyFromUtf8("x")).build();

    assertThat(Subject.of(AccountServiceGrpc.getLookUpUsernameMethod()).account(lookUp, ALICE))
        .isEmpty();
    assertThat(
            Subject.of(AccountServiceGrpc.getGetServerInfoMethod())
                .account(new byte[0], Optional.empty()))
        .isEmpty();
    assertThat(
            Subject.of(AccountServiceGrpc.getGetChallengeMethod())
                .account(shortId.toByteArray(), Optional.empty()))
        .isEmpty();
  }

  @Test
  void garbage_isTold() {
    assertThatThrownBy(() ->
            Subject.of(AccountServiceGrpc.getGetChallengeMethod())
                .account(new byte[] {0x0a, 0x7f, 1}, Optional.empty()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void onlyWhatTheSchemaMarks_mayBeCalledTwice() {
    assertThat(Subject.of(AccountServiceGrpc.getRegisterMethod()).isIdempotent()).isTrue();
    assertThat(Subject.of(AccountServiceGrpc.getGetChainMethod()).isIdempotent()).isTrue();
    assertThat(Subject.of(KeyServiceGrpc.getGetBundlesMethod()).isIdempotent()).isFalse();
    assertThat(Subject.of(KeyServiceGrpc.getUploadPreKeysMethod()).isIdempotent()).isFalse();
  }

  private static ByteString id(AccountId account) {
    return ByteString.copyFrom(account.bytes());
  }
}
