package sotto.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import sotto.client.Event;
import sotto.client.Passphrase;
import sotto.client.SentMessage;
import sotto.client.ServerAddress;
import sotto.client.Sotto;
import sotto.client.Status;
import sotto.client.Username;

/// Measures how many messages a second one pair reaches through the standalone server: both clients
/// in this process, the server in its own, everything durable with fsync on all three, encrypted,
/// acknowledged, receipts on. Several threads write at once, as an app's would.
public final class OnePair {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private OnePair() {}

  /// Measures and prints a line for each round.
  ///
  /// @param arguments messages a round (5,000), rounds (4; the first warms up), writing threads
  ///   (32)
  public static void main(String[] arguments) throws IOException {
    var count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5_000;
    var rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 4;
    var writers = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 32;
    var folder = Files.createTempDirectory("sotto-one-pair");
    try (var server = ServerProcess.start(Checkout.find(), folder.resolve("server"));
        var alice = open(folder.resolve("alice"));
        var bob = open(folder.resolve("bob"))) {
      var address = ServerAddress.parse(server.address()).trusting(Files.readString(server.ca()));
      alice.register(address, Username.of("alice"));
      bob.register(address, Username.of("bob"));
      for (var round = 0; round < rounds; round++) {
        measure(alice, bob, count, round, writers);
      }
    }
    System.exit(0);
  }

  private static Sotto open(Path home) {
    return Sotto.open(home, Passphrase.ofKey(new byte[Passphrase.KEY_LENGTH]));
  }

  private static void measure(Sotto alice, Sotto bob, int count, int round, int writers) {
    var start = System.nanoTime();
    var reader = Thread.ofVirtual().start(() -> receive(bob, count));
    var conversation = alice.conversationWith(Username.of("bob"));
    var messages = new ConcurrentLinkedQueue<SentMessage>();
    var next = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var writer = 0; writer < writers; writer++) {
        var _ =
            threads.submit(() -> {
              for (var i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                messages.add(conversation.send("message " + i));
              }
            });
      }
    }
    var queued = System.nanoTime();
    messages.forEach(m -> m.await(Status.SENT, PATIENCE));
    var sent = System.nanoTime();
    try {
      reader.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    var received = System.nanoTime();
    System.out.printf(
        Locale.ROOT,
        "%s %d messages, %d writers: queued %.0f/s, sent %.0f/s, received %.0f/s%n",
        round == 0 ? "(warm-up)" : "round " + round,
        count,
        writers,
        rate(count, queued - start),
        rate(count, sent - start),
        rate(count, received - start));
  }

  private static void receive(Sotto bob, int count) {
    try (var events = bob.events("one-pair")) {
      for (var got = 0; got < count; ) {
        var event = events.next(PATIENCE).orElseThrow();
        if (event instanceof Event.MessageReceived) {
          got++;
        }
        events.done();
      }
    }
  }

  private static double rate(int count, long nanos) {
    return count * 1e9 / nanos;
  }
}
