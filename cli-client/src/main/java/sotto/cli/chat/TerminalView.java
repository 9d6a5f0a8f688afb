package sotto.cli.chat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.Widget;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jline.utils.Status;
import sotto.cli.image.ImageWay;
import sotto.cli.image.TerminalImage;
import sotto.cli.print.MessageLines;
import sotto.cli.print.TerminalText;
import sotto.client.Event;
import sotto.client.Failure;
import sotto.client.MessageView;
import sotto.client.Picture;
import sotto.client.Thumbnail;

/// A conversation on a terminal: a line is edited at the bottom while messages appear above it; a
/// bar below shows the peer and how far the last own message has come.
final class TerminalView implements ChatView {
  private static final AttributedStyle DIM = AttributedStyle.DEFAULT.faint();
  private static final AttributedStyle OWN =
      AttributedStyle.DEFAULT.foreground(AttributedStyle.GREEN);
  private static final AttributedStyle THEIRS =
      AttributedStyle.DEFAULT.foreground(AttributedStyle.CYAN).bold();
  private static final AttributedStyle ALARM =
      AttributedStyle.DEFAULT.foreground(AttributedStyle.RED).bold();
  private static final AttributedStyle BAR = AttributedStyle.DEFAULT.inverse();
  private static final int LONGEST = 2000;
  private static final String SHOW_BAR = "sotto-bar";

  private final Terminal terminal;
  private final LineReader reader;
  private final Status bar;
  private final MessageLines lines;
  private final ImageWay images;

  private volatile Optional<Instant> last = Optional.empty();
  private volatile Optional<MessageView> own = Optional.empty();
  private volatile Optional<Peer> peer = Optional.empty();
  private volatile Optional<String> moving = Optional.empty();
  private AttributedString drawn = AttributedString.EMPTY;

  private TerminalView(Terminal terminal, MessageLines lines, ImageWay images, Runnable typed) {
    this.terminal = terminal;
    this.lines = lines;
    this.images = images;
    this.bar = Status.getStatus(terminal);
    DefaultParser parser = new DefaultParser();
    parser.setEscapeChars(new char[0]);
    parser.setQuoteChars(new char[0]);
    this.reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("sotto")
            .parser(parser)
            .completer(new ChatCompleter())
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .option(LineReader.Option.ERASE_LINE_ON_FINISH, true)
            .build();
    reader.getWidgets().put(SHOW_BAR, this::drawBar);
    Optional.ofNullable(reader.getBuiltinWidgets().get(LineReader.SELF_INSERT))
        .ifPresent(
            insert -> reader.getWidgets().put(LineReader.SELF_INSERT, noticing(insert, typed)));
  }

