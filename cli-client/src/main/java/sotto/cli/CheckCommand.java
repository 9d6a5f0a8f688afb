package sotto.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.cli.print.JsonLine;
import sotto.client.AccountDeletion;
import sotto.client.Event;
import sotto.client.EventStream;
import sotto.client.Failure;
import sotto.client.Invite;
import sotto.client.Passphrase;
import sotto.client.SentMessage;
import sotto.client.ServerAddress;
import sotto.client.Sotto;
import sotto.client.SottoException;
import sotto.client.Status;
import sotto.client.Username;

/// `check`: whether a server delivers.
@Command(
    name = "check",
    description = {
      "See whether a server works: two throw-away accounts, one message from one to the other.",
      "Prints how long each step took. The accounts' homes are in a temporary folder and removed;"
          + " at the server the two accounts are deleted at the end, and their names, which begin with"
          + " 'check.', stay taken. No home and no passphrase is used."
    },
    footer = {
      "",
      "Examples:",
      "  sotto check --server chat.example.org:7443",
      "  sotto check --server localhost:7443 --ca server-data/ca.pem --json",
      "  sotto check --server localhost:7443 --invite 7K2QF-… --invite 9TXMB-…"
    })
final class CheckCommand implements Callable<Integer> {
  private static final int TEXT_BYTES = 16;
  private static final int NAME_BYTES = 8;
  private static final int ACCOUNTS = 2;

  @Mixin private final ServerOption at = new ServerOption();

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "30s",
      converter = DurationConverter.class,
      description =
          "How long the steps behind the registration may take together: 10s, 2m. Default:"
              + " ${DEFAULT-VALUE}.")
  private Duration timeout = Duration.ofSeconds(30);

  @Option(
      names = "--invite",
      paramLabel = "CODE",
      description =
          "An invite, where the server wants them: one for each of the two accounts, so twice.")
  private List<String> invites = List.of();

  private final SecureRandom random = new SecureRandom();
  private final Session session;

  private String step = "";
  private long begun;

  CheckCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    ServerAddress server = at.address();
    List<Invite> invited = invites.stream().map(Invite::new).toList();
    if (!invited.isEmpty() && invited.size() != ACCOUNTS) {
      throw SottoException.invalid("invite", "Two accounts are made: give two invites, or none.");
    }
    long start = System.nanoTime();
    Path folder = temporary();
    try (OpenHome from = fresh(folder.resolve("from"));
        OpenHome to = fresh(folder.resolve("to"))) {
      try {
        deliver(from.sotto(), to.sotto(), server, invited.iterator());
      } catch (SottoException e) {
        // What it has made goes all the same, if the server does that much.
        Stream.of(from, to).forEach(home -> tryToDelete(home.sotto()));
        throw e;
      }
      begin("delete");
      delete(from.sotto());
      delete(to.sotto());
      done("both accounts are deleted");
    } catch (SottoException e) {
      throw failed(e);
    } finally {
      remove(folder);
    }
    long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
    if (session.json()) {
      session
          .out()
          .json(new JsonLine("checked").put("server", server.toString()).put("millis", millis));
    } else {
      session.out().line("The server works: all of it took " + millis + " ms.");
    }
    return Exit.OK.code();
  }

  private void deliver(Sotto from, Sotto to, ServerAddress server, Iterator<Invite> invited) {
    Username sender = name();
    Username receiver = name();
    begin("register");
    register(from, server, sender, invited);
    register(to, server, receiver, invited);
    done("registered two accounts");
    Deadline end = Deadline.in(timeout);
    begin("connect");
    from.awaitOnline(end.left());
    to.awaitOnline(end.left());
    done("both are connected");
    String text = HexFormat.of().formatHex(bytes(TEXT_BYTES));
    begin("send");
    try (EventStream events = to.liveEvents()) {
      SentMessage message = from.conversationWith(receiver).send(text);
      reach(message, Status.SENT, end);
      done("the server has accepted a message");
      begin("receive");
      receive(events, sender, text, end);
      done("it has arrived, as it was sent");
      begin("receipt");
      reach(message, Status.DELIVERED, end);
      done("the sender knows that it has");
    }
  }

  private static void register(
      Sotto home, ServerAddress server, Username name, Iterator<Invite> invited) {
    if (invited.hasNext()) {
      home.register(server, name, invited.next());
    } else {
      home.register(server, name);
    }
  }

  private static void delete(Sotto home) {
    switch (home.deleteAccount()) {
      case AccountDeletion.Unconfirmed(var problem) -> throw problem;
      case AccountDeletion.Deleted _, AccountDeletion.HomeLeft _ -> {}
    }
  }

  private static void tryToDelete(Sotto home) {
    if (home.account().isPresent()) {
      var _ = home.deleteAccount();
    }
  }

  private void reach(SentMessage message, Status wanted, Deadline end) {
    Status reached = message.await(wanted, end.left());
    if (reached == Status.FAILED) {
      Failure failure = message.failure().orElseThrow();
      throw SottoException.of(SottoException.Code.REFUSED, failure.sentence());
    }
    if (!reached.reached(wanted)) {
      throw late();
    }
  }

  private void receive(EventStream events, Username sender, String text, Deadline end) {
    while (!end.over()) {
      boolean arrived =
          events.next(end.left()).filter(event -> isThat(event, sender, text)).isPresent();
      if (arrived) {
        return;
      }
    }
    throw late();
  }

  private static boolean isThat(Event event, Username sender, String text) {
    if (!(event instanceof Event.MessageReceived received)) {
      return false;
    }
    if (!received.message().text().equals(text)) {
      throw SottoException.of(
          SottoException.Code.INTERNAL,
          "A message of " + sender + " has arrived that is not the one that was sent.");
    }
    return true;
  }

  private SottoException late() {
    return SottoException.of(
        SottoException.Code.TIMED_OUT,
        "It was not done within " + DurationConverter.text(timeout) + ".");
  }

  private void begin(String next) {
    step = next;
    begun = System.nanoTime();
  }

  private void done(String words) {
    long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
    if (session.json()) {
      session.out().json(new JsonLine("step").put("step", step).put("millis", millis));
    } else {
      session.out().line("%6d ms  %s".formatted(millis, words));
    }
  }

  private CommandFailed failed(SottoException e) {
    CommandFailed plain = CommandFailed.of(e, "");
    CommandFailed failed =
        new CommandFailed(
            plain.exit(),
            plain.code(),
            "The check failed at the step '" + step + "': " + Sentences.of(e),
            plain.retryable());
    failed.initCause(e);
    return failed;
  }

  private OpenHome fresh(Path home) {
    byte[] key = bytes(Passphrase.KEY_LENGTH);
    try (Passphrase passphrase = Passphrase.ofKey(key)) {
      return new OpenHome(Sotto.open(home, passphrase), ClientTelemetry.NONE);
    }
  }

  private Username name() {
    return Username.of("check." + HexFormat.of().formatHex(bytes(NAME_BYTES)));
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("sotto-check");
    } catch (IOException e) {
      throw temporary(e);
    }
  }

  private static void remove(Path folder) {
    try (var all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw temporary(e);
    }
  }

  private static CommandFailed temporary(IOException e) {
    CommandFailed failed =
        new CommandFailed(
            Exit.FAILED,
            SottoException.Code.FILE.word(),
            "Two homes cannot be made in the folder of temporary files, or not removed. Is there"
                + " room, and may you write there?",
            false);
    failed.initCause(e);
    return failed;
  }
}
