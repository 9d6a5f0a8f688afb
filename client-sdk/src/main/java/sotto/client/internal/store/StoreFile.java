package sotto.client.internal.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// The file `store.db` of a home: everything but files on their way, encrypted under the key of its
/// [KeyFile].
final class StoreFile {
  private static final String NAME = "store.db";
  // https://sqlite.org/fileformat2.html §1.3.1; encrypted, a salt stands there.
  private static final byte[] PLAIN = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

  private final Path file;
  private final KeyFile keyFile;

  StoreFile(Path home) {
    file = home.resolve(NAME);
    keyFile = new KeyFile(home);
  }

  boolean exists() {
    return Files.exists(file);
  }

  /// Whether it begins as a file of SQLite does that anybody can read.
  boolean isPlain() throws IOException {
    if (!exists()) {
      return false;
    }
    try (InputStream bytes = Files.newInputStream(file)) {
      return Arrays.equals(bytes.readNBytes(PLAIN.length), PLAIN);
    }
  }

  /// Opens it, or makes it.
  ///
  /// @throws SottoException WRONG_PASSPHRASE, STORAGE_FULL, STORAGE_DAMAGED, also if it is not
  ///   encrypted
  Connection connect(Secret secret, SecureRandom random) throws IOException {
    if (isPlain()) {
      throw SottoException.of(
          Code.STORAGE_DAMAGED,
          "The home's file 'store.db' is not encrypted: it is not what was written there, or was"
              + " written by a fault of an earlier version.");
    }
    return connect(secret, random, false);
  }

  /// As [#connect], and also if it is not encrypted.
  Connection connectToAny(Secret secret, SecureRandom random) throws IOException {
    return connect(secret, random, isPlain());
  }

  private Connection connect(Secret secret, SecureRandom random, boolean plain) throws IOException {
    if (exists() && !keyFile.exists()) {
      throw SottoException.of(Code.STORAGE_DAMAGED, "The home's file 'kdf' is missing.");
    }
    if (keyFile.storeMade() && (!exists() || Files.size(file) == 0)) {
      throw SottoException.of(
          Code.STORAGE_DAMAGED, "The home is damaged: its file 'store.db' is empty or missing.");
    }
    byte[] key = keyFile.key(secret, random);
    try {
      Connection connection = plain ? Driver.openPlain(file) : Driver.open(file, key);
      try (var statement = connection.createStatement()) {
        statement.execute("SELECT count(*) FROM sqlite_master");
        statement.execute("PRAGMA locking_mode = EXCLUSIVE");
        statement.execute("PRAGMA synchronous = FULL");
        statement.execute("PRAGMA secure_delete = FAST");
        statement.execute("PRAGMA temp_store = MEMORY");
        return connection;
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      if (StorageFaults.notADatabase(e) && !keyFile.tellsWrongSecrets()) {
        throw SottoException.of(
            Code.WRONG_PASSPHRASE, "The passphrase does not open this home.", e);
      }
      throw StorageFaults.of(e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }
}
