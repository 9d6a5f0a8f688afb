package sotto.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sotto.cli.print.JsonLine;
import sotto.cli.print.TerminalText;
import sotto.client.Passphrase;
import sotto.client.Salvaged;
import sotto.client.Sotto;
import sotto.client.SottoException;

/// `check-store`: whether the home's store is sound, and what can be saved if not.
@Command(
    name = "check-store",
    description = {
      "Look through the whole store of this home.",
      "With --salvage, brings everything that can be read into a new home with the same passphrase,"
          + " and says what was lost."
    },
    footer = {
      "",
      "The damaged home is not touched. Use only the new one afterwards; its first connection begins"
          + " all sessions anew.",
      "",
      "Examples:",
      "  sotto check-store",
      "  sotto check-store --salvage new-home"
    })
final class CheckStoreCommand implements Callable<Integer> {
  @Option(
      names = "--salvage",
      paramLabel = "DIR",
      description = "The new home: a folder that does not exist, or is empty.")
  private Optional<Path> salvage = Optional.empty();

  private final Session session;

  CheckStoreCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Path home = session.existingHome();
    try (Passphrase passphrase = new PassphraseSource(session.host(), session.globals()).known()) {
      if (salvage.isPresent()) {
        print(Sotto.salvage(home, passphrase, salvage.get()));
        return Exit.OK.code();
      }
      List<String> problems = Sotto.checkStore(home, passphrase);
      print(problems);
      if (!problems.isEmpty()) {
        throw new CommandFailed(
            Exit.FAILED,
            SottoException.Code.STORAGE_DAMAGED.word(),
            "The store is damaged. 'sotto check-store --salvage DIR' saves what can be read.",
            false);
      }
      return Exit.OK.code();
    }
  }

  private void print(List<String> problems) {
    if (session.json()) {
      session
          .out()
          .json(
              new JsonLine("store")
                  .put("sound", problems.isEmpty())
                  .list("problems", problems, (line, problem) -> line.put("text", problem)));
    } else if (problems.isEmpty()) {
      session.out().line("The store is sound.");
    } else {
      problems.forEach(problem -> session.out().line(TerminalText.name(problem)));
    }
  }

  private void print(Salvaged salvaged) {
    for (Salvaged.Kind kind : salvaged.kinds()) {
      if (session.json()) {
        session
            .out()
            .json(
                new JsonLine("salvaged")
                    .put("kind", kind.name())
                    .put("kept", kind.kept())
                    .number("lost", kind.lost()));
      } else {
        String lost =
            kind.lost()
                .map(number -> number == 0 ? "" : ", " + number + " lost")
                .orElse(", some may be lost");
        session.out().line(kind.name() + ": " + kind.kept() + lost);
      }
    }
  }
}
