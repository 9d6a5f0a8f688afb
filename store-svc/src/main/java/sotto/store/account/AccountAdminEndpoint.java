package sotto.store.account;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sotto.admin.v1.AccountAdminServiceGrpc;
import sotto.admin.v1.CreateInvitesRequest;
import sotto.admin.v1.CreateInvitesResponse;
import sotto.admin.v1.Invite;
import sotto.admin.v1.InviteAmbiguous;
import sotto.admin.v1.InviteRevoked;
import sotto.admin.v1.InviteSpent;
import sotto.admin.v1.InviteUnknown;
import sotto.admin.v1.ListInvitesRequest;
import sotto.admin.v1.ListInvitesResponse;
import sotto.admin.v1.RevokeInviteRequest;
import sotto.admin.v1.RevokeInviteResponse;
import sotto.chain.Bytes;

/// What operators do with invites and accounts. Handlers block until what they answer is durable.
public final class AccountAdminEndpoint
    extends AccountAdminServiceGrpc.AccountAdminServiceImplBase {
  private final Invites invites;
  private final Clock clock;
  private final SecureRandom random;

  /// Serves what these hold.
  public AccountAdminEndpoint(Invites invites, Clock clock, SecureRandom random) {
    this.invites = invites;
    this.clock = clock;
    this.random = random;
  }

  @Override
  public void createInvites(
      CreateInvitesRequest request, StreamObserver<CreateInvitesResponse> response) {
    Duration life = Duration.ofMillis(request.getLifeMs());
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

  private static <T> void answer(StreamObserver<T> response, T message) {
    response.onNext(message);
    response.onCompleted();
  }
}
