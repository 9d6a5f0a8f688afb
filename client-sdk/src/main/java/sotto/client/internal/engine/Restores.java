package sotto.client.internal.engine;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import sotto.chain.AccountChain;
import sotto.client.BackupProgress;
import sotto.client.ServerAddress;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.Username;
import sotto.client.internal.backup.BackupFile;
import sotto.client.internal.backup.Importer.Imported;
import sotto.client.internal.backup.Opened;
import sotto.client.internal.net.Dialer;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.net.Wire;
import sotto.crypto.BackupKey;
import sotto.crypto.PassphraseKey;
import sotto.crypto.RecoveryCode;

/// Opens backups and restores accounts from them. Blocks; not on the lane.
public final class Restores {
  private final Restoring restoring;
  private final Dialer dialer;
  private final Runnable connect;

  /// @param connect begins to connect, once this home is a device of the account
  Restores(Restoring restoring, Dialer dialer, Runnable connect) {
    this.restoring = restoring;
    this.dialer = dialer;
    this.connect = connect;
  }

  /// From what the server keeps.
  public Imported kept(
      ServerAddress server, Username username, String typed, Consumer<BackupProgress> progress) {
    try (RecoveryCode code = code(typed);
        Recovery recovery = Recovery.of(server, dialer, code, username);
        BackupKey key = code.backupKey()) {
      Recovery.Opened record = opened(recovery);
      try (Opened backup = Opened.kept(record.chain(), record.manifest(), key, recovery::blob)) {
        return restore(
            server,
            backup,
            Optional.of(code),
            () -> opened(recovery).chain(),
            Optional.of(record.version()),
            progress);
      }
    }
  }

  private static RecoveryCode code(String typed) {
    return switch (RecoveryCode.read(typed)) {
      case RecoveryCode.Good(RecoveryCode code) -> code;
      case RecoveryCode.WrongLength(int characters) ->
          throw SottoException.invalid(
              "code",
              "A recovery code has "
                  + RecoveryCode.CHARACTERS
                  + " characters without spaces; this has "
                  + characters
                  + ".");
      case RecoveryCode.Mistyped _ ->
          throw SottoException.invalid(
              "code", "The recovery code is mistyped: a character is wrong, or two are swapped.");
    };
  }

  private static Recovery.Opened opened(Recovery recovery) {
    return switch (recovery.fetch()) {
      case Recovery.Opened opened -> opened;
      case Recovery.Refused _ ->
          throw SottoException.of(
              Code.BACKUP_WRONG_KEY, "The server has no account of that name with this code.");
      case Recovery.Forged _ ->
          throw SottoException.of(
              Code.BACKUP_DAMAGED,
              "What the server gave is not the account's, or not what was set with this code.");
    };
  }

  /// From a file that a recovery code opens.
  public Imported file(
      ServerAddress server, Path path, String typed, Consumer<BackupProgress> progress) {
    try (RecoveryCode code = code(typed);
        BackupFile file = BackupFile.open(path);
        BackupKey key = code.backupKey();
        Recovery recovery = Recovery.of(server, dialer, code, file.account())) {
      if (file.passphrase().isPresent()) {
        throw SottoException.of(
            Code.BACKUP_WRONG_KEY, "This backup is opened by a passphrase, not by a code.");
      }
      try (Opened backup = Opened.file(file, key, Optional.empty())) {
        Recovery.Outcome record = recovery.fetch();
        Optional<Long> version =
            record instanceof Recovery.Opened o ? Optional.of(o.version()) : Optional.empty();
        return restore(
            server, backup, Optional.of(code), () -> opened(recovery).chain(), version, progress);
      }
    }
  }

  /// From a file that a passphrase opens.
  ///
  /// @param passphrase wiped
  public Imported file(
      ServerAddress server, Path path, char[] passphrase, Consumer<BackupProgress> progress) {
    try (BackupFile file = BackupFile.open(path);
        BackupKey key = key(file, passphrase);
        Opened backup = Opened.file(file, key, Optional.empty())) {
      return restore(
          server,
          backup,
          Optional.empty(),
          () -> {
            throw SottoException.of(
                Code.REFUSED,
                "The account's devices have changed since this backup was made: restore it with the"
                    + " recovery code.");
          },
          Optional.empty(),
          progress);
    } finally {
      Arrays.fill(passphrase, '\0');
    }
  }

  private static BackupKey key(BackupFile file, char[] passphrase) {
    PassphraseKey.Parameters parameters =
        file.passphrase()
            .orElseThrow(() ->
                SottoException.of(
                    Code.BACKUP_WRONG_KEY,
                    "This backup is opened by the recovery code, not by a passphrase."));
    byte[] derived = PassphraseKey.derive(passphrase, parameters);
    try {
      return BackupKey.of(derived);
    } finally {
      Arrays.fill(derived, (byte) 0);
    }
  }

  private Imported restore(
      ServerAddress server,
      Opened backup,
      Optional<RecoveryCode> code,
      Supplier<AccountChain> newest,
      Optional<Long> version,
      Consumer<BackupProgress> progress) {
    boolean entered;
    try (Wire wire = dialer.dial(server)) {
      entered =
          restoring.enter(
              ServerCalls.withoutToken(wire.channel()), server, backup, code, newest, version);
    }
    if (entered) {
      connect.run();
    }
    return restoring.fill(backup, progress);
  }
}
