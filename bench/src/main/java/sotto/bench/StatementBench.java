package sotto.bench;

import com.google.protobuf.ByteString;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sotto.chain.AccountId;
import sotto.store.sql.MySqlDialect;
import sotto.store.sql.Placeholders;
import sotto.store.sql.Schema;
import sotto.store.sql.Session;
import sotto.store.sql.StoreUrl;

/// Weighs single decisions of the store on a MySQL or a Vitess, with the statements alone: what the
/// fence (reading the rows of buckets `FOR SHARE SKIP LOCKED`) adds to a commit, and on a plain
/// MySQL what each index of the mailbox adds. The variants take turns within one run.
final class StatementBench {
  private static final int ROUNDS = 40;
  private static final int[] ROWS = {16, 256};
  private static final String COLUMNS =
      " (account_id, device_id, position, dedupe, accepted_at, expires_at, size, sender_tag, envelope) VALUES ";

  private final Session session;
  private final Random random = new Random();
  private long position = 1;

  private StatementBench(Session session) {
    this.session = session;
  }

  /// `statements`.
  @Command(
      name = "statements",
      mixinStandardHelpOptions = true,
      description =
          "What the fence, and on a plain MySQL each index of the mailbox, adds to a commit.")
  static final class Asked implements Callable<Integer> {
    @Parameters(
        paramLabel = "URL",
        description = "A database that migrate has filled: mysql://USER@HOST:PORT/DATABASE.")
    private String url = "";

    @Override
    public Integer call() throws Exception {
      MySqlDialect dialect = MySqlDialect.connect(StoreUrl.parse(url), 1);
      try (Session session = new Session(dialect.openWriter(), dialect)) {
        StatementBench bench = new StatementBench(session);
        bench.fence();
        if (!dialect.vitess()) {
          bench.indexes();
        }
      }

      return 0;
    }
  }

  private interface Variant {
    void commit(int rows) throws SQLException;
  }

  private void fence() throws SQLException {
    Map<String, Variant> variants = new LinkedHashMap<>();
    variants.put("insert, commit", rows -> insert("inbox", rows, false));
    variants.put("fence, insert, commit", rows -> insert("inbox", rows, true));
    compare(variants);
    clean();
  }

  private void indexes() throws SQLException {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("bench_primary", "");
    keys.put("bench_dedupe", ", UNIQUE (account_id, device_id, dedupe)");
    keys.put("bench_expiry", ", UNIQUE (account_id, device_id, dedupe), KEY (expires_at)");
    Map<String, Variant> variants = new LinkedHashMap<>();
    try {
      for (var key : keys.entrySet()) {
        session.run("DROP TABLE IF EXISTS " + key.getKey());
        session.run(table(key.getKey(), key.getValue()));
        variants.put(
            "index:" + key.getKey().substring(5), rows -> insert(key.getKey(), rows, false));
      }
      compare(variants);
    } finally {
      for (String name : keys.keySet()) {
        session.run("DROP TABLE IF EXISTS " + name);
      }
    }
  }

  private static String table(String name, String keys) {
    return "CREATE TABLE "
        + name
        + " (account_id BINARY(16) NOT NULL, device_id INT NOT NULL, position BIGINT NOT NULL,"
        + " dedupe BINARY(16) NOT NULL, accepted_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,"
        + " size INT NOT NULL, sender_tag BINARY(16), envelope MEDIUMBLOB NOT NULL,"
        + " PRIMARY KEY (account_id, device_id, position)"
        + keys
        + ")";
  }

  /// All accounts of one commit lie in the first eighth of the buckets: on one shard of up to
  /// eight.
  private void insert(String table, int rows, boolean fenced) throws SQLException {
    List<Object> arguments = new ArrayList<>();
    TreeSet<Integer> buckets = new TreeSet<>();
    for (int i = 0; i < rows; i++) {
      AccountId account = new AccountId(random.nextLong() >>> 3, 0);
      buckets.add(account.bucket());
      byte[] dedupe = new byte[16];
      random.nextBytes(dedupe);
      byte[] envelope = new byte[400];
      random.nextBytes(envelope);
      arguments.addAll(
          List.of(
              account.bytes(), 1, position++, dedupe, 0L, position, 400, Session.NULL, envelope));
    }
    if (fenced) {
      List<byte[]> keys = buckets.stream().map(Schema::prefix).toList();
      var _ =
          session.list(
              "SELECT prefix, owner, epoch, taken_at FROM bucket WHERE prefix IN "
                  + Placeholders.in(keys.size())
                  + " FOR SHARE SKIP LOCKED",
              row -> ByteString.copyFrom(row.getBytes(1)),
              Placeholders.fill(keys).toArray());
    }
    session.update(
        "INSERT IGNORE INTO "
            + table
            + COLUMNS
            + "(?,?,?,?,?,?,?,?,?)"
            + ",(?,?,?,?,?,?,?,?,?)".repeat(rows - 1),
        arguments.toArray());
    session.commit();
  }

  private void compare(Map<String, Variant> variants) throws SQLException {
    for (int rows : ROWS) {
      Map<String, long[]> times = new LinkedHashMap<>();
      variants.keySet().forEach(name -> times.put(name, new long[ROUNDS]));
      for (int round = -ROUNDS / 4; round < ROUNDS; round++) {
        for (var variant : variants.entrySet()) {
          long begin = System.nanoTime();
          variant.getValue().commit(rows);
          long took = System.nanoTime() - begin;
          long[] of = times.get(variant.getKey());
          if (round >= 0 && of != null) {
            of[round] = took;
          }
        }
      }
      double first = 0;
      for (var time : times.entrySet()) {
        long[] sorted = time.getValue().clone();
        Arrays.sort(sorted);
        double median = sorted[ROUNDS / 2] / 1e6;
        first = first == 0 ? median : first;
        System.out.printf(
            Locale.ROOT,
            "%3d rows  %-24s p50 %.2f ms  p90 %.2f ms  %.2f of the first%n",
            rows,
            time.getKey(),
            median,
            sorted[ROUNDS * 9 / 10] / 1e6,
            median / first);
      }
    }
  }

  private void clean() throws SQLException {
    for (int bucket = 0; bucket < AccountId.BUCKETS / 8; bucket++) {
      byte[] last = Schema.prefix(bucket);
      Arrays.fill(last, 2, last.length, (byte) -1);
      last[1] |= 0x3f;
      List<byte[]> accounts =
          session.list(
              "SELECT DISTINCT account_id FROM inbox WHERE account_id BETWEEN ? AND ? AND accepted_at = 0",
              row -> row.getBytes(1),
              Schema.prefix(bucket),
              last);
      for (byte[] account : accounts) {
        session.update("DELETE FROM inbox WHERE account_id = ? AND accepted_at = 0", account);
      }
      session.commit();
    }
  }
}
