package sotto.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import sotto.client.MessageView;
import sotto.client.Options;
import sotto.client.Passphrase;
import sotto.client.Sotto;
import sotto.client.Username;

/// Further devices of an account, with the SDK in this process, against a server in another.
final class Linked {
  static final Duration LIMIT = Duration.ofSeconds(60);

  private Linked() {}

  /// Opens a home that may be empty.
  static Sotto open(Path home, Options options) {
    return Sotto.open(home, Passphrase.ofKey(new byte[Passphrase.KEY_LENGTH]), options);
  }

  /// Makes an empty home a device of another's account, and waits until it is online.
  static Sotto link(ServerProcess server, Sotto old, Path home, Options options) {
    return link(server, old, open(home, options), "Another", _ -> {});
  }

  /// The same.
  ///
  /// @param name the device's
  /// @param shown told the code
  static Sotto link(
      ServerProcess server, Sotto old, Path home, String name, Consumer<String> shown) {
    return link(server, old, open(home, Options.defaults()), name, shown);
  }

  private static Sotto link(
      ServerProcess server, Sotto old, Sotto fresh, String name, Consumer<String> shown) {
    var code = new CompletableFuture<String>();
    var linked = new CompletableFuture<Boolean>();
    Thread.startVirtualThread(() -> {
      try {
        fresh.link(Person.addressOf(server), name, code::complete);
        linked.complete(true);
      } catch (RuntimeException e) {
        code.completeExceptionally(e);
        linked.completeExceptionally(e);
      }
    });
    shown.accept(code.join());
    old.addDevice(code.join(), _ -> true);
    linked.join();
    fresh.awaitOnline(LIMIT);
    return fresh;
  }

  /// The texts of a conversation as it is shown.
  static List<String> texts(Sotto sotto, String with) {
    return sotto.conversationWith(Username.of(with)).messages(10_000).stream()
        .map(MessageView::text)
        .toList();
  }

  /// Waits until something is so.
  static void await(String what, BooleanSupplier condition) {
    await(what, LIMIT, condition);
  }

  /// The same, so long.
  static void await(String what, Duration limit, BooleanSupplier condition) {
    var end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + limit + ": " + what);
      }
      LockSupport.parkNanos(10_000_000);
    }
  }
}
