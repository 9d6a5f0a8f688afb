package sotto.client;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import sotto.account.v1.GetRecoveryRequest;
import sotto.account.v1.GetRecoveryResponse;
import sotto.account.v1.Recovery;
import sotto.account.v1.RecoveryConflict;
import sotto.account.v1.RecoveryProof;
import sotto.account.v1.RecoveryRecord;
import sotto.account.v1.RecoveryRefused;
import sotto.account.v1.RecoverySet;
import sotto.account.v1.SetRecoveryRequest;
import sotto.account.v1.SetRecoveryResponse;
import sotto.account.v1.Token;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Ed25519PublicKey;
import sotto.chain.RecoveryBytes;
import sotto.chain.RecoverySubject;

/// The recovery records of [FakeServer], guarded by its monitor.
final class FakeRecoveries {
  private static final ByteString CHALLENGE = ByteString.copyFrom(new byte[32]);

  private record Stored(long version, RecoveryRecord record) {}

  /// What the server knows of accounts.
  interface Accounts {
    Optional<AccountId> named(String username);

    Optional<AccountChain> chain(AccountId account);

    /// A token that opens downloads.
    String token(AccountId account);
  }

  private final Map<AccountId, Stored> records = new HashMap<>();

  /// Sets a record and loses the answer, so often.
  int lostAnswers;

  SetRecoveryResponse set(AccountId account, SetRecoveryRequest request) {
    Optional<Stored> there = Optional.ofNullable(records.get(account));
    long version = there.map(Stored::version).orElse(0L);
    Stored wanted = new Stored(request.getExpectedVersion() + 1, request.getRecord());
    if (there.isEmpty() || !there.get().equals(wanted)) {
      if (version != request.getExpectedVersion()) {
        return SetRecoveryResponse.newBuilder()
            .setConflict(RecoveryConflict.newBuilder().setVersion(version))
            .build();
      }
      records.put(account, wanted);
    }
    if (lostAnswers > 0) {
      lostAnswers--;
      throw sotto.proto.Statuses.of(sotto.proto.Reason.UNAVAILABLE, "the answer is lost");
    }
    return SetRecoveryResponse.newBuilder()
        .setSet(RecoverySet.newBuilder().setVersion(wanted.version()))
        .build();
  }

  /// Forgets the record of an account that has ended.
  void forget(AccountId account) {
    records.remove(account);
  }

  /// The version of an account's record; 0 = there is none.
  long version(AccountId account) {
    return Optional.ofNullable(records.get(account)).map(Stored::version).orElse(0L);
  }

  GetRecoveryResponse get(GetRecoveryRequest request, String serverName, Accounts accounts) {
    if (!request.hasProof()) {
      return GetRecoveryResponse.newBuilder().setChallenge(CHALLENGE).build();
    }
    RecoverySubject subject =
        request.hasUsername()
            ? new RecoverySubject.OfName(request.getUsername())
            : new RecoverySubject.OfAccount(new AccountId(request.getAccountId().toByteArray()));
    Optional<AccountId> account =
        switch (subject) {
          case RecoverySubject.OfName(String username) -> accounts.named(username);
          case RecoverySubject.OfAccount(AccountId id) -> Optional.of(id);
        };
    return account
        .filter(id -> isSigned(request.getProof(), subject, serverName, records.get(id)))
        .flatMap(id -> accounts.chain(id).map(chain -> recovery(id, chain, accounts::token)))
        .orElseGet(() ->
            GetRecoveryResponse.newBuilder()
                .setRefused(RecoveryRefused.getDefaultInstance())
                .build());
  }

  private static boolean isSigned(
      RecoveryProof proof,
      RecoverySubject subject,
      String serverName,
      @org.jspecify.annotations.Nullable Stored stored) {
    return stored != null
        && proof.getChallenge().equals(CHALLENGE)
        && proof.getServerName().equals(serverName)
        && Ed25519PublicKey.parse(stored.record().getAuthenticationKey().toByteArray())
            .map(key ->
                key.verifies(
                    RecoveryBytes.of(serverName, CHALLENGE.toByteArray(), subject),
                    proof.getSignature().toByteArray()))
            .orElse(false);
  }

  private GetRecoveryResponse recovery(
      AccountId id, AccountChain chain, Function<AccountId, String> token) {
    Stored stored = java.util.Objects.requireNonNull(records.get(id));
    Recovery.Builder recovery =
        Recovery.newBuilder()
            .setAccountId(ByteString.copyFrom(id.bytes()))
            .setManifest(stored.record().getManifest())
            .setVersion(stored.version())
            .setRestoreToken(Token.newBuilder().setValue(token.apply(id)));
    chain.links().forEach(link -> recovery.addLinks(ByteString.copyFrom(link.bytes())));
    return GetRecoveryResponse.newBuilder().setRecovery(recovery).build();
  }
}
