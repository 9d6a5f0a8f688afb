package sotto.store.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import sotto.chain.AccountId;

/// The tables. Their text lies in `schema/NNNN-….sql`, one file for each version.
public final class Schema {
  /// The version that this code works with.
  public static final int VERSION = 1;

  private static final List<String> FILES = List.of("0001-accounts-and-mailboxes.sql");
  private static final String FOLDER = "/sotto/store/schema/";
  private static final int ROWS_AT_ONCE = 64;
  private static final byte[] NO_SHARD = new byte[AccountId.LENGTH];

  private final Dialect dialect;

  /// For a database of this dialect.
  public Schema(Dialect dialect) {
    this.dialect = dialect;
  }

  /// The sharding key of rows that belong to no account: sixteen zeros.
  public static byte[] noShard() {
    return NO_SHARD.clone();
  }

  /// The key of a bucket's row: its ten bits, then zeros.
  public static byte[] prefix(int bucket) {
    byte[] prefix = new byte[AccountId.LENGTH];
    prefix[0] = (byte) (bucket >>> 2);
    prefix[1] = (byte) (bucket << 6);
    return prefix;
  }

  /// The bucket whose row has this key.
  public static int bucket(byte[] prefix) {
    return (prefix[0] & 0xff) << 2 | (prefix[1] & 0xff) >>> 6;
  }

  /// Makes all tables and the bucket rows in an empty database; accepts one that has this version.
  ///
  /// @throws StorageException if it has another version
  public void prepare(Session session) throws SQLException {
    Optional<Integer> found = version(session);
    if (found.isEmpty()) {
      migrate(session);
      return;
    }
    if (found.get() != VERSION) {
      throw new StorageException(
          "the database has schema version "
              + found.get()
              + ", this program works with "
              + VERSION
              + (found.get() > VERSION ? ": a newer program wrote it" : ": migrate it first"));
    }
  }

  private static Optional<Integer> version(Session session) throws SQLException {
    if (!session.hasTable("schema_version")) {
      return Optional.empty();
    }
    return session.first(
        "SELECT version FROM schema_version WHERE shard_key = ?", row -> row.getInt(1), NO_SHARD);
  }

  private void migrate(Session session) throws SQLException {
    session.begin();
    for (String file : FILES) {
      for (String sql : statements(file)) {
        session.run(sql);
      }
    }
    makeBuckets(session);
    session.update(
        "INSERT INTO schema_version (shard_key, version) VALUES (?, ?)", NO_SHARD, VERSION);
    session.commit();
  }

  private void makeBuckets(Session session) throws SQLException {
    String values = "(?, '', 0, 0)" + ", (?, '', 0, 0)".repeat(ROWS_AT_ONCE - 1);
    String insert =
        dialect.insertIgnore() + "bucket (prefix, owner, epoch, taken_at) VALUES " + values;
    for (int from = 0; from < AccountId.BUCKETS; from += ROWS_AT_ONCE) {
      List<Object> keys = new ArrayList<>();
      for (int bucket = from; bucket < from + ROWS_AT_ONCE; bucket++) {
        keys.add(prefix(bucket));
      }
      session.update(insert, keys.toArray());
    }
  }

  private List<String> statements(String file) {
    String text =
        read(file)
            .replaceAll("(?m)^\\s*--.*$", "")
            .replace("{narrow}", dialect.tableOptions(false))
            .replace("{wide}", dialect.tableOptions(true));
    return Arrays.stream(text.split(";", -1)).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }

  private static String read(String file) {
    try (InputStream in = Schema.class.getResourceAsStream(FOLDER + file)) {
      if (in == null) {
        throw new IllegalStateException("missing in the program: " + FOLDER + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
