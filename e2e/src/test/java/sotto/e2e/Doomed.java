package sotto.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import sotto.client.Options;
import sotto.client.Sotto;
import sotto.client.SottoException;
import sotto.client.Username;

/// A process that uses a home until it is killed: it writes to somebody without end, takes its
/// events, and makes backups, if it is to. What it has written, and the store has, it prints, and
/// when it is connected.
final class Doomed {
  private static final Duration PACE = Duration.ofMillis(40);
  private static final Duration TICK = Duration.ofSeconds(1);

  private Doomed() {}

  /// Runs until it is killed.
  ///
  /// @param arguments the home, whom to write to, what each text begins with, `backup` or nothing
  public static void main(String[] arguments) {
    // Never closed in good order.
    Sotto sotto = Linked.open(Path.of(arguments[0]), Options.defaults());
    var events = Thread.ofPlatform().daemon().start(() -> take(sotto));
    if (arguments.length > 3) {
      Thread.ofPlatform().daemon().start(() -> backUp(sotto));
    }
    Thread.ofPlatform().daemon().start(() -> tellOnline(sotto));
    var to = sotto.conversationWith(Username.of(arguments[1]));
    for (int i = 0; events.isAlive(); i++) {
      var text = arguments[2] + "." + i;
      to.send(text);
      System.out.println("wrote " + text);
      LockSupport.parkNanos(PACE.toNanos());
    }
  }

  private static void tellOnline(Sotto sotto) {
    sotto.awaitOnline(Linked.LIMIT);
    System.out.println("online");
  }

  private static void take(Sotto sotto) {
    try (var events = sotto.events("doomed")) {
      while (true) {
        events.next(TICK);
        events.done();
      }
    }
  }

  private static void backUp(Sotto sotto) {
    while (true) {
      try {
        sotto.backup().keep(_ -> {});
      } catch (SottoException e) {
        // There is no connection yet.
      }
      LockSupport.parkNanos(PACE.toNanos());
    }
  }
}
