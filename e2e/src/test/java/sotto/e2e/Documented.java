package sotto.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A command line in a page of the documentation: a line of a fenced block that begins with `$ ` or
/// with a program of ours, without its comment.
///
/// @param page where it stands, from the checkout's root
/// @param line the number of its (first) line
/// @param words its words, as a shell divides it; quotes are taken away
record Documented(Path page, int line, List<String> words) {
  private static final Pattern OURS =
      Pattern.compile("\\$ .*|(\\./sotto|make|stack/|build/|images/|helm |kubectl ).*");
  private static final Pattern WORD =
      Pattern.compile("(?:[^\\s'\"]|'[^']*'|\"(?:\\\\.|[^\"\\\\])*\")+");

  /// All of a checkout's pages: README.md, docs/ and each module's README.md, but not what is
  /// decided and what has changed.
  static List<Documented> in(Path root) throws IOException {
    var all = new ArrayList<Documented>();
    try (var files = Files.walk(root, 3)) {
      for (var file : files.filter(f -> f.toString().endsWith(".md")).sorted().toList()) {
        var page = root.relativize(file);
        var isReadme = page.getFileName().toString().equals("README.md");
        if ((isReadme || page.startsWith("docs")) && !page.toString().contains("target")) {
          all.addAll(of(page, Files.readAllLines(file)));
        }
      }
    }
    return all;
  }

  private static List<Documented> of(Path page, List<String> lines) {
    var all = new ArrayList<Documented>();
    var inside = false;
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith("```")) {
        inside = !inside;
      } else if (inside && OURS.matcher(lines.get(i)).matches()) {
        int first = i;
        var text = new StringBuilder(lines.get(i));
        while (text.toString().endsWith("\\") && i + 1 < lines.size()) {
          text.setLength(text.length() - 1);
          text.append(lines.get(++i));
        }
        for (var command : uncommented(text.toString()).split(" && ", -1)) {
          all.add(new Documented(page, first + 1, words(command)));
        }
      }
    }
    return all;
  }

  private static String uncommented(String line) {
    var text = line.startsWith("$ ") ? line.substring(2) : line;
    return text.replaceFirst("\\s+#\\s.*", "");
  }

  private static List<String> words(String command) {
    return WORD.matcher(command)
        .results()
        .map(found -> found.group().replaceAll("['\"]", ""))
        // Not a word, but a variable of the environment before the program.
        .dropWhile(word -> word.matches("[A-Z_]+=.*"))
        // Nor what is done with its output.
        .takeWhile(word -> !word.matches("[|&]|>.*"))
        .filter(word -> !word.equals("…"))
        .toList();
  }

  /// The program.
  String program() {
    return words.getFirst();
  }

  /// What it is given.
  List<String> arguments() {
    return words.subList(1, words.size());
  }

  /// What it is given, each word changed.
  Stream<String> argumentsWith(UnaryOperator<String> other) {
    return arguments().stream().map(other);
  }

  @Override
  public String toString() {
    return page + ":" + line + ": " + String.join(" ", words);
  }
}
