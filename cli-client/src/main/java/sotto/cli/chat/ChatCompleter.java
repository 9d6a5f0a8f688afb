package sotto.cli.chat;

import java.util.List;
import org.jline.builtins.Completers.FileNameCompleter;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/// Completes the commands, and the path behind `/file`.
final class ChatCompleter implements Completer {
  private static final List<String> COMMANDS =
      List.of(
          "/file", "/save", "/open", "/cancel", "/history", "/verify", "/accept", "/help", "/quit");

  private final Completer files = new FileNameCompleter();

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    if (line.wordIndex() == 0 && line.word().startsWith("/")) {
      COMMANDS.forEach(command -> candidates.add(new Candidate(command)));
    } else if (line.wordIndex() == 1 && line.words().getFirst().equals("/file")) {
      files.complete(reader, line, candidates);
    }
  }
}
