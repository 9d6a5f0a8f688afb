package sotto.store.account;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import sotto.admin.v1.AccountAdminServiceGrpc;
import sotto.admin.v1.AccountDecided;
import sotto.admin.v1.AccountRef;
import sotto.admin.v1.CreateInvitesRequest;
import sotto.admin.v1.CreateInvitesResponse;
import sotto.admin.v1.DeleteAccountRequest;
import sotto.admin.v1.DeleteAccountResponse;
import sotto.admin.v1.DisableAccountRequest;
import sotto.admin.v1.DisableAccountResponse;
import sotto.admin.v1.EnableAccountRequest;
import sotto.admin.v1.EnableAccountResponse;
import sotto.admin.v1.Invite;
import sotto.admin.v1.InviteAmbiguous;
import sotto.admin.v1.InviteRevoked;
import sotto.admin.v1.InviteSpent;
import sotto.admin.v1.InviteUnknown;
import sotto.admin.v1.ListInvitesRequest;
import sotto.admin.v1.ListInvitesResponse;
import sotto.admin.v1.NoSuchAccount;
import sotto.admin.v1.RevokeInviteRequest;
import sotto.admin.v1.RevokeInviteResponse;
import sotto.admin.v1.SetQuotaRequest;
import sotto.admin.v1.SetQuotaResponse;
import sotto.admin.v1.ShowAccountRequest;
import sotto.admin.v1.ShowAccountResponse;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.mesh.Audit;
import sotto.store.decision.Changes;
import sotto.store.peer.ToOwner;
import sotto.store.sql.Readers;
import sotto.store.write.Writers;

