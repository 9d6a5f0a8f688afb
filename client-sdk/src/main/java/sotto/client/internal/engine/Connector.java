package sotto.client.internal.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.Hello;
import sotto.chat.v1.Ping;
import sotto.chat.v1.ServerFrame;
import sotto.chat.v1.Welcome;
import sotto.client.Connection;
import sotto.client.Connection.State;
import sotto.client.Event;
import sotto.client.ServerAddress;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.net.Blobs;
import sotto.client.internal.net.ChatStream;
import sotto.client.internal.net.Dialer;
import sotto.client.internal.net.DirectHttp;
import sotto.client.internal.net.Faults;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.net.Standing;
import sotto.client.internal.net.Tokens;
import sotto.client.internal.net.Wire;

/// Keeps the device's stream open, on one virtual thread.
///
/// ```
/// connecting ── welcome ──▶ online ── end, silence ──▶ connecting, after a back-off
/// connecting ── diverged ──▶ mended (protocol C1) ──▶ hello again on the same stream
/// online ── displaced ──▶ displaced: stays so
/// connecting ── the server shows that the device was removed ──▶ removed: stays so
/// connecting ── the server shows that the account was deleted ──▶ deleted: stays so
/// online ── the store cannot be written ──▶ blocked ──▶ connecting, after a back-off
/// ```
final class Connector {
  /// What the engine does with a stream.
  interface Guest {
    /// The server answers calls; the stream is not there yet. Blocks.
    void connecting(ServerCalls calls);

    /// The number to say hello with.
    ConnectionNumbers.Numbered connectionNumber();

    /// The number was not above the server's highest.
    ///
    /// @return the one to say hello with again
    ConnectionNumbers.Numbered diverged(ConnectionNumbers.Numbered refused, long highest);

    /// Finishes what [#diverged] began, if it did. Blocks.
    void mend(ServerCalls calls);

    /// The stream is open.
    void welcome(Session session, Welcome welcome);

    /// A frame came after `welcome`. Network thread.
    void frame(ChatStream stream, ServerFrame frame);

    /// Frames can be written again. Network thread.
    void ready();

    /// The stream is over.
    void gone(ChatStream stream);

    /// Another stream took over.
    void displaced();

    /// The device was removed from its account, or the account was deleted, provably.
    void left(Standing standing);
  }

  private static final Duration HELLO_PATIENCE = Duration.ofSeconds(20);
  private static final long PING_MILLIS = 30_000;
  private static final long SILENCE_NANOS = Duration.ofSeconds(75).toNanos();
  private static final long COMPLETE_MILLIS = 150;
  private static final Duration PATIENCE = Duration.ofMillis(400);
  private static final long GOING_MILLIS = 1000;
  private static final String CLIENT = "sotto-java/0.1";

  private final Core core;
  private final Dialer dialer;
  private final Guest guest;
  private final Signal stop = new Signal();
  private volatile Connection connection = new Connection(State.OFFLINE, Optional.empty());
  private volatile boolean stopped;
  private volatile Optional<Thread> thread = Optional.empty();

  Connector(Core core, Dialer dialer, Guest guest) {
    this.core = core;
    this.dialer = dialer;
    this.guest = guest;
  }

  Connection connection() {
    return connection;
  }

  /// Does not connect, or no more.
  void stay(Standing standing) {
    switch (standing) {
      case REMOVED -> set(State.REMOVED, Optional.of(Failures.removed()));
      case ENDED -> set(State.ACCOUNT_DELETED, Optional.of(Failures.ended()));
      case LISTED -> {}
    }
  }

  /// Starts to connect; once only.
  void start() {
    set(State.CONNECTING, Optional.empty());
    thread = Optional.of(Thread.ofVirtual().name("sotto-connection").start(this::run));
  }

  /// Ends the stream in good order and waits for that, a fraction of a second at most.
  void stop() {
    stopped = true;
    stop.raise();
    core.session()
        .ifPresent(session -> {
          session.stream().complete();
          core.timers().after(COMPLETE_MILLIS, () -> session.stream().cancel("closed"));
        });
    thread.ifPresent(Connector::join);
    set(State.CLOSED, Optional.empty());
  }

