package sotto.store.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import sotto.chain.AccountId;

/// The tables. Their text lies in `schema/NNNN-….sql`, one file for each version.
public final class Schema {
  /// The version that this code works with.
  public static final int VERSION = 6;

  private static final List<String> FILES =
      List.of(
          "0001-accounts-and-mailboxes.sql",
          "0002-kept-blobs-and-cold-segments.sql",
          "0003-recovery.sql",
          "0004-invites-and-decisions.sql",
          "0005-profiles.sql",
          "0006-groups.sql");
  private static final String FOLDER = "/sotto/store/schema/";
  private static final Pattern TABLE =
      Pattern.compile("(CREATE|DROP) TABLE IF (?:NOT )?EXISTS (\\w+)");
  private static final String MIGRATE = "migrate it first, with sotto migrate --store URL";
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

  /// Checks that a database has this version; where that is the dialect's way, a new or an older
  /// one gets it. One that others share may have the next version too: it only adds, and a process
  /// that dies while the others are being replaced must come back.
  ///
  /// @throws StorageException if it has another version
  public void prepare(Session session) throws SQLException {
    if (dialect.tables() == Dialect.Tables.MADE_WHEN_OPENED && version(session) < VERSION) {
      migrate(session);
    }
    int found = version(session);
    if (found != VERSION + 1 || dialect.tables() == Dialect.Tables.MADE_WHEN_OPENED) {
      check(found);
    }
  }

  private static void check(int found) {
    if (found == 0) {
      throw new StorageException("the database has no tables of Sotto: " + MIGRATE);
    }
    if (found != VERSION) {
      throw new StorageException(
          "the database has schema version "
              + found
              + ", this program works with "
              + VERSION
              + (found > VERSION ? ": a newer program wrote it" : ": " + MIGRATE));
    }
  }

  /// The version of a database; 0 if it has none.
  int version(Session session) throws SQLException {
    session.begin();
    Optional<Integer> found =
        session.hasTable("schema_version")
            ? session.first(
                "SELECT version FROM schema_version WHERE shard_key = ?",
                row -> row.getInt(1),
                NO_SHARD)
            : Optional.empty();
    session.commit();
    return found.orElse(0);
  }

  /// Brings a database to this version; see [Migration].
  ///
  /// @return the version it had before
  int migrate(Session session) throws SQLException {
    int had = version(session);
    if (had >= VERSION) {
      check(had);
      return had;
    }
    ShardMap shards = dialect.shards(session);
    session.begin();
    if (dialect.tables() == Dialect.Tables.MADE_BEFORE) {
      expectTables(session);
    } else {
      for (String sql : statements(had)) {
        session.run(sql);
      }
    }
    for (List<Integer> group :
        shards.groups(IntStream.range(0, AccountId.BUCKETS).boxed().toList())) {
      makeBuckets(session, group);
      endPart(session);
    }
    session.update(
        dialect.insertIgnore() + "schema_version (shard_key, version) VALUES (?, ?)",
        NO_SHARD,
        VERSION);
    session.update(
        "UPDATE schema_version SET version = ? WHERE shard_key = ? AND version < ?",
        VERSION,
        NO_SHARD,
        VERSION);
    session.commit();
    return had;
  }

  /// All is one transaction where that can be.
  private void endPart(Session session) throws SQLException {
    if (dialect.tables() != Dialect.Tables.MADE_WHEN_OPENED) {
      session.commit();
    }
  }

  private void expectTables(Session session) throws SQLException {
    for (String table : tables()) {
      if (!session.hasTable(table)) {
        throw new StorageException(
            "the keyspace has no table "
                + table
                + ": apply the schema with vtctldclient ApplySchema and ApplyVSchema first"
                + " (sotto-stack schema does)");
      }
    }
  }

  private Set<String> tables() {
    Set<String> tables = new LinkedHashSet<>();
    for (String statement : statements(0)) {
      Matcher found = TABLE.matcher(statement);
      if (found.find() && found.group(1).equals("CREATE")) {
        tables.add(found.group(2));
      } else if (found.hasMatch()) {
        tables.remove(found.group(2));
      }
    }
    return tables;
  }

  private void makeBuckets(Session session, List<Integer> group) throws SQLException {
    session.update(
        dialect.insertIgnore()
            + "bucket (prefix, owner, epoch, taken_at) VALUES (?, '', 0, 0)"
            + ", (?, '', 0, 0)".repeat(group.size() - 1),
        group.stream().map(Schema::prefix).toArray());
  }

  /// The statements that bring a database of an older version to this one.
  ///
  /// @param from that version; 0 = an empty database
  List<String> statements(int from) {
    List<String> all = new ArrayList<>();
    for (String file : FILES) {
      if (Integer.parseInt(file.substring(0, 4)) > from) {
        all.addAll(statements(file));
      }
    }
    return all;
  }

  private List<String> statements(String file) {
    String text =
        read(file)
            .replaceAll("(?m)^\\s*--.*$", "")
            // Another may be at it, or may have died at it.
            .replace("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ")
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