  /// Takes the terminal of the process over.
  ///
  /// @param images how it shows pictures
  /// @param typed told about each character of a text that is typed
  /// @return empty when it can do no line editing
  static Optional<ChatView> open(MessageLines lines, ImageWay images, Runnable typed) {
    try {
      Terminal terminal =
          TerminalBuilder.builder()
              .system(true)
              .dumb(true)
              .encoding(StandardCharsets.UTF_8)
              .build();
      if (terminal.getType().startsWith(Terminal.TYPE_DUMB)) {
        terminal.close();
        return Optional.empty();
      }
      return Optional.of(new TerminalView(terminal, lines, images, typed));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void message(MessageView message, boolean fresh) {
    if (last.filter(at -> lines.sameDay(at, message.sentAt())).isEmpty()) {
      print(new AttributedString(lines.day(message.sentAt()), DIM));
    }
    last = Optional.of(message.sentAt());
    if (!message.incoming()) {
      own = Optional.of(message);
    }
    String head = lines.head(message, !fresh);
    String line = shortened(fresh ? lines.timedUnmarked(message) : lines.timed(message));
    print(
        new AttributedStringBuilder()
            .append(head, message.incoming() ? THEIRS : OWN)
            .append(line.substring(head.length()))
            .toAttributedString());
  }

  @Override
  public void progress(MessageView message, sotto.client.Status reached) {
    if (own.filter(o -> o.id().equals(message.id())).isPresent()) {
      own = Optional.of(message);
    }
    if (reached == sotto.client.Status.FAILED) {
      warning("failed", "✗ not sent" + why(message) + ": " + start(message));
    }
    peer.ifPresent(this::peer);
  }

  @Override
  public void picture(Picture picture) {
    if (images != ImageWay.OFF) {
      Thumbnail.of(picture)
          .map(pixels -> TerminalImage.draw(pixels, images))
          .ifPresent(reader::printAbove);
    }
  }

  @Override
  public void moving(String file, Event.FileProgress moved) {
    moving =
        moved.progress().complete()
            ? Optional.empty()
            : Optional.of(file + " " + (int) (100 * moved.progress().share()) + " %");
    peer.ifPresent(this::peer);
  }

  @Override
  public void note(String code, String safe) {
    safe.lines().forEach(line -> print(new AttributedString(line, DIM)));
  }

  @Override
  public void warning(String code, String safe) {
    safe.lines().forEach(line -> print(new AttributedString(line, ALARM)));
  }

  @Override
  public void peer(Peer now) {
    peer = Optional.of(now);
    if (!reader.isReading()) {
      return;
    }
    try {
      reader.callWidget(SHOW_BAR);
    } catch (IllegalStateException e) {
      // The line has just been finished; the bar is drawn with the next change.
      return;
    }
  }

  @Override
  public Optional<String> read() {
    while (true) {
      try {
        return Optional.of(reader.readLine("> "));
      } catch (UserInterruptException e) {
        if (e.getPartialLine().isEmpty()) {
          return Optional.empty();
        }
      } catch (EndOfFileException e) {
        return Optional.empty();
      }
    }
  }

  @Override
  public boolean interactive() {
    return true;
  }

  @Override
  public void close() {
    try {
      bar.hide();
      bar.close();
      terminal.close();
    } catch (IOException e) {
      // The terminal is gone: there is nothing left to restore.
      return;
    }
  }

  private Widget noticing(Widget insert, Runnable typed) {
    return () -> {
      boolean done = insert.apply();
      if (!reader.getBuffer().toString().startsWith("/")) {
        typed.run();
      }
      return done;
    };
  }

  private void print(AttributedString line) {
    reader.printAbove(line);
  }

  /// A long text would push everything else off the screen.
  private static String shortened(String line) {
    if (line.codePointCount(0, line.length()) <= LONGEST) {
      return line;
    }
    return line.substring(0, line.offsetByCodePoints(0, LONGEST))
        + "… (sotto messages shows all of it)";
  }

  private static String why(MessageView message) {
    return message
        .failure()
        .map(Failure::sentence)
        .map(s -> " (" + TerminalText.name(s) + ")")
        .orElse("");
  }

  private static String start(MessageView message) {
    return TerminalText.body(message.text()).lines().findFirst().orElse("the file");
  }

  /// Runs inside of the reader, which owns the terminal then.
  private boolean drawBar() {
    peer.ifPresent(p -> {
      AttributedString text = barText(p);
      if (!text.equals(drawn)) {
        drawn = text;
        bar.update(List.of(text));
      }
    });
    return true;
  }

  private AttributedString barText(Peer p) {
    List<String> parts = new ArrayList<>();
    parts.add(MessageLines.name(p.contact()));
    PeerWords.connection(p.connection()).ifPresent(parts::add);
    PeerWords.presence(p, lines).ifPresent(parts::add);
    if (p.typing()) {
      parts.add("typing…");
    }
    own.ifPresent(m -> parts.add("last message " + MessageLines.words(m.status())));
    moving.ifPresent(parts::add);
    parts.add(PeerWords.verification(p));
    String text = " " + String.join(" · ", parts) + " ";
    return new AttributedString(text, BAR)
        .columnSubSequence(0, Math.max(1, terminal.getSize().getColumns()));
  }
}
