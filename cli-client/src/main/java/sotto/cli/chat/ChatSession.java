package sotto.cli.chat;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sotto.cli.Addressee;
import sotto.cli.Deadline;
import sotto.cli.print.SavedFile;
import sotto.cli.print.TerminalText;
import sotto.client.Conversation;
import sotto.client.FileView;
import sotto.client.MessageView;
import sotto.client.SentMessage;
import sotto.client.Sotto;
import sotto.client.SottoException;
import sotto.client.Status;

/// One conversation from entry to `/quit`: history, then lines that are typed and events that
/// happen, side by side.
final class ChatSession {
  private static final Duration LAST_WAIT = Duration.ofSeconds(10);
  private static final Duration LAST_WAIT_OF_A_PERSON = Duration.ofSeconds(2);

  private final Sotto sotto;
  private final Addressee user;
  private final Conversation conversation;
  private final ChatView view;
  private final Typing typing;
  private final Path userHome;
  private final ChatFiles files = new ChatFiles();
  private final OpenedFiles opened;
  private final List<SentMessage> sent = new ArrayList<>();

  ChatSession(
      Sotto sotto,
      Addressee user,
      Conversation conversation,
      ChatView view,
      Typing typing,
      Path userHome,
      OpenedFiles opened) {
    this.sotto = sotto;
    this.user = user;
    this.conversation = conversation;
    this.view = view;
    this.typing = typing;
    this.userHome = userHome;
    this.opened = opened;
  }

  /// How far the messages of a session have come when it ended.
  ///
  /// @param queued how many wait for the next command
  /// @param failed how many will not be sent
  record Outcome(int queued, int failed) {}

  /// Runs it until the user leaves or the input ends.
  Outcome run() {
    try (ChatEvents events = new ChatEvents(sotto, conversation, view, files)) {
      enter();
      events.start();
      while (true) {
        Optional<String> line = view.read();
        if (line.isEmpty() || !handle(ChatInput.of(line.get()))) {
          typing.ended();
          return settle();
        }
      }
    }
  }

  private void enter() {
    history(ChatInput.HISTORY);
    sotto.appearOnline(true);
    conversation.watchPresence();
    conversation.markRead();
    if (view.interactive()) {
      view.note(
          "help",
          "You write to " + TerminalText.name(user.text()) + ". /help lists what else there is.");
    }
  }

  /// Does what a line asks for.
  ///
  /// @return false to leave
  private boolean handle(ChatInput input) {
    try {
      switch (input) {
        case ChatInput.Nothing() -> {}
        case ChatInput.Text(String text) -> send(text, List.of());
        case ChatInput.SendFile(String path) -> send("", List.of(path(path)));
        case ChatInput.Save(int number, Optional<String> folder) -> save(number, folder);
        case ChatInput.Open(int number) -> open(number);
        case ChatInput.Cancel() -> cancel();
        case ChatInput.History(int limit) -> history(limit);
        case ChatInput.Verify() -> verify();
        case ChatInput.Accept() -> accept();
        case ChatInput.Help() -> view.note("help", ChatInput.HELP);
        case ChatInput.Wrong(String sentence) -> view.note("wrong", sentence);
        case ChatInput.Quit() -> {
          return false;
        }
      }
    } catch (SottoException e) {
      view.warning(e.code().word(), TerminalText.name(String.valueOf(e.getMessage())));
    }
    return true;
  }

  private void send(String text, List<Path> paths) {
    typing.ended();
    SentMessage message = conversation.send(text, paths);
    sent.add(message);
    view.message(message.view(), true);
  }

  private void history(int limit) {
    for (MessageView message : conversation.messages(limit)) {
      view.message(message, false);
      files.announce(message, conversation.peer().accepted(), view);
    }
  }

  private void save(int number, Optional<String> folder) {
    Optional<FileView> file = files.get(number);
    if (file.isEmpty()) {
      view.note("wrong", "There is no file " + number + " here.");
      return;
    }
    Path to = folder.map(this::path).orElse(Path.of("."));
    SavedFile saved = new SavedFile(sotto.save(file.get(), to));
    view.note("saved", TerminalText.name(file.get().name()) + " " + saved.sentence());
  }

  private void open(int number) {
    Optional<FileView> file = files.get(number);
    if (file.isEmpty()) {
      view.note("wrong", "There is no file " + number + " here.");
      return;
    }
    view.note("opened", opened.open(sotto, file.get()));
  }

  /// Takes back the last message that has not left.
  private void cancel() {
    for (SentMessage message : sent.reversed()) {
      if (message.status() == Status.QUEUED) {
        view.note(
            "cancelled",
            message.cancel() ? "Taken back." : "Too late: it may be at the server already.");
        return;
      }
    }
    view.note("wrong", "Nothing of what you wrote here waits.");
  }

  private void verify() {
    view.note(
        "safety_number",
        "Safety number: %s\nIf %s sees the same, leave and run: sotto verify %s --confirm"
            .formatted(conversation.safetyNumber().grouped(), user, user));
  }

  private void accept() {
    conversation.accept();
    conversation.markRead();
    view.note("accepted", user + " sees from now on when you have read.");
  }

  private Path path(String typed) {
    try {
      return typed.startsWith("~/") ? userHome.resolve(typed.substring(2)) : Path.of(typed);
    } catch (InvalidPathException e) {
      throw SottoException.invalid("path", "That is no path.");
    }
  }

  /// Gives what was written a moment to leave.
  private Outcome settle() {
    Deadline end = Deadline.in(view.interactive() ? LAST_WAIT_OF_A_PERSON : LAST_WAIT);
    int queued = 0;
    int failed = 0;
    for (SentMessage message : sent) {
      Status status = message.await(Status.SENT, end.left());
      queued += status == Status.QUEUED ? 1 : 0;
      failed += status == Status.FAILED ? 1 : 0;
    }
    return new Outcome(queued, failed);
  }
}
