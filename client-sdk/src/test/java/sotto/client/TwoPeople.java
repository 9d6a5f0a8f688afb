package sotto.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

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

  @Override
  public void close() {
    open.forEach(Sotto::close);
    server.close();
  }
}
