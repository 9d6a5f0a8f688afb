package sotto.cli.chat;

import java.util.Optional;

/// A line that was typed, as what it asks for.
sealed interface ChatInput {
  /// Nothing but blanks.
  record Nothing() implements ChatInput {}

  /// A text to send.
  record Text(String text) implements ChatInput {}

  /// A file to send.
  record SendFile(String path) implements ChatInput {}

  /// A file of the conversation to save, into a folder or the current one.
  record Save(int number, Optional<String> folder) implements ChatInput {}

  /// A file of the conversation to look at.
  record Open(int number) implements ChatInput {}

  /// Take back what has not left.
  record Cancel() implements ChatInput {}

  /// The newest messages once more.
  record History(int limit) implements ChatInput {}

  /// The safety number.
  record Verify() implements ChatInput {}

  /// Accept the contact.
  record Accept() implements ChatInput {}

  /// What can be typed.
  record Help() implements ChatInput {}

  /// The end.
  record Quit() implements ChatInput {}

  /// A command that does not exist, or lacks something; with a sentence about it.
  record Wrong(String sentence) implements ChatInput {}

  /// How many messages `/history` shows by itself.
  int HISTORY = 20;

  /// The commands and what they do, a line each.
  String HELP =
      """
      /file PATH         send a file
      /save N [FOLDER]   save file N of this conversation
      /open N            open file N with the program for it
      /cancel            take back the last message that has not left
      /history [N]       show the newest messages again, with their status
      /verify            show the safety number
      /accept            let them see when you have read, without writing
      /quit              leave (also Ctrl-D)
      //text             send a text that begins with a slash\
      """;

  /// Reads a line. A command begins with one slash; two slashes begin a text with one.
  static ChatInput of(String line) {
    if (line.isBlank()) {
      return new Nothing();
    }
    if (!line.startsWith("/")) {
      return new Text(line);
    }
    if (line.startsWith("//")) {
      return new Text(line.substring(1));
    }
    String typed = line.strip();
    String command = first(typed);
    String rest = rest(typed);
    return switch (command) {
      case "/file" ->
          rest.isEmpty() ? new Wrong("Which file? /file PATH") : new SendFile(unquoted(rest));
      case "/save" -> save(rest);
      case "/open" ->
          number(rest, 1_000_000)
              .<ChatInput>map(Open::new)
              .orElse(new Wrong("Which file? /open N"));
      case "/cancel" -> new Cancel();
      case "/history" -> history(rest);
      case "/verify" -> new Verify();
      case "/accept" -> new Accept();
      case "/help", "/?" -> new Help();
      case "/quit", "/exit", "/q" -> new Quit();
      default ->
          new Wrong("There is no such command: /help. A text that begins with a slash: //text");
    };
  }

  private static ChatInput history(String rest) {
    return rest.isEmpty()
        ? new History(HISTORY)
        : number(rest, 10_000)
            .<ChatInput>map(History::new)
            .orElse(new Wrong("How many, 1 to 10,000? /history N"));
  }

  private static ChatInput save(String rest) {
    String folder = rest(rest);
    return number(first(rest), 1_000_000)
        .<ChatInput>map(n ->
            new Save(n, Optional.of(folder).filter(f -> !f.isEmpty()).map(ChatInput::unquoted)))
        .orElse(new Wrong("Which file? /save N [FOLDER]"));
  }

  private static String first(String words) {
    int blank = words.indexOf(' ');
    return blank < 0 ? words : words.substring(0, blank);
  }

  private static String rest(String words) {
    int blank = words.indexOf(' ');
    return blank < 0 ? "" : words.substring(blank + 1).strip();
  }

  private static Optional<Integer> number(String text, int max) {
    return Optional.of(text)
        .filter(t -> t.matches("[0-9]{1,7}"))
        .map(Integer::parseInt)
        .filter(n -> n >= 1 && n <= max);
  }

  private static String unquoted(String path) {
    boolean quoted =
        path.length() >= 2
            && (path.startsWith("'") || path.startsWith("\""))
            && path.charAt(path.length() - 1) == path.charAt(0);
    return quoted ? path.substring(1, path.length() - 1) : path;
  }
}
