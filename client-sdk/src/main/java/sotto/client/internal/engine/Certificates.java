package sotto.client.internal.engine;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import sotto.chain.Bytes;
import sotto.chain.DeviceEntry;
import sotto.client.internal.net.ServerCalls;
import sotto.crypto.SenderCertificate;
import sotto.crypto.TrustRoots;

/// What vouches for senders: the server's trust roots, which are kept as they were first told, and
/// this device's own certificate, which is shown only if it says what is so.
final class Certificates {
  private static final String ROOTS = "sender_trust_roots";
  private static final String CERTIFICATE = "sender_certificate";
  private static final int MOST_ROOTS = 4;

  /// What is sent now may wait for a moment before it is accepted.
  private static final long LEAST_MILLIS = Duration.ofHours(1).toMillis();

  private static final long RENEW_MILLIS = Duration.ofHours(12).toMillis();
  private static final long TRY_AGAIN_NANOS = Duration.ofMinutes(1).toNanos();

  private final Core core;
  private final AtomicBoolean renewing = new AtomicBoolean();
  private Runnable renewed = () -> {};
  private volatile long triedNanos = System.nanoTime() - TRY_AGAIN_NANOS;
  private Optional<TrustRoots> pinned = Optional.empty(); // the lane's, as is the next
  private Optional<SenderCertificate> own = Optional.empty();

  Certificates(Core core) {
    this.core = core;
  }

  /// Has something run when there is a new certificate; any thread.
  void onRenewed(Runnable action) {
    renewed = action;
  }

  /// The roots, once they are pinned. On the lane.
  Optional<TrustRoots> roots() {
    if (pinned.isEmpty()) {
      pinned = stored();
    }
    return pinned;
  }

  private Optional<TrustRoots> stored() {
    return core.store()
        .settings()
        .bytes(ROOTS)
        .map(bytes -> {
          List<Bytes> keys = new ArrayList<>();
          for (int at = 0; at < bytes.length; at += DeviceEntry.IDENTITY_KEY_LENGTH) {
            keys.add(Bytes.of(Arrays.copyOfRange(bytes, at, at + DeviceEntry.IDENTITY_KEY_LENGTH)));
          }
          return new TrustRoots(keys);
        });
  }

  /// Keeps the roots that the server names, if none are kept; blocks, not on the lane.
  void pin(ServerCalls calls) {
    if (core.lane().call(_ -> roots().isPresent())) {
      return;
    }
    List<Bytes> keys =
        calls.serverInfo().getTrustRootsList().stream()
            .limit(MOST_ROOTS)
            .map(key -> Bytes.of(key.toByteArray()))
            .toList();
    try {
      var _ = new TrustRoots(keys);
    } catch (IllegalArgumentException e) {
      // A server of a time before, or one that names what is no key: nothing goes sealed.
      return;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    keys.forEach(key -> all.writeBytes(key.toArray()));
    core.lane()
        .call(_ -> {
          core.store().settings().put(ROOTS, all.toByteArray());
          return true;
        });
  }

  /// The certificate to show now. Where it comes to its end a new one is fetched meanwhile. On the
  /// lane.
  Optional<SenderCertificate> own() {
    if (own.isEmpty()) {
      own = core.store().settings().bytes(CERTIFICATE).flatMap(this::believed);
    }
    long now = core.clock().millis();
    if (own.map(c -> c.expiresAtMillis() - now < RENEW_MILLIS).orElse(true)) {
      renewInBackground();
    }
    return own.filter(c -> c.expiresAtMillis() - now >= LEAST_MILLIS);
  }

  /// A certificate that the pinned roots vouch for, of this device and with its key.
  private Optional<SenderCertificate> believed(byte[] bytes) {
    Identity self = core.self();
    return roots()
        .flatMap(roots -> SenderCertificate.read(bytes, roots, core.clock().millis()))
        .filter(c -> c.device().equals(self.address()))
        .filter(c -> c.identityKey().equals(Bytes.of(self.keys().identityPublicKey())));
  }

  private void renewInBackground() {
    Optional<Session> session = core.session();
    boolean due = System.nanoTime() - triedNanos >= TRY_AGAIN_NANOS;
    if (session.isPresent() && due && roots().isPresent() && renewing.compareAndSet(false, true)) {
      triedNanos = System.nanoTime();
      core.inBackground(
          "certificate",
          () -> {
            try {
              renew(session.get().calls());
            } finally {
              renewing.set(false);
            }
          });
    }
  }

  private void renew(ServerCalls calls) {
    byte[] bytes = calls.senderCertificate();
    boolean good =
        core.lane()
            .call(_ -> {
              Optional<SenderCertificate> next = believed(bytes);
              if (next.isPresent()) {
                own = next;
                core.store().settings().put(CERTIFICATE, bytes);
              }
              return next.isPresent();
            });
    if (good) {
      renewed.run();
    }
  }
}
