package sotto.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sotto.cli.print.JsonLine;
import sotto.client.Passphrase;
import sotto.client.Sotto;

/// `rekey`: another passphrase for the home.
@Command(
    name = "rekey",
    description = {
      "Change the passphrase of this home.",
      "It is one step: however it ends, one of the two passphrases opens the home."
    },
    footer = {
      "",
      "Copies of the home that were made before are still opened by the old passphrase: delete them.",
      "",
      "Examples:",
      "  sotto rekey",
      "  sotto rekey --passphrase-file old.txt --new-passphrase-file new.txt"
    })
final class RekeyCommand implements Callable<Integer> {
  @Option(
      names = "--new-passphrase-file",
      paramLabel = "FILE",
      description =
          "Read the new passphrase from the first line of FILE. Without it: a question on the"
              + " terminal.")
  private Optional<Path> file = Optional.empty();

  private final Session session;

  RekeyCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Path home = session.existingHome();
    PassphraseSource source = new PassphraseSource(session.host(), session.globals());
    try (Passphrase old = source.known();
        Passphrase fresh = source.another(file)) {
      Sotto.changePassphrase(home, old, fresh);
    }
    if (session.json()) {
      session.out().json(new JsonLine("rekeyed").put("home", home.toString()));
    } else {
      session.out().line("The new passphrase opens this home from now on.");
    }
    return Exit.OK.code();
  }
}