/// What operators do with invites and accounts. Handlers block until what they answer is durable.
public final class AccountAdminEndpoint
    extends AccountAdminServiceGrpc.AccountAdminServiceImplBase {
  private static final NoSuchAccount NONE = NoSuchAccount.getDefaultInstance();

  private final Invites invites;
  private final Usernames usernames;
  private final AccountShows shows;
  private final AccountActs acts;
  private final ToOwner owners;
  private final Clock clock;
  private final SecureRandom random;

  /// Serves what these hold.
  ///
  /// @param owners the way to the stores that own the other accounts
  public AccountAdminEndpoint(
      Writers writers,
      Readers readers,
      Invites invites,
      Ending ending,
      Changes changes,
      ToOwner owners,
      Clock clock,
      SecureRandom random) {
    this.invites = invites;
    this.usernames = new Usernames(writers, readers, clock);
    this.shows = new AccountShows(readers);
    this.acts = new AccountActs(writers, ending, changes);
    this.owners = owners;
    this.clock = clock;
    this.random = random;
  }

  @Override
  public void createInvites(
      CreateInvitesRequest request, StreamObserver<CreateInvitesResponse> response) {
    Duration life = Duration.ofMillis(request.getLifeMs());
    Audit.on(request.getCount() + " invites");
    CreateInvitesResponse.Builder made =
        CreateInvitesResponse.newBuilder().setExpiresAtMs(clock.millis() + life.toMillis());
    invites.create(request.getCount(), life, random).forEach(code -> made.addCodes(code.shown()));
    answer(response, made.build());
  }

  @Override
  public void listInvites(
      ListInvitesRequest request, StreamObserver<ListInvitesResponse> response) {
    Optional<Bytes> after =
        request.getAfter().isEmpty()
            ? Optional.empty()
            : Optional.of(Bytes.of(request.getAfter().toByteArray()));
    List<Invite> found =
        invites.list(after, request.getMost()).stream().map(AccountAdminEndpoint::shown).toList();
    answer(response, ListInvitesResponse.newBuilder().addAllInvites(found).build());
  }

  private static Invite shown(Invites.Invite invite) {
    Invite.Builder shown =
        Invite.newBuilder()
            .setHash(ByteString.copyFrom(invite.hash().toArray()))
            .setCreatedAtMs(invite.createdAt())
            .setExpiresAtMs(invite.expiresAt());
    invite.spentBy().ifPresent(a -> shown.setSpentBy(ByteString.copyFrom(a.bytes())));
    return shown.build();
  }

  @Override
  public void revokeInvite(
      RevokeInviteRequest request, StreamObserver<RevokeInviteResponse> response) {
    Invites.Revocation revocation =
        prefix(request).map(invites::revoke).orElse(Invites.Revocation.UNKNOWN);
    RevokeInviteResponse.Builder revoked = RevokeInviteResponse.newBuilder();
    switch (revocation) {
      case REVOKED -> revoked.setRevoked(InviteRevoked.getDefaultInstance());
      case UNKNOWN -> revoked.setUnknown(InviteUnknown.getDefaultInstance());
      case AMBIGUOUS -> revoked.setAmbiguous(InviteAmbiguous.getDefaultInstance());
      case SPENT -> revoked.setSpent(InviteSpent.getDefaultInstance());
    }
    answer(response, revoked.build());
  }

  private static Optional<byte[]> prefix(RevokeInviteRequest request) {
    return request.hasCode()
        ? InviteCode.read(request.getCode()).map(InviteCode::hash)
        : Optional.of(request.getHashPrefix().toByteArray());
  }

  @Override
  public void showAccount(
      ShowAccountRequest request, StreamObserver<ShowAccountResponse> response) {
    ShowAccountResponse.Builder shown = ShowAccountResponse.newBuilder();
    account(request.getAccount())
        .flatMap(shows::show)
        .ifPresentOrElse(shown::setAccount, () -> shown.setNone(NONE));
    answer(response, shown.build());
  }

  @Override
  public void disableAccount(
      DisableAccountRequest request, StreamObserver<DisableAccountResponse> response) {
    answer(
        response,
        at(
            request.getAccount(),
            AccountAdminServiceGrpc.getDisableAccountMethod(),
            ref -> DisableAccountRequest.newBuilder().setAccount(ref).build(),
            DisableAccountResponse.newBuilder().setNone(NONE).build(),
            account ->
                acts.disable(account)
                    ? DisableAccountResponse.newBuilder().setDone(done(account)).build()
                    : DisableAccountResponse.newBuilder().setNone(NONE).build()));
  }

  @Override
  public void enableAccount(
      EnableAccountRequest request, StreamObserver<EnableAccountResponse> response) {
    answer(
        response,
        at(
            request.getAccount(),
            AccountAdminServiceGrpc.getEnableAccountMethod(),
            ref -> EnableAccountRequest.newBuilder().setAccount(ref).build(),
            EnableAccountResponse.newBuilder().setNone(NONE).build(),
            account ->
                acts.enable(account)
                    ? EnableAccountResponse.newBuilder().setDone(done(account)).build()
                    : EnableAccountResponse.newBuilder().setNone(NONE).build()));
  }

  @Override
  public void deleteAccount(
      DeleteAccountRequest request, StreamObserver<DeleteAccountResponse> response) {
    answer(
        response,
        at(
            request.getAccount(),
            AccountAdminServiceGrpc.getDeleteAccountMethod(),
            ref -> DeleteAccountRequest.newBuilder().setAccount(ref).build(),
            DeleteAccountResponse.newBuilder().setNone(NONE).build(),
            account ->
                acts.delete(account)
                    ? DeleteAccountResponse.newBuilder().setDone(done(account)).build()
                    : DeleteAccountResponse.newBuilder().setNone(NONE).build()));
  }

  @Override
  public void setQuota(SetQuotaRequest request, StreamObserver<SetQuotaResponse> response) {
    OptionalLong bytes =
        request.hasKeptBytes() ? OptionalLong.of(request.getKeptBytes()) : OptionalLong.empty();
    answer(
        response,
        at(
            request.getAccount(),
            AccountAdminServiceGrpc.getSetQuotaMethod(),
            ref -> request.toBuilder().setAccount(ref).build(),
            SetQuotaResponse.newBuilder().setNone(NONE).build(),
            account ->
                acts.quota(account, bytes)
                    ? SetQuotaResponse.newBuilder().setDone(done(account)).build()
                    : SetQuotaResponse.newBuilder().setNone(NONE).build()));
  }

  /// Does something to an account where it is owned.
  ///
  /// @param named the request for the owner, who gets the account by its id
  /// @param none what is answered when there is no such name
  private <Q, R> R at(
      AccountRef ref,
      MethodDescriptor<Q, R> method,
      Function<AccountRef, Q> named,
      R none,
      Function<AccountId, R> here) {
    Optional<AccountId> found = account(ref);
    if (found.isEmpty()) {
      return none;
    }
    AccountId account = found.get();
    AccountRef byId =
        AccountRef.newBuilder().setAccountId(ByteString.copyFrom(account.bytes())).build();
    return owners.at(method, named.apply(byId), () -> here.apply(account));
  }

  /// Who is meant; one that has ended still has its name here, so that an act can be repeated.
  private Optional<AccountId> account(AccountRef ref) {
    Optional<AccountId> account =
        ref.hasUsername()
            ? Username.parse(ref.getUsername()).flatMap(usernames::holder)
            : Optional.of(new AccountId(ref.getAccountId().toByteArray()));
    account.ifPresent(a -> Audit.on("account " + a));
    return account;
  }

  private static AccountDecided done(AccountId account) {
    return AccountDecided.newBuilder().setAccountId(ByteString.copyFrom(account.bytes())).build();
  }

  private static <T> void answer(StreamObserver<T> response, T message) {
    response.onNext(message);
    response.onCompleted();
  }
}
