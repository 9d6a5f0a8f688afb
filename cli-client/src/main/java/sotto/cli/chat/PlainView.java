package sotto.cli.chat;

import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import sotto.cli.print.MessageLines;
import sotto.cli.print.Output;
import sotto.cli.print.TerminalText;
import sotto.client.Event;
import sotto.client.Failure;
import sotto.client.MessageView;
import sotto.client.Picture;
import sotto.client.Status;

/// A conversation as plain lines, for pipes and terminals that can do no more: everything that
/// happens is a line, no escape codes.
final class PlainView implements ChatView {
  private static final int SNIPPET = 40;

  private final Output out;
  private final MessageLines lines;
  private final TypedLines in;
  private final boolean interactive;

  private volatile Optional<Instant> last = Optional.empty();
  private Optional<Peer> shown = Optional.empty();

  PlainView(Output out, MessageLines lines, InputStream in, boolean interactive) {
    this.out = out;
    this.lines = lines;
    this.in = new TypedLines(in);
    this.interactive = interactive;
  }

  @Override
  public void message(MessageView message, boolean fresh) {
    if (last.filter(at -> lines.sameDay(at, message.sentAt())).isEmpty()) {
      out.line(lines.day(message.sentAt()));
    }
    last = Optional.of(message.sentAt());
    out.line(lines.timed(message));
  }

  @Override
  public void progress(MessageView message, Status reached) {
    String why =
        message
            .failure()
            .map(Failure::sentence)
            .map(s -> " (" + TerminalText.name(s) + ")")
            .orElse("");
    out.line("  " + MessageLines.words(reached) + why + snippet(message));
  }

  @Override
  public void picture(Picture picture) {
    // Its line says that there is one.
  }

  @Override
  public void moving(String file, Event.FileProgress moved) {
    // Plain lines tell of what is done, not of what is going on.
  }

  @Override
  public void note(String code, String safe) {
    safe.lines().forEach(line -> out.line("* " + line));
  }

  @Override
  public void warning(String code, String safe) {
    safe.lines().forEach(line -> out.line("! " + line));
  }

  @Override
  public void peer(Peer peer) {
    Optional<String> before = shown.flatMap(p -> PeerWords.presence(p, lines));
    PeerWords.presence(peer, lines)
        .filter(now -> !before.equals(Optional.of(now)))
        .ifPresent(now -> note("presence", MessageLines.name(peer.contact()) + ": " + now));
    if (peer.typing() && !shown.map(Peer::typing).orElse(false)) {
      note("typing", MessageLines.name(peer.contact()) + " is typing");
    }
    shown = Optional.of(peer);
  }

  @Override
  public Optional<String> read() {
    return in.next();
  }

  @Override
  public boolean interactive() {
    return interactive;
  }

  @Override
  public void close() {}

  private static String snippet(MessageView message) {
    String first = TerminalText.body(message.text()).lines().findFirst().orElse("");
    if (first.codePointCount(0, first.length()) > SNIPPET) {
      return ": " + first.substring(0, first.offsetByCodePoints(0, SNIPPET)) + "…";
    }
    return first.isEmpty() ? "" : ": " + first;
  }
}
