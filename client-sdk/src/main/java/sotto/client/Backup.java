package sotto.client;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import sotto.client.internal.backup.BackupStep;
import sotto.client.internal.engine.Engine;

/// What the account is restored from when all of its devices are lost ([Sotto#restore]).
///
/// A backup holds history, contacts and the recovery key; files of messages by reference. It never
/// holds sessions, pre-keys or keys of this device: who restores it becomes a new device. Made on
/// the device that made the account or restored it. Thread-safe; one backup at a time is made,
/// others wait.
public final class Backup {
  private final Engine engine;

  Backup(Engine engine) {
    this.engine = engine;
  }

  /// Brings what is new since the last one to the server, encrypted under the recovery code. Needs
  /// the server, and blocks; broken off, it goes on with the next call, and until it is done the
  /// one before is as it was.
  ///
  /// @param progress called on this thread after each piece
  /// @throws SottoException NOT_REGISTERED, SERVER_UNREACHABLE, REFUSED, STORAGE_FULL
  public BackupOutcome keep(Consumer<BackupProgress> progress) {
    return engine.backups().keep(progress);
  }

  /// Writes all of it into a file that the recovery code opens. Works without a network. An older
  /// file of that name is there until the new one is whole.
  ///
  /// @param progress called on this thread after each piece
  /// @throws SottoException NOT_REGISTERED, REFUSED, FILE
  public BackupOutcome.Saved write(Path file, Consumer<BackupProgress> progress) {
    return engine.backups().write(file, progress);
  }

  /// The same for a passphrase (Argon2id, RFC 9106). Who has file and passphrase has the account.
  ///
  /// @param passphrase 1 to 1,024 chars, wiped
  /// @throws SottoException NOT_REGISTERED, REFUSED, FILE, INVALID_INPUT
  public BackupOutcome.Saved write(
      Path file, char[] passphrase, Consumer<BackupProgress> progress) {
    if (passphrase.length == 0 || passphrase.length > Passphrase.MAX_CHARS) {
      Arrays.fill(passphrase, '\0');
      throw SottoException.invalid("passphrase", "A passphrase has 1 to 1,024 characters.");
    }
    return engine.backups().write(file, passphrase, progress);
  }

  /// When the last backup at the server was made. Works without a network.
  public Optional<Instant> madeAt() {
    return engine.backups().madeAt();
  }

  /// Has something told about each step; for tests.
  void onStep(Consumer<BackupStep> reached) {
    engine.backups().onStep(reached);
  }
}
