package sotto.store.token;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sotto.account.v1.GetRecoveryRequest;
import sotto.account.v1.GetRecoveryResponse;
import sotto.account.v1.Recovery;
import sotto.account.v1.RecoveryProof;
import sotto.account.v1.RecoveryRefused;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.ChallengeBytes;
import sotto.chain.Ed25519PublicKey;
import sotto.chain.RecoveryBytes;
import sotto.chain.RecoverySubject;
import sotto.store.decision.Decision;
import sotto.store.sql.Readers;

/// Gives what an account is restored from to whoever has its recovery code (protocol C2).
///
/// A challenge is made for everybody. All refusals are one answer, after the same reads and the
/// same check of a signature, and nothing of a record but its key is read before: whoever has no
/// code learns neither which accounts and names there are nor which of them have a record.
public final class RecoverySignIn {
  private static final Ed25519PublicKey NOBODY = SignIn.unknownKey();
  private static final AccountId NO_ACCOUNT = new AccountId(new byte[AccountId.LENGTH]);
  private static final GetRecoveryResponse REFUSED =
      GetRecoveryResponse.newBuilder().setRefused(RecoveryRefused.getDefaultInstance()).build();

  private final Readers readers;
  private final Challenges challenges;
  private final Tokens tokens;
  private final Set<String> serverNames;

  /// For a server of these names.
  ///
  /// @param challenges of a key of their own
  public RecoverySignIn(
      Readers readers, Challenges challenges, Tokens tokens, Set<String> serverNames) {
    this.readers = readers;
    this.challenges = challenges;
    this.tokens = tokens;
    this.serverNames = Set.copyOf(serverNames);
  }

  /// A challenge, or what it opens.
  public GetRecoveryResponse get(GetRecoveryRequest request) {
    RecoverySubject subject =
        request.hasUsername()
            ? new RecoverySubject.OfName(request.getUsername())
            : new RecoverySubject.OfAccount(new AccountId(request.getAccountId().toByteArray()));
    if (!request.hasProof()) {
      return GetRecoveryResponse.newBuilder()
          .setChallenge(ByteString.copyFrom(challenges.make(subject.bytes())))
          .build();
    }
    AccountId account = account(subject);
    Optional<Ed25519PublicKey> key = key(account);
    boolean good = key.isPresent();
    good &= isSigned(request.getProof(), subject, key.orElse(NOBODY));
    good = good && !Decision.disabled(readers, account);
    return good ? recovery(account, key.orElseThrow()) : REFUSED;
  }

  private boolean isSigned(RecoveryProof proof, RecoverySubject subject, Ed25519PublicKey key) {
    byte[] challenge = proof.getChallenge().toByteArray();
    boolean good = challenges.isGood(challenge, subject.bytes());
    good &= serverNames.contains(proof.getServerName());
    if (challenge.length < ChallengeBytes.MIN_CHALLENGE) {
      return false;
    }
    byte[] message = RecoveryBytes.of(proof.getServerName(), challenge, subject);
    good &= key.verifies(message, proof.getSignature().toByteArray());
    return good;
  }

  /// Who has the name; nobody's id if none has. A claim that is not confirmed is good enough: its
  /// account has a record only if it exists. What is named by its id costs the same read.
  private AccountId account(RecoverySubject subject) {
    String name =
        switch (subject) {
          case RecoverySubject.OfName(String username) -> username;
          case RecoverySubject.OfAccount _ -> "";
        };
    Optional<AccountId> named =
        readers.ask(session ->
            session.first(
                "SELECT account_id FROM username WHERE username = ?",
                row -> new AccountId(row.getBytes(1)),
                name));
    return switch (subject) {
      case RecoverySubject.OfName _ -> named.orElse(NO_ACCOUNT);
      case RecoverySubject.OfAccount(AccountId account) -> account;
    };
  }

  private Optional<Ed25519PublicKey> key(AccountId account) {
    return readers
        .ask(session ->
            session.first(
                "SELECT auth_key FROM recovery WHERE account_id = ?",
                row -> row.getBytes(1),
                account.bytes()))
        .flatMap(Ed25519PublicKey::parse);
  }

  /// The record, if its key is still the one that signed.
  private GetRecoveryResponse recovery(AccountId account, Ed25519PublicKey key) {
    Optional<Recovery.Builder> record =
        readers.ask(session ->
            session.first(
                "SELECT manifest, version FROM recovery WHERE account_id = ? AND auth_key = ?",
                row ->
                    Recovery.newBuilder()
                        .setManifest(ByteString.copyFrom(row.getBytes(1)))
                        .setVersion(row.getLong(2)),
                account.bytes(),
                key.bytes()));
    if (record.isEmpty()) {
      return REFUSED;
    }
    List<ByteString> links =
        readers.ask(session ->
            session.list(
                "SELECT bytes FROM link WHERE account_id = ? ORDER BY sequence LIMIT ?",
                row -> UnsafeByteOperations.unsafeWrap(row.getBytes(1)),
                account.bytes(),
                AccountChain.MAX_LINKS));
    Recovery.Builder recovery =
        record
            .get()
            .setAccountId(ByteString.copyFrom(account.bytes()))
            .addAllLinks(links)
            .setRestoreToken(tokens.restore(account));
    return GetRecoveryResponse.newBuilder().setRecovery(recovery).build();
  }
}
