package sotto.cli.chat;

import java.io.InputStream;
import java.nio.file.Path;
import sotto.cli.Addressee;
import sotto.cli.image.ImageWay;
import sotto.cli.print.MessageLines;
import sotto.cli.print.Output;
import sotto.client.Conversation;
import sotto.client.Sotto;
import sotto.client.SottoException;

/// The door to an interactive conversation.
///
/// @param look how it looks
/// @param out where it is shown, unless the terminal itself is taken over
/// @param lines how messages look
/// @param in where lines come from, unless the terminal itself is taken over
/// @param userHome what `~` stands for
/// @param images how pictures are shown on a terminal
/// @param viewer the program that opens files
public record Chat(
    Look look,
    Output out,
    MessageLines lines,
    InputStream in,
    Path userHome,
    ImageWay images,
    String viewer) {
  /// How a conversation looks.
  public enum Look {
    /// Line editing, a bar with the state, colours.
    TERMINAL,
    /// Plain lines with a person before them.
    PLAIN_TERMINAL,
    /// Plain lines from a pipe.
    PLAIN,
    /// JSON objects.
    JSON
  }

  /// How a conversation ended.
  ///
  /// @param queued messages that wait for the next command
  /// @param failed messages that will not be sent
  /// @param interactive whether a person has seen all that
  public record Result(int queued, int failed, boolean interactive) {}

  /// Runs a conversation until its input ends or the user leaves.
  ///
  /// @param online whether there is a connection now
  public Result run(Sotto sotto, Addressee user, boolean online) {
    Conversation conversation = user.conversation(sotto);
    Typing typing =
        new Typing(
            now -> Thread.ofVirtual().start(() -> tell(conversation, now)), System::nanoTime);
    try (ChatView view = view(typing);
        OpenedFiles opened = new OpenedFiles(viewer)) {
      if (!online) {
        view.note("offline", "Not connected yet. What you write waits here and goes by itself.");
      }
      ChatSession.Outcome outcome =
          new ChatSession(sotto, user, conversation, view, typing, userHome, opened).run();
      return new Result(outcome.queued(), outcome.failed(), view.interactive());
    }
  }

  private ChatView view(Typing typing) {
    return switch (look) {
      case TERMINAL ->
          TerminalView.open(lines, images, typing::typed)
              .orElseGet(() -> new PlainView(out, lines, in, true));
      case PLAIN_TERMINAL -> new PlainView(out, lines, in, true);
      case PLAIN -> new PlainView(out, lines, in, false);
      case JSON -> new JsonView(out, in);
    };
  }

  private static void tell(Conversation conversation, boolean typing) {
    try {
      conversation.typing(typing);
    } catch (SottoException e) {
      // A typing notice that cannot go is not missed.
      return;
    }
  }
}
