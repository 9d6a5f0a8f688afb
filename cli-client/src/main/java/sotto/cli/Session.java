package sotto.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import sotto.cli.print.MessageLines;
import sotto.cli.print.Output;
import sotto.client.Connection;
import sotto.client.EventStream;
import sotto.client.Options;
import sotto.client.Passphrase;
import sotto.client.Sotto;
import sotto.client.SottoException;

/// What the commands of one process share: where they run, the global options, their output.
final class Session {
  /// How long a command waits for the first attempt to connect before it goes on without.
  static final Duration FIRST_ATTEMPT = Duration.ofSeconds(3);

  /// How long a command waits at its end for what is in the outbox.
  static final Duration FLUSH = Duration.ofSeconds(5);

  private final Host host;
  private final Globals globals = new Globals();
  private final Output out;
  private final Complaints complaints;

  Session(Host host) {
    this.host = host;
    this.out = new Output(host.out());
    this.complaints = new Complaints(new Output(host.err()), host.debug());
  }

  Host host() {
    return host;
  }

  Globals globals() {
    return globals;
  }

  boolean json() {
    return globals.json();
  }

  Output out() {
    return out;
  }

  Complaints complaints() {
    return complaints;
  }

  /// How messages look to a person here.
  MessageLines lines() {
    return new MessageLines(host.zone().get());
  }

  void notice(String code, String sentence) {
    complaints.notice(code, sentence, json());
  }

  /// Opens the home of a registered account and begins to connect.
  OpenHome openOnline() {
    return openRegistered(Options.defaults());
  }

  /// Opens the home of a registered account without a network.
  OpenHome openOffline() {
    return openRegistered(Options.defaults().withoutConnection());
  }

  /// Opens or makes the home, for `register`.
  OpenHome openForRegistration() {
    Path home = globals.home(host);
    PassphraseSource source = new PassphraseSource(host, globals);
    try (Passphrase passphrase = Sotto.exists(home) ? source.known() : source.chosen()) {
      return open(home, passphrase, Options.defaults());
    }
  }

  private OpenHome open(Path home, Passphrase passphrase, Options options) {
    ClientTelemetry telemetry = ClientTelemetry.of(host.environment());
    try {
      return new OpenHome(
          Sotto.open(home, passphrase, options.withTelemetry(telemetry.api())), telemetry);
    } catch (RuntimeException e) {
      telemetry.close();
      throw e;
    }
  }

  /// The folder of a home that there is.
  Path existingHome() {
    Path home = globals.home(host);
    if (!Sotto.exists(home)) {
      throw SottoException.of(
          SottoException.Code.NOT_REGISTERED, "There is no account in " + home + ".");
    }
    return home;
  }

  private OpenHome openRegistered(Options options) {
    Path home = existingHome();
    OpenHome open;
    try (Passphrase passphrase = new PassphraseSource(host, globals).known()) {
      open = open(home, passphrase, options);
    }
    if (open.sotto().account().isEmpty()) {
      open.close();
      throw SottoException.of(
          SottoException.Code.NOT_REGISTERED, "The registration of " + home + " is not finished.");
    }
    return open;
  }

  /// Waits until the home is connected or its first attempt has failed.
  ///
  /// @param patience the longest wait
  /// @return why it is not connected; empty when it is
  static Optional<SottoException> firstAttempt(Sotto sotto, Duration patience) {
    Deadline end = Deadline.in(patience);
    try (EventStream live = sotto.liveEvents()) {
      while (true) {
        Connection connection = sotto.connection();
        if (connection.state() == Connection.State.ONLINE) {
          return Optional.empty();
        }
        if (connection.problem().isPresent()) {
          return connection.problem();
        }
        if (end.over()) {
          return Optional.of(
              SottoException.of(
                  SottoException.Code.SERVER_UNREACHABLE, "The server does not answer."));
        }
        live.next(end.left());
      }
    }
  }

  /// Lets the outbox go, as far as it can within a short time; what stays goes with the next
  /// command.
  ///
  /// @return whether all that could go has gone
  static boolean flush(Sotto sotto, Duration patience) {
    try {
      return sotto.connection().state() == Connection.State.ONLINE && sotto.awaitOutbox(patience);
    } catch (SottoException e) {
      return false;
    }
  }
}
