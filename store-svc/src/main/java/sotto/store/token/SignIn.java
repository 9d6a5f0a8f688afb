package sotto.store.token;

import com.google.protobuf.ByteString;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sotto.account.v1.AccountDisabled;
import sotto.account.v1.DeviceRemoved;
import sotto.account.v1.SignInRefused;
import sotto.account.v1.SignInRequest;
import sotto.account.v1.SignInResponse;
import sotto.chain.AccountId;
import sotto.chain.ChallengeBytes;
import sotto.chain.Change;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.chain.Ed25519KeyPairs;
import sotto.chain.Ed25519PublicKey;
import sotto.chain.Link;
import sotto.store.decision.Decision;
import sotto.store.sql.Readers;

/// Gives a token for a signed challenge.
///
/// All refusals are one answer, but for the account that an operator has disabled and the device
/// that is in no list any more, removed or with its account deleted by its own last link, which are
/// told to who has signed as the device. Every check is made in every case, an unknown device's
/// signature is checked with a key that nobody has, so that the time does not tell which check
/// failed.
public final class SignIn {
  private static final Ed25519PublicKey NOBODY = unknownKey();

  private final Readers readers;
  private final Challenges challenges;
  private final Tokens tokens;
  private final Set<String> serverNames;

  /// For a server of these names.
  public SignIn(Readers readers, Challenges challenges, Tokens tokens, Set<String> serverNames) {
    this.readers = readers;
    this.challenges = challenges;
    this.tokens = tokens;
    this.serverNames = Set.copyOf(serverNames);
  }

  /// A key of which nobody has the private half.
  static Ed25519PublicKey unknownKey() {
    return Ed25519PublicKey.of(Ed25519KeyPairs.generate(new SecureRandom()).getPublic());
  }

  /// Checks the answer to a challenge.
  public SignInResponse signIn(SignInRequest request) {
    DeviceAddress device =
        new DeviceAddress(
            new AccountId(request.getAccountId().toByteArray()), new DeviceId(request.getDevice()));
    byte[] challenge = request.getChallenge().toByteArray();
    Optional<Ed25519PublicKey> listed = authKey(device);
    Optional<Removed> removed = listed.isPresent() ? Optional.empty() : removed(device);
    Optional<Ed25519PublicKey> key = listed.or(() -> removed.map(Removed::key));
    boolean good = challenges.isGood(challenge, device);
    good &= serverNames.contains(request.getServerName());
    good &= key.isPresent();
    good &= signed(key.orElse(NOBODY), request, challenge, device);
    if (good && removed.isPresent()) {
      return SignInResponse.newBuilder()
          .setRemoved(DeviceRemoved.newBuilder().addAllLinks(removed.get().links()))
          .build();
    }
    // Nobody but the device itself comes so far.
    if (good && Decision.disabled(readers, device.account())) {
      return SignInResponse.newBuilder().setDisabled(AccountDisabled.getDefaultInstance()).build();
    }
    return good
        ? SignInResponse.newBuilder().setToken(tokens.device(device)).build()
        : SignInResponse.newBuilder().setRefused(SignInRefused.getDefaultInstance()).build();
  }

  private static boolean signed(
      Ed25519PublicKey key, SignInRequest request, byte[] challenge, DeviceAddress device) {
    if (challenge.length < ChallengeBytes.MIN_CHALLENGE
        || challenge.length > ChallengeBytes.MAX_CHALLENGE) {
      return false;
    }
    byte[] message =
        ChallengeBytes.of(request.getServerName(), ChallengeBytes.SIGN_IN, challenge, device);
    return key.verifies(message, request.getSignature().toByteArray());
  }

  /// A device that was in the list.
  private record Removed(Ed25519PublicKey key, List<ByteString> links) {}

  private Optional<Removed> removed(DeviceAddress device) {
    List<byte[]> links =
        readers.ask(session ->
            session.list(
                "SELECT bytes FROM link WHERE account_id = ? ORDER BY sequence",
                row -> row.getBytes(1),
                device.account().bytes()));
    Optional<Ed25519PublicKey> key = Optional.empty();
    boolean gone = false;
    for (byte[] link : links) {
      // They were checked when they were stored.
      if (Link.parse(link) instanceof Link.Read(Link read)) {
        Change change = read.body().change();
        key =
            key.or(() ->
                change
                    .added()
                    .filter(entry -> entry.device().equals(device.device()))
                    .map(DeviceEntry::authKey));
        gone |= change.equals(new Change.RemoveDevice(device.device()));
        gone |= change instanceof Change.DeleteAccount;
      }
    }
    return gone
        ? key.map(k -> new Removed(k, links.stream().map(ByteString::copyFrom).toList()))
        : Optional.empty();
  }

  private Optional<Ed25519PublicKey> authKey(DeviceAddress device) {
    return readers
        .ask(session ->
            session.first(
                "SELECT auth_key FROM device WHERE account_id = ? AND device_id = ?",
                row -> row.getBytes(1),
                device.account().bytes(),
                device.device().number()))
        .flatMap(Ed25519PublicKey::parse);
  }
}
