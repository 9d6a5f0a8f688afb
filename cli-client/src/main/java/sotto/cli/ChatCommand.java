package sotto.cli;

import java.util.Iterator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sotto.cli.chat.Chat;
import sotto.cli.image.ImageWay;
import sotto.client.SottoException;

/// `chat`: an interactive conversation.
@Command(
    name = "chat",
    description = {
      "Talk with a user or a group: type a line and see what comes.",
      "Shows the newest messages first, then new ones as they come; tells the sender that you have"
          + " read them. When input or output is a pipe, everything is plain lines, and the end of"
          + " the input ends the conversation once all is sent."
    },
    footer = {
      "",
      "While talking: /file PATH sends a file, /save N saves one, /open N opens it, /help lists the rest, /quit or"
          + " Ctrl-D leaves. … queued, ✓ sent, ✓✓ delivered, ✓✓ read, ✗ failed.",
      "",
      "Examples:",
      "  sotto chat bob",
      "  sotto chat '#Climbers'",
      "  printf 'one\\ntwo\\n' | sotto chat bob"
    })
final class ChatCommand implements Callable<Integer> {
  @Option(names = "--plain", description = "Plain lines also on a terminal.")
  private boolean plain;

  @Option(
      names = "--images",
      paramLabel = "WAY",
      defaultValue = ImageWay.AUTO,
      completionCandidates = ImageWays.class,
      description =
          "How previews of pictures are shown: auto, off, kitty, iterm, sixel, blocks, blocks256."
              + " Default: ${DEFAULT-VALUE}, what the terminal says it can.")
  private String images = ImageWay.AUTO;

  /// The words for `--images`.
  static final class ImageWays implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return ImageWay.words().iterator();
    }
  }

  @Parameters(
      index = "0",
      paramLabel = "USER",
      converter = AddresseeConverter.class,
      description = "With whom: a username, or '#' and the name or id of a group.")
  @SuppressWarnings("NullAway.Init") // picocli sets it or refuses the command line
  private Addressee user;

  private final Session session;

  ChatCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var _ = imageWay();
    try (OpenHome home = session.openOnline()) {
      boolean online = Session.firstAttempt(home.sotto(), Session.FIRST_ATTEMPT).isEmpty();
      Chat.Result result = chat().run(home.sotto(), user, online);
      Session.flush(home.sotto(), Session.FLUSH);
      return end(result).code();
    }
  }

  private Chat chat() {
    Host host = session.host();
    return new Chat(
        look(),
        session.out(),
        session.lines(),
        host.in(),
        host.userHome(),
        imageWay(),
        host.viewer());
  }

  private ImageWay imageWay() {
    if (images.equals(ImageWay.AUTO)) {
      return ImageWay.detect(session.host().environment());
    }
    return ImageWay.of(images)
        .orElseThrow(() ->
            CommandFailed.usage("--images is one of " + String.join(", ", ImageWay.words()) + "."));
  }

  private Chat.Look look() {
    Host host = session.host();
    if (session.json()) {
      return Chat.Look.JSON;
    }
    if (!host.terminal()) {
      return Chat.Look.PLAIN;
    }
    return plain || host.variable("TERM").orElse("dumb").equals("dumb")
        ? Chat.Look.PLAIN_TERMINAL
        : Chat.Look.TERMINAL;
  }

  private Exit end(Chat.Result result) {
    if (result.failed() > 0 && !result.interactive()) {
      throw new CommandFailed(
          Exit.REFUSED, "failed", result.failed() + " of the messages were not sent.", false);
    }
    if (result.queued() > 0) {
      String sentence = result.queued() + " queued, goes with the next command";
      if (!result.interactive()) {
        throw new CommandFailed(
            Exit.TIMED_OUT, SottoException.Code.TIMED_OUT.word(), sentence, false);
      }
      session.notice("queued", sentence);
    }
    return Exit.OK;
  }
}