  private static void join(Thread thread) {
    try {
      if (!thread.join(PATIENCE)) {
        thread.interrupt();
        var _ = thread.join(PATIENCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The store could not be written: nothing is acked any more.
  void storageBlocked(SottoException problem) {
    core.session()
        .ifPresent(session -> {
          set(State.STORAGE_BLOCKED, Optional.of(problem));
          session.stream().cancel("the store cannot be written");
        });
  }

  private void set(State state, Optional<SottoException> problem) {
    Connection now = new Connection(state, problem);
    if (connection.state() == state && connection.problem().isPresent() == problem.isPresent()) {
      connection = now;
      return;
    }
    connection = now;
    core.progress().raise();
    core.events().live(new Event.ConnectionChanged(Event.LIVE, now));
  }

  private void run() {
    int failures = 0;
    Places places = new Places(core.self().account().server(), core.random());
    while (!stopped) {
      Attempt attempt = new Attempt(places.next());
      try (Wire wire = dialer.dial(attempt.place)) {
        attempt.run(wire);
      } catch (SottoException e) {
        attempt.problem = Optional.of(e);
      } catch (RuntimeException e) {
        attempt.problem = Optional.of(Faults.of(e));
      }
      if (attempt.displaced) {
        // Whoever sees the state finds the event.
        try {
          guest.displaced();
        } finally {
          set(
              State.DISPLACED,
              Optional.of(
                  SottoException.of(
                      Code.DISPLACED, "Another connection of this device took over.")));
        }
        return;
      }
      if (attempt.standing != Standing.LISTED) {
        stay(attempt.standing);
        guest.left(attempt.standing);
        return;
      }
      failures = attempt.welcomed ? 0 : failures + 1;
      if (!stopped) {
        // While there are addresses left to try, nothing is said to be wrong.
        boolean whole = places.size() == 1 || failures >= places.size();
        settle(attempt, whole ? attempt.problem : Optional.empty());
        pause(attempt, failures / places.size());
      }
    }
  }

  /// Says how it stands between two attempts. A stream that was cancelled because the store cannot
  /// be written ends with a status of its own, which is not the problem.
  private void settle(Attempt attempt, Optional<SottoException> problem) {
    Connection before = connection;
    if (before.state() == State.STORAGE_BLOCKED && attempt.welcomed) {
      return;
    }
    boolean blocked = attempt.problem.map(p -> p.code() == Code.STORAGE_FULL).orElse(false);
    set(blocked ? State.STORAGE_BLOCKED : State.CONNECTING, blocked ? attempt.problem : problem);
  }

  private void pause(Attempt attempt, int failures) {
    Duration asked =
        attempt
            .problem
            .flatMap(SottoException::retryAfter)
            .orElse(Duration.ofMillis(attempt.reconnectAfter));
    var _ = stop.await(() -> stopped, Pause.before(failures, asked, core.random()));
  }

  /// One stream, from dialling to its end.
  private final class Attempt implements ChatStream.Listener {
    private final CompletableFuture<Optional<Throwable>> ended = new CompletableFuture<>();
    private volatile CompletableFuture<ServerFrame> opening = new CompletableFuture<>();
    private volatile long lastFrame = System.nanoTime();
    private volatile boolean welcomed;
    private volatile boolean displaced;
    private Standing standing = Standing.LISTED;
    private volatile long reconnectAfter;
    private final ServerAddress place;
    private Optional<SottoException> problem = Optional.empty();

    Attempt(ServerAddress place) {
      this.place = place;
    }

    void run(Wire wire) {
      Tokens tokens = new Tokens(wire.channel(), place.host(), new LaneSigner(core));
      ServerCalls calls = ServerCalls.of(wire.channel(), tokens);
      String token = token(tokens);
      guest.connecting(calls);
      guest.mend(calls);
      ConnectionNumbers.Numbered number = guest.connectionNumber();
      ChatStream stream = ChatStream.open(wire.channel(), token, this);
      try (DirectHttp direct = DirectHttp.trusting(place.trustedCa())) {
        Welcome welcome = welcome(calls, stream, number);
        welcomed = true;
        Session session = new Session(calls, Blobs.of(calls), direct, stream, place);
        core.setSession(Optional.of(session));
        guest.welcome(session, welcome);
        set(State.ONLINE, Optional.empty());
        stay(stream);
      } finally {
        core.setSession(Optional.empty());
        guest.gone(stream);
        if (!ended.isDone()) {
          stream.cancel("over");
        }
      }
    }

    private String token(Tokens tokens) {
      try {
        return tokens.get();
      } catch (SottoException e) {
        standing =
            switch (e.code()) {
              case DEVICE_REMOVED -> Standing.REMOVED;
              case ACCOUNT_DELETED -> Standing.ENDED;
              default -> Standing.LISTED;
            };
        throw e;
      }
    }

    private Welcome welcome(
        ServerCalls calls, ChatStream stream, ConnectionNumbers.Numbered number) {
      ServerFrame first = hello(stream, number);
      if (first.hasDiverged()) {
        ConnectionNumbers.Numbered next = guest.diverged(number, first.getDiverged().getHighest());
        guest.mend(calls);
        first = hello(stream, next);
      }
      if (!first.hasWelcome()) {
        throw SottoException.of(Code.REFUSED, "The server did not open the device's stream.");
      }
      return first.getWelcome();
    }

    private ServerFrame hello(ChatStream stream, ConnectionNumbers.Numbered number) {
      CompletableFuture<ServerFrame> answer = new CompletableFuture<>();
      opening = answer;
      stream.send(
          ClientFrame.newBuilder()
              .setHello(
                  Hello.newBuilder()
                      .setConnectionNumber(number.value())
                      .setHeard(number.heard())
                      .setClient(CLIENT))
              .build());
      var _ =
          ended.thenAccept(failure ->
              answer.completeExceptionally(
                  failure.orElseGet(() -> new IllegalStateException("ended"))));
      try {
        return answer.get(HELLO_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        Throwable cause = e.getCause();
        throw Faults.of(cause == null ? e : cause);
      } catch (TimeoutException e) {
        throw SottoException.of(Code.SERVER_UNREACHABLE, "The server does not answer.", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw SottoException.of(Code.CLOSED, "This home was closed.", e);
      }
    }

    /// Stays until the stream ends; pings, and breaks off what is silent.
    private void stay(ChatStream stream) {
      long number = 0;
      while (true) {
        long wait =
            stopped
                ? COMPLETE_MILLIS
                : PING_MILLIS * 4 / 5 + core.random().nextLong(PING_MILLIS / 5);
        try {
          ended
              .get(wait, TimeUnit.MILLISECONDS)
              .ifPresent(failure -> problem = Optional.of(Faults.of(failure)));
          return;
        } catch (TimeoutException e) {
          if (stopped) {
            return;
          }
          if (System.nanoTime() - lastFrame > SILENCE_NANOS) {
            problem =
                Optional.of(
                    SottoException.of(Code.SERVER_UNREACHABLE, "The server fell silent.", e));
            return;
          }
          stream.send(ClientFrame.newBuilder().setPing(Ping.newBuilder().setId(++number)).build());
        } catch (InterruptedException e) {
          return;
        } catch (ExecutionException e) {
          throw new IllegalStateException(e);
        }
      }
    }

    @Override
    public void frame(ChatStream stream, ServerFrame frame) {
      lastFrame = System.nanoTime();
      switch (frame.getFrameCase()) {
        case WELCOME, DIVERGED -> {
          opening.complete(frame);
          stream.handled();
        }
        case DISPLACED -> {
          displaced = true;
          stream.cancel("displaced");
        }
        case GOING_AWAY -> {
          reconnectAfter = Integer.toUnsignedLong(frame.getGoingAway().getReconnectAfterMs());
          stream.handled();
          stream.complete();
          core.timers().after(GOING_MILLIS, () -> ended.complete(Optional.empty()));
        }
        default -> guest.frame(stream, frame);
      }
    }

    @Override
    public void ready(ChatStream stream) {
      guest.ready();
    }

    @Override
    public void ended(ChatStream stream, Optional<Throwable> failure) {
      ended.complete(failure);
    }
  }
}
