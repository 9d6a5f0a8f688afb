package sotto.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sotto.cli.print.JsonLine;
import sotto.client.BackupProgress;
import sotto.client.Device;
import sotto.client.RestoredAccount;
import sotto.client.Sotto;
import sotto.client.Username;

/// `restore`: an account from its backup.
@Command(
    name = "restore",
    description = {
      "Make this home a new device of your account, from its backup.",
      "With the recovery code, which is asked for, from what the server keeps (give your USERNAME)"
          + " or from a file (--from). Your other devices stay in the account's list: remove those"
          + " that are lost, here with --remove-others or later with 'sotto devices remove'."
    },
    footer = {
      "",
      "Interrupted at any moment, the same command goes on.",
      "",
      "Examples:",
      "  sotto restore --server chat.example.org:7443 alice",
      "  sotto restore --server chat.example.org:7443 --from alice.sotto --remove-others",
      "  sotto restore --server localhost:7443 --recovery-code-file code alice"
    })
final class RestoreCommand implements Callable<Integer> {
  @Mixin private final ServerOption at = new ServerOption();
  @Mixin private final DeviceNameOption name = new DeviceNameOption();

  @Option(names = "--from", paramLabel = "FILE", description = "From this file.")
  private Optional<Path> file = Optional.empty();

  @Option(
      names = "--recovery-code-file",
      paramLabel = "FILE",
      description = "The recovery code is FILE's first line.")
  private Optional<Path> codeFile = Optional.empty();

  @Option(
      names = "--backup-passphrase-file",
      paramLabel = "FILE",
      description = "The file was made with a passphrase: FILE's first line.")
  private Optional<Path> passphraseFile = Optional.empty();

  @Option(
      names = "--remove-others",
      description = "Remove all other devices from the account: they are lost.")
  private boolean removeOthers;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "USERNAME",
      converter = UsernameConverter.class,
      description = "Whose account, if it comes from the server.")
  private Optional<Username> username = Optional.empty();

  private final Session session;

  RestoreCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (file.isPresent() == username.isPresent()) {
      throw CommandFailed.usage("Give either a USERNAME or a file (--from FILE).");
    }
    if (passphraseFile.isPresent() && (file.isEmpty() || codeFile.isPresent())) {
      throw CommandFailed.usage(
          "--backup-passphrase-file is for a file that was made with one, without a code.");
    }
    String called = name.value();
    try (OpenHome home = session.openForRegistration()) {
      RestoredAccount restored;
      try (HistoryBar bar = new HistoryBar(session, "restore")) {
        restored = restore(home.sotto(), p -> bar.show(p.messages(), p.total()));
      }
      var _ = home.sotto().nameDevice(called);
      print(home, restored);
      if (removeOthers) {
        remove(home.sotto(), restored);
      }
      Session.flush(home.sotto(), Session.FLUSH);
      return finish(restored);
    }
  }

  private RestoredAccount restore(
      Sotto sotto, java.util.function.Consumer<BackupProgress> progress) {
    if (passphraseFile.isPresent()) {
      return sotto.restore(
          at.address(), file.orElseThrow(), PassphraseSource.line(passphraseFile.get()), progress);
    }
    String code =
        codeFile
            .map(PassphraseSource::line)
            .or(() -> session.host().prompt().ask("Recovery code: "))
            .map(String::new)
            .orElseThrow(() ->
                CommandFailed.usage(
                    "No recovery code. Give --recovery-code-file FILE, or run the command on a"
                        + " terminal."));
    return file.map(f -> sotto.restore(at.address(), f, code, progress))
        .orElseGet(() -> sotto.restore(at.address(), username.orElseThrow(), code, progress));
  }

  private void print(OpenHome home, RestoredAccount restored) {
    if (session.json()) {
      session
          .out()
          .json(
              new JsonLine("restored_account")
                  .put("account", restored.account().id().toString())
                  .put("username", restored.account().username().value())
                  .put("device", restored.account().device().number())
                  .put("server", restored.account().server().toString())
                  .put("messages", restored.messages())
                  .put("unreadable", restored.unreadable())
                  .put("other_devices", restored.others().size())
                  .put("recovery_code", home.sotto().recoveryCode()));
      return;
    }
    session
        .out()
        .line(
            "This home is device %d of %s now; %d messages are back."
                .formatted(
                    restored.account().device().number(),
                    restored.account().username(),
                    restored.messages()));
    home.sotto()
        .recoveryCode()
        .ifPresent(code ->
            session.out().line("The account has a new recovery code, write it down: " + code));
    if (!restored.others().isEmpty() && !removeOthers) {
      session
          .out()
          .line(
              "The account has other devices: "
                  + String.join(
                      ", ", restored.others().stream().map(d -> d.id().toString()).toList())
                  + ". Remove those that are lost: 'sotto devices remove N'.");
    }
  }

  private static void remove(Sotto sotto, RestoredAccount restored) {
    restored.others().stream().map(Device::id).forEach(sotto::removeDevice);
  }

  private int finish(RestoredAccount restored) {
    if (restored.unreadable() > 0) {
      throw new CommandFailed(
          Exit.FAILED,
          "backup_damaged",
          restored.unreadable()
              + " parts of the backup could not be read: the messages in them are not here.",
          false);
    }
    return Exit.OK.code();
  }
}
