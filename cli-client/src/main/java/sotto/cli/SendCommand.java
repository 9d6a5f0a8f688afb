package sotto.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;
import sotto.cli.print.MessageJson;
import sotto.cli.print.MessageLines;
import sotto.cli.print.TerminalText;
import sotto.client.Connection;
import sotto.client.Conversation;
import sotto.client.Failure;
import sotto.client.FileOptions;
import sotto.client.SentMessage;
import sotto.client.SottoException;
import sotto.client.Status;

/// `send`: one message.
@Command(
    name = "send",
    description = {
      "Send a text, files, or both.",
      "The message is stored here first, so that it is never lost: if it cannot go now it is"
          + " queued and goes with the next command that connects."
    },
    footer = {
      "",
      "Examples:",
      "  sotto send bob 'See you at eight'",
      "  sotto send '#Climbers' 'See you all at eight'",
      "  git diff | sotto send bob -",
      "  sotto send bob 'The cat' --file cat.jpg --file kitten.jpg",
      "  sotto send bob hello --wait read --timeout 5m",
      "",
      "A text that begins with '-' goes behind '--': sotto send bob -- -5°"
    })
final class SendCommand implements Callable<Integer> {
  /// How far `--wait` can wait.
  enum Goal {
    SENT(Status.SENT),
    DELIVERED(Status.DELIVERED),
    READ(Status.READ);

    private final Status status;

    Goal(Status status) {
      this.status = status;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Reads a goal.
  static final class GoalConverter implements ITypeConverter<Goal> {
    @Override
    public Goal convert(String text) {
      return Arrays.stream(Goal.values())
          .filter(goal -> goal.toString().equals(text))
          .findFirst()
          .orElseThrow(() -> new TypeConversionException("it is one of sent, delivered and read"));
    }
  }

  private static final Duration SLICE = Duration.ofMillis(500);
  private static final Duration FILE_SLICE = Duration.ofMillis(200);

  @Option(
      names = "--file",
      paramLabel = "PATH",
      description = "Send a file; may be given up to 16 times.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--original",
      description =
          "Send pictures byte for byte. Without it, JPEG, PNG, GIF and WebP go without what they say"
              + " about place, time and device; their pixels are not touched.")
  private boolean original;

  @Option(
      names = "--wait",
      paramLabel = "STATUS",
      defaultValue = "sent",
      converter = GoalConverter.class,
      description =
          "Wait until it is sent (at the server), delivered (on a device of theirs) or read."
              + " Default: ${DEFAULT-VALUE}.")
  private Goal goal = Goal.SENT;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10s",
      converter = DurationConverter.class,
      description =
          "How long to wait for that, not counting the time in which files move: 500ms, 10s, 2m."
              + " Default: ${DEFAULT-VALUE}.")
  private Duration timeout = Duration.ofSeconds(10);

  @Parameters(
      index = "0",
      paramLabel = "USER",
      converter = AddresseeConverter.class,
      description = "To whom: a username, or '#' and the name or id of a group.")
  @SuppressWarnings("NullAway.Init") // picocli sets it or refuses the command line
  private Addressee user;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "TEXT",
      description = "The text, up to 65,536 bytes of UTF-8, or '-' to read it from standard input.")
  private Optional<String> text = Optional.empty();

  private final Session session;

  SendCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    String words = checkedText();
    files.forEach(SendCommand::check);
    try (OpenHome home = session.openOnline()) {
      Deadline end = Deadline.in(timeout);
      Session.firstAttempt(home.sotto(), end.left(Session.FIRST_ATTEMPT));
      Conversation conversation = user.conversation(home.sotto());
      SentMessage message =
          conversation.send(words, files, original ? FileOptions.ORIGINAL : FileOptions.DEFAULTS);
      Status reached = await(home, message, end);
      Exit exit = report(home, message, reached);
      Session.flush(home.sotto(), files.isEmpty() ? end.left(Session.FLUSH) : Session.FLUSH);
      return exit.code();
    }
  }

  private String checkedText() {
    if (text.isEmpty() && files.isEmpty()) {
      throw CommandFailed.usage(
          "Nothing to send. Give a TEXT, '-' to read it from standard input, or --file PATH.");
    }
    if (files.size() > Conversation.MAX_FILES) {
      throw CommandFailed.usage("A message has at most 16 files.");
    }
    return text.map(t -> MessageText.of(t, session.host().in())).orElse("");
  }

  private static void check(Path file) {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new CommandFailed(
          Exit.FAILED,
          SottoException.Code.FILE.word(),
          "The file "
              + TerminalText.name(file.toString())
              + " is not there, or not a file that can be read; nothing was sent.",
          false);
    }
  }

  /// Waits for the goal; a server that is not to be trusted ends the waiting, as that does not
  /// pass.
  private Status await(OpenHome home, SentMessage message, Deadline first) {
    SendProgress progress = new SendProgress(session, message);
    Deadline end = first;
    while (true) {
      Status status = message.await(goal.status, end.left(files.isEmpty() ? SLICE : FILE_SLICE));
      if (!files.isEmpty() && progress.moved()) {
        end = Deadline.in(timeout);
      }
      if (status.reached(goal.status) || status == Status.FAILED || end.over()) {
        progress.close();
        return status;
      }
      if (status == Status.QUEUED) {
        problem(home)
            .filter(p -> Exit.of(p.code()) == Exit.SERVER && !p.retryable())
            .ifPresent(p -> {
              print(message);
              throw CommandFailed.of(p, "The message stays queued.");
            });
      }
    }
  }

  private Exit report(OpenHome home, SentMessage message, Status reached) {
    print(message);
    if (reached.reached(goal.status)) {
      return Exit.OK;
    }
    Optional<Failure> failure = message.failure();
    if (reached == Status.FAILED) {
      throw new CommandFailed(
          Exit.REFUSED,
          failure.map(Failure::code).orElse("failed"),
          "Not sent: "
              + failure.map(Failure::sentence).map(TerminalText::name).orElse("refused")
              + (failure.map(Failure::retryable).orElse(true)
                  ? " To try again, send it again."
                  : ""),
          false);
    }
    String why =
        failure
            .map(Failure::sentence)
            .or(() -> problem(home).map(p -> String.valueOf(p.getMessage())))
            .map(s -> " (" + TerminalText.name(s) + ")")
            .orElse("");
    throw new CommandFailed(
        Exit.TIMED_OUT,
        SottoException.Code.TIMED_OUT.word(),
        reached == Status.QUEUED
            ? "queued, goes with the next command" + why
            : "%s, but not %s within %s"
                .formatted(MessageJson.word(reached), goal, DurationConverter.text(timeout)),
        false);
  }

  private static Optional<SottoException> problem(OpenHome home) {
    Connection connection = home.sotto().connection();
    return connection.state() == Connection.State.ONLINE ? Optional.empty() : connection.problem();
  }

  private void print(SentMessage message) {
    if (session.json()) {
      session.out().json(MessageJson.line(message.view(), Map.of()));
    } else if (message.status() != Status.QUEUED && message.status() != Status.FAILED) {
      session.out().line(MessageLines.words(message.status()));
    }
  }
}
