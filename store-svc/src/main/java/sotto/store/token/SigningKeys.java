package sotto.store.token;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.chain.Ed25519KeyPairs;
import sotto.chain.Ed25519PublicKey;
import sotto.mailbox.v1.GetTokenKeysResponse;
import sotto.mailbox.v1.TokenKey;

/// The Ed25519 keys that sign tokens: one for each day (UTC), named by the day's number since 1970,
/// so that all owners make the same one. Today's signs; it and the one before it are valid; older
/// ones are forgotten. Safe for many threads.
public final class SigningKeys {
  private static final Logger LOG = LoggerFactory.getLogger(SigningKeys.class);
  private static final String KIND = "token";

  private final ServerSecrets secrets;
  private final Clock clock;
  private final SecureRandom random;
  // Only one thread makes a key or reads them; others go on with what there is.
  private final ReentrantLock renewing = new ReentrantLock();
  private volatile Ring ring = new Ring(-1, List.of());

  /// A key that signs.
  ///
  /// @param id its `kid`
  /// @param secret the private key
  record Signer(String id, PrivateKey secret) {
    @Override
    public String toString() {
      return "Signer[" + id + "]";
    }
  }

  /// @param day the day it is for
  /// @param keys newest first, at most two
  private record Ring(long day, List<ServerSecrets.Kept> keys) {}

  /// Kept among these secrets.
  public SigningKeys(ServerSecrets secrets, Clock clock, SecureRandom random) {
    this.secrets = secrets;
    this.clock = clock;
    this.random = random;
  }

  /// The key that signs now.
  Signer signer() {
    ServerSecrets.Kept newest = current().keys.getFirst();
    try {
      PrivateKey key =
          KeyFactory.getInstance("Ed25519")
              .generatePrivate(new PKCS8EncodedKeySpec(newest.secret().toByteArray()));
      return new Signer(newest.id(), key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a signing key in the database is none", e);
    }
  }

  /// The public keys that are valid: the one that signs and the one before it.
  public GetTokenKeysResponse publicKeys() {
    GetTokenKeysResponse.Builder response = GetTokenKeysResponse.newBuilder();
    for (ServerSecrets.Kept key : current().keys) {
      response.addKeys(TokenKey.newBuilder().setId(key.id()).setPublicKey(key.publicKey()));
    }
    return response.build();
  }

  private Ring current() {
    long today = Duration.ofMillis(clock.millis()).toDays();
    Ring known = ring;
    if (known.day == today) {
      return known;
    }
    renewing.lock();
    try {
      if (ring.day != today) {
        ring = renew(today);
      }
      return ring;
    } catch (StatusRuntimeException e) {
      if (known.keys.isEmpty()) {
        throw e;
      }
      LOG.warn("no signing key for today yet, yesterday's goes on");
      return known;
    } finally {
      renewing.unlock();
    }
  }

  private Ring renew(long today) {
    secrets.keep(KIND, fresh(today));
    List<ServerSecrets.Kept> all = new ArrayList<>(secrets.all(KIND));
    all.sort(Comparator.comparingLong(SigningKeys::day).reversed());
    List<ServerSecrets.Kept> valid = all.stream().filter(k -> day(k) <= today).limit(2).toList();
    // Another owner's clock may be a little ahead: tomorrow's key may be in use there.
    all.stream()
        .filter(k -> !valid.contains(k) && day(k) != today + 1)
        .forEach(k -> secrets.drop(KIND, k.id()));
    return new Ring(today, valid);
  }

  private static long day(ServerSecrets.Kept key) {
    return Long.parseLong(key.id());
  }

  private ServerSecrets.Kept fresh(long day) {
    KeyPair pair = Ed25519KeyPairs.generate(random);
    return new ServerSecrets.Kept(
        Long.toString(day),
        ByteString.copyFrom(pair.getPrivate().getEncoded()),
        ByteString.copyFrom(Ed25519PublicKey.of(pair.getPublic()).bytes()));
  }
}
