package sotto.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sotto.cli.print.JsonLine;
import sotto.cli.print.MessageLines;
import sotto.client.Backup;
import sotto.client.BackupOutcome;
import sotto.client.SottoException;

/// `backup`: what the account is restored from when all its devices are lost.
@Command(
    name = "backup",
    description = {
      "Back this account up: to the server, or with --to into a file.",
      "A backup holds messages, contacts and what makes a new device a device of yours, encrypted"
          + " under your recovery code; files of messages by reference. What is at the server is"
          + " brought up to date, a file is written whole."
    },
    footer = {
      "",
      "'sotto restore' restores it. Without your recovery code (or, for a file, its passphrase)"
          + " nobody can: 'sotto whoami --recovery-code' shows the code until you have said that"
          + " you keep it.",
      "",
      "Examples:",
      "  sotto backup",
      "  sotto backup --to /media/stick/alice.sotto",
      "  sotto backup --to alice.sotto --backup-passphrase-file word"
    })
final class BackupCommand implements Callable<Integer> {
  private static final Duration CONNECT = Duration.ofSeconds(20);

  @Option(names = "--to", paramLabel = "FILE", description = "Write a file instead.")
  private Optional<Path> file = Optional.empty();

  @Option(
      names = "--backup-passphrase-file",
      paramLabel = "FILE",
      description =
          "The file is opened by the passphrase in FILE's first line instead of the recovery code.")
  private Optional<Path> passphrase = Optional.empty();

  private final Session session;

  BackupCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (passphrase.isPresent() && file.isEmpty()) {
      throw CommandFailed.usage("--backup-passphrase-file is for a file: give --to FILE too.");
    }
    if (file.isPresent()) {
      try (OpenHome home = session.openOffline()) {
        return print(write(home.sotto().backup(), file.get()));
      }
    }
    try (OpenHome home = session.openOnline()) {
      Optional<SottoException> problem = Session.firstAttempt(home.sotto(), CONNECT);
      if (problem.isPresent()) {
        throw problem.get();
      }
      try (HistoryBar bar = new HistoryBar(session, "backup")) {
        return print(home.sotto().backup().keep(p -> bar.show(p.messages(), p.total())));
      }
    }
  }

  private BackupOutcome write(Backup backup, Path to) {
    try (HistoryBar bar = new HistoryBar(session, "backup")) {
      return passphrase
          .map(PassphraseSource::line)
          .map(chars -> backup.write(to, chars, p -> bar.show(p.messages(), p.total())))
          .orElseGet(() -> backup.write(to, p -> bar.show(p.messages(), p.total())));
    }
  }

  private int print(BackupOutcome outcome) {
    return switch (outcome) {
      case BackupOutcome.Saved saved -> print(saved);
      case BackupOutcome.NoRoom(long limit, Optional<Duration> retryAfter) ->
          throw new CommandFailed(
              Exit.REFUSED,
              "quota_exceeded",
              "The server has no room for the backup: it keeps "
                  + MessageLines.size(limit)
                  + " of this account. The backup before is as it was."
                  + retryAfter
                      .map(wait -> " Try again in " + DurationConverter.text(wait) + ".")
                      .orElse(""),
              retryAfter.isPresent());
    };
  }

  private int print(BackupOutcome.Saved saved) {
    if (session.json()) {
      session
          .out()
          .json(
              new JsonLine("backup")
                  .put("messages", saved.messages())
                  .put("added", saved.added())
                  .put("pieces", saved.pieces())
                  .put("bytes", saved.bytes())
                  .put("file", file.map(Path::toString)));
    } else {
      session
          .out()
          .line(
              "%d messages are backed up, %d of them now: %s %s"
                  .formatted(
                      saved.messages(),
                      saved.added(),
                      MessageLines.size(saved.bytes()),
                      file.isPresent() ? "in the file" : "more at the server"));
    }
    return Exit.OK.code();
  }
}
