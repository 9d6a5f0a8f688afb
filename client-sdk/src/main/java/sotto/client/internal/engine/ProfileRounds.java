package sotto.client.internal.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// Brings the own profile to the server and asks for those of others, one round at a time, whenever
/// something is due and there is a connection. Any thread.
final class ProfileRounds {
  private static final long RETRY_MILLIS = 5_000;

  private final Core core;
  private final SelfProfile self;
  private final PeerProfiles peers;
  private final AtomicBoolean wanted = new AtomicBoolean();
  private final AtomicBoolean running = new AtomicBoolean();

  ProfileRounds(Core core, SelfProfile self, PeerProfiles peers) {
    this.core = core;
    this.self = self;
    this.peers = peers;
    self.onAhead(this::wake);
    peers.onDue(this::wake);
  }

  /// Looks whether something is due.
  void wake() {
    wanted.set(true);
    core.session()
        .ifPresent(session -> {
          if (running.compareAndSet(false, true)) {
            core.inBackground("profiles", () -> run(session));
          }
        });
  }

  private void run(Session session) {
    try {
      while (wanted.getAndSet(false)) {
        self.publish(session.calls());
        peers.fetch(session.calls());
        self.rotateWhenFetched();
      }
    } catch (SottoException e) {
      if (e.retryable() || e.code() == Code.RATE_LIMITED) {
        core.timers()
            .after(e.retryAfter().map(Duration::toMillis).orElse(RETRY_MILLIS), this::wake);
      }
      throw e;
    } finally {
      running.set(false);
    }
    if (wanted.get()) {
      wake();
    }
  }
}
