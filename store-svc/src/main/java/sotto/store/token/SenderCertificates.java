package sotto.store.token;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.signal.libsignal.metadata.certificate.ServerCertificate;
import org.signal.libsignal.protocol.InvalidKeyException;
import org.signal.libsignal.protocol.ecc.ECKeyPair;
import org.signal.libsignal.protocol.ecc.ECPrivateKey;
import org.signal.libsignal.protocol.ecc.ECPublicKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceEntry;

/// Certifies senders (the Signal protocol's sealed sender): which device has which identity key,
/// for a day.
///
/// The trust root, which clients pin, signs nothing but the keys that sign certificates, one for
/// each week (UTC), named by the week's number since 1970 so that all owners make the same one. A
/// certificate holds all that is needed to check it; so only the key of this week is kept. Where
/// libsignal does not run there are no trust roots, and nothing is sent sealed. Safe for many
/// threads.
public final class SenderCertificates {
  /// How long a certificate is good.
  public static final Duration LIFE = Duration.ofDays(1);

  private static final Logger LOG = LoggerFactory.getLogger(SenderCertificates.class);
  private static final String ROOT = "sender-root";
  private static final String SIGNING = "sender-signing";

  private final ServerSecrets secrets;
  private final Clock clock;
  private volatile Optional<ServerSecrets.Kept> root = Optional.empty();
  private volatile Optional<Signer> signer = Optional.empty();

  private record Signer(long week, ECPrivateKey key, ServerCertificate certificate) {
    @Override
    public String toString() {
      return "Signer[" + week + "]";
    }
  }

  /// Kept among these secrets.
  public SenderCertificates(ServerSecrets secrets, Clock clock) {
    this.secrets = secrets;
    this.clock = clock;
  }

  /// The public keys that clients are to pin.
  public List<ByteString> trustRoots() {
    try {
      return List.of(root().publicKey());
    } catch (LinkageError e) {
      LOG.warn("libsignal does not run here, nothing will be sent sealed: {}", e.toString());
      return List.of();
    }
  }

  /// A certificate of a device that its account's chain lists.
  public ByteString issue(DeviceAddress device, DeviceEntry entry) {
    Signer current = signer();
    ByteBuffer account = ByteBuffer.wrap(device.account().bytes());
    try {
      return ByteString.copyFrom(
          current
              .certificate
              .issue(
                  current.key,
                  new UUID(account.getLong(), account.getLong()).toString(),
                  Optional.empty(),
                  device.device().number(),
                  new ECPublicKey(entry.identityKey().toArray()),
                  clock.millis() + LIFE.toMillis())
              .getSerialized());
    } catch (InvalidKeyException e) {
      throw new IllegalStateException("an identity key in a chain is none", e);
    }
  }

  private ServerSecrets.Kept root() {
    ServerSecrets.Kept kept =
        root.or(() -> secrets.all(ROOT).stream().findFirst())
            .orElseGet(() -> secrets.keep(ROOT, fresh("1")));
    root = Optional.of(kept);
    return kept;
  }

  private static ServerSecrets.Kept fresh(String id) {
    ECKeyPair pair = ECKeyPair.generate();
    return new ServerSecrets.Kept(
        id,
        ByteString.copyFrom(pair.getPrivateKey().serialize()),
        ByteString.copyFrom(pair.getPublicKey().serialize()));
  }

  private Signer signer() {
    long week = Duration.ofMillis(clock.millis()).toDays() / 7;
    return signer.filter(known -> known.week == week).orElseGet(() -> renew(week));
  }

  /// Two may do it at once: both get the key that was kept first.
  private Signer renew(long week) {
    ServerSecrets.Kept kept = secrets.keep(SIGNING, fresh(Long.toString(week)));
    secrets.all(SIGNING).stream()
        // Another owner's clock may be a little ahead, or behind.
        .filter(key -> Math.abs(Long.parseLong(key.id()) - week) > 1)
        .forEach(key -> secrets.drop(SIGNING, key.id()));
    try {
      Signer made =
          new Signer(
              week,
              new ECPrivateKey(kept.secret().toByteArray()),
              new ServerCertificate(
                  new ECPrivateKey(root().secret().toByteArray()),
                  Math.toIntExact(week),
                  new ECPublicKey(kept.publicKey().toByteArray())));
      signer = Optional.of(made);
      return made;
    } catch (InvalidKeyException e) {
      throw new IllegalStateException("a signing key in the database is none", e);
    }
  }
}
