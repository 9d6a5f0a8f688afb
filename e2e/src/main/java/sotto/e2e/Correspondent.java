package sotto.e2e;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import sotto.client.Connection;
import sotto.client.Event;
import sotto.client.MessageView;
import sotto.client.Passphrase;
import sotto.client.ServerAddress;
import sotto.client.Sotto;
import sotto.client.Status;
import sotto.client.Username;

/// A user of the SDK in this process who writes to one other user at a fixed rate and reads what
/// comes. One who sleeps only reads, and can be away: what is written to them meanwhile is in the
/// storage and nowhere else.
///
/// Two threads: one writes, one takes the events.
final class Correspondent implements AutoCloseable {
  private static final int PAGE = 5_000;
  private static final String CONSUMER = "faults-store";
  private static final Duration A_WHILE = Duration.ofMillis(200);
  private static final long PAUSED_NANOS = Duration.ofMillis(50).toNanos();

  private final String name;
  private final String friend;
  private final Path home;
  private final byte[] key = new byte[Passphrase.KEY_LENGTH];
  private final OneWay outgoing;
  private final OneWay incoming;
  private final boolean sleeps;
  private final AtomicInteger reconnects = new AtomicInteger();
  private volatile long period; // nanoseconds between two messages; 0 = silent
  private volatile boolean over;
  private Sotto sotto;
  private Thread writer = new Thread();
  private Thread reader = new Thread();
  private long lastEvent; // of the reader

  /// Registers.
  ///
  /// @param home the client's folder
  /// @param sleeps whether they only read
  /// @param outgoing what this user writes
  /// @param incoming what the friend writes
  Correspondent(
      ServerAddress server,
      String name,
      String friend,
      Path home,
      boolean sleeps,
      OneWay outgoing,
      OneWay incoming) {
    this.name = name;
    this.friend = friend;
    this.home = home;
    this.sleeps = sleeps;
    this.outgoing = outgoing;
    this.incoming = incoming;
    new SecureRandom().nextBytes(key);
    this.sotto = open();
    sotto.register(server, Username.of(name));
  }

  /// Two who write to each other.
  ///
  /// @param number of the pair, for their names
  /// @param homes where the home of a name is
  static List<Correspondent> pair(ServerAddress server, int number, Function<String, Path> homes) {
    var left = "left" + number;
    var right = "right" + number;
    var there = new OneWay(left);
    var back = new OneWay(right);
    return List.of(
        new Correspondent(server, left, right, homes.apply(left), false, there, back),
        new Correspondent(server, right, left, homes.apply(right), false, back, there));
  }

  private Sotto open() {
    return Sotto.open(home, Passphrase.ofKey(key));
  }

  /// Begins to take events and to write, silent at first.
  ///
  /// @param trouble what is called when a thread fails
  void start(Thread.UncaughtExceptionHandler trouble) {
    reader = reading(trouble);
    if (!sleeps) {
      writer =
          Thread.ofPlatform()
              .name(name + " writes")
              .daemon()
              .uncaughtExceptionHandler(trouble)
              .start(this::write);
    }
  }

  private Thread reading(Thread.UncaughtExceptionHandler trouble) {
    // Opened here, so that nothing comes before it. Who was away needs a cursor.
    var events = sleeps ? sotto.events(CONSUMER) : sotto.liveEvents();
    return Thread.ofPlatform()
        .name(name + " reads")
        .daemon()
        .uncaughtExceptionHandler(trouble)
        .start(() -> {
          try (events) {
            while (!over) {
              events.next(A_WHILE).ifPresent(this::seeOnce);
            }
          }
        });
  }

  /// The same event may come again when a stream is opened again.
  private void seeOnce(Event event) {
    if (event.id() == Event.LIVE || event.id() > lastEvent) {
      lastEvent = Math.max(lastEvent, event.id());
      see(event);
    }
  }

  private void see(Event event) {
    switch (event) {
      case Event.MessageReceived received ->
          incoming.number(received.message().text()).ifPresent(incoming::arrived);
      case Event.StatusChanged changed when changed.status() == Status.FAILED -> outgoing.failed();
      case Event.StatusChanged changed when changed.status().reached(Status.SENT) ->
          outgoing.number(changed.message().text()).ifPresent(outgoing::accepted);
      case Event.ConnectionChanged changed
          when changed.connection().state() == Connection.State.ONLINE ->
          reconnects.incrementAndGet();
      default -> {}
    }
  }

  private void write() {
    var conversation = sotto.conversationWith(Username.of(friend));
    var due = System.nanoTime();
    while (!over) {
      var each = period;
      if (each == 0) {
        LockSupport.parkNanos(PAUSED_NANOS);
        due = System.nanoTime();
        continue;
      }
      // What a slow machine did not write in time is left out: no burst makes up for it.
      due = Math.max(due + each, System.nanoTime() - each);
      while (due > System.nanoTime() && !over) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      if (period == 0 || over) {
        continue;
      }
      conversation.send(outgoing.next());
      outgoing.wrote();
    }
  }

  /// Writes so many messages a second from now on; 0 = none.
  void rate(double aSecond) {
    period = aSecond == 0 ? 0 : (long) (1e9 / aSecond);
  }

  String name() {
    return name;
  }

  OneWay outgoing() {
    return outgoing;
  }

  OneWay incoming() {
    return incoming;
  }

  /// How often it came online.
  int reconnects() {
    return reconnects.get();
  }

  /// In hexadecimal, as a log would have it.
  String accountId() {
    return sotto.account().orElseThrow().id().toString();
  }

  boolean sleeps() {
    return sleeps;
  }

  /// Whether the account is of the first of two shards.
  boolean inFirstHalf() {
    return accountId().charAt(0) < '8';
  }

  /// Closes the home.
  void away() {
    stop();
    sotto.close();
  }

  /// Opens the home again and reads what has come.
  void back(Thread.UncaughtExceptionHandler trouble) {
    over = false;
    sotto = open();
    reader = reading(trouble);
  }

  /// Ends the threads and opens the home anew.
  void reopen() {
    stop();
    sotto.close();
    sotto = open();
  }

  private void stop() {
    over = true;
    try {
      writer.join();
      reader.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  boolean awaitMailboxEmpty(Duration wait) {
    return sotto.awaitMailboxEmpty(wait);
  }

  /// The whole conversation, oldest first.
  List<MessageView> history() {
    var conversation = sotto.conversationWith(Username.of(friend));
    var pages = new ArrayList<List<MessageView>>();
    var page = conversation.messages(PAGE);
    while (!page.isEmpty()) {
      pages.addFirst(page);
      page = conversation.messagesBefore(page.getFirst().place(), PAGE);
    }
    return pages.stream().flatMap(List::stream).toList();
  }

  @Override
  public void close() {
    over = true;
    sotto.close();
  }
}
