package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import sotto.chain.AccountId;
import sotto.client.internal.store.Store;

/// A fake server and homes at it, for tests; closes them all.
final class TwoPeople implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(20);

  final FakeServer server = new FakeServer();
  private final Path folder;
  private final List<Sotto> open = new ArrayList<>();

  TwoPeople(Path folder) {
    this.folder = folder;
  }

  Path home(String name) {
    return folder.resolve(name);
  }

  static Passphrase key() {
    byte[] key = new byte[Passphrase.KEY_LENGTH];
    key[0] = 7;
    return Passphrase.ofKey(key);
  }

  Sotto open(String name) {
    return open(name, Options.defaults());
  }

  Sotto open(String name, Options options) {
    Sotto sotto = Sotto.open(home(name), key(), options, server.dialer());
    open.add(sotto);
    return sotto;
  }

  Sotto openOffline(String name) {
    return open(name, Options.defaults().withoutConnection());
  }

  Sotto register(String name) {
    Sotto sotto = open(name);
    var _ = sotto.register(server.address(), Username.of(name));
    sotto.awaitOnline(PATIENCE);
    return sotto;
  }

  /// Two people who are online.
  Conversation aliceToBob() {
    var _ = register("bob");
    return register("alice").conversationWith(Username.of("bob"));
  }

  Sotto of(String name) {
    return open.stream()
        .filter(s -> s.account().map(a -> a.username().value().equals(name)).orElse(false))
        .reduce((_, last) -> last)
        .orElseThrow();
  }

  AccountId id(String name) {
    return of(name).account().orElseThrow().id();
  }

  /// Waits until a condition holds.
  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      LockSupport.parkNanos(5_000_000);
    }
  }

  /// Loses what a closed home knows of its sessions.
  static void forgetSessions(Path home) {
    try (Store store = Store.open(home, key().secret(), new SecureRandom(), Clock.systemUTC())) {
      store.sql().update("DELETE FROM session");
    }
  }

  @Override
  public void close() {
    open.forEach(Sotto::close);
    server.close();
  }
}
