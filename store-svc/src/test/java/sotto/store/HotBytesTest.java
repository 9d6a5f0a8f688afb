package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.Append;

/// What an undelivered envelope takes in the database, before and after it moves.
@ContractTest
final class HotBytesTest {
  private static final Logger LOG = LoggerFactory.getLogger(HotBytesTest.class);
  private static final int ACCOUNTS = 40;
  private static final int EACH = 250;
  private static final int SIZE = 400;

  @TempDir Path folder;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = Rig.open(folder);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  /// Of the tables and indexes of mailboxes, once their pages are tidy. A database with nothing in
  /// them is subtracted.
  private long bytes() throws Exception {
    if (rig.database instanceof SqliteTestDatabase) {
      rig.sql("VACUUM");
      return rig.count(
          "SELECT (SELECT page_count FROM pragma_page_count)"
              + " * (SELECT page_size FROM pragma_page_size)");
    }
    for (String table : List.of("inbox", "inbox_segment", "loose_segment")) {
      rig.sql("ALTER TABLE " + table + " FORCE");
    }
    return rig.count(
        "SELECT SUM(data_length + index_length) FROM information_schema.tables"
            + " WHERE table_schema = DATABASE()"
            + " AND table_name IN ('inbox', 'inbox_segment', 'loose_segment')");
  }

  @Test
  void coldEnvelope_takesLessThanATenthOfWhatItTook() throws Exception {
    assumeTrue(!"vitess".equals(System.getProperty(TestDatabase.PROPERTY)), "MySQL is below it");
    List<TestAccount> accounts = new ArrayList<>();
    for (int i = 0; i < ACCOUNTS; i++) {
      accounts.add(rig.register(i + 1, "user" + i));
    }
    if (!(rig.database instanceof SqliteTestDatabase)) {
      rig.sql("SET SESSION information_schema_stats_expiry = 0");
    }
    long empty = bytes();
    Random random = new Random(1);
    try (Appender relay = rig.appender()) {
      for (TestAccount account : accounts) {
        List<Append.Builder> appends = new ArrayList<>();
        for (int i = 0; i < EACH; i++) {
          DeviceAddress sender =
              new DeviceAddress(accounts.get(random.nextInt(4)).id(), DeviceId.FIRST);
          byte[] envelope = new byte[SIZE];
          random.nextBytes(envelope);
          Append.Builder append = rig.append(sender, account, random.nextLong());
          if (sender.account().equals(account.id())) {
            append.clearSenderAccountId().clearSenderDevice();
          }
          append.getDevicesBuilder(0).setEnvelope(ByteString.copyFrom(envelope));
          appends.add(append);
        }
        assertThat(relay.ask(appends.toArray(Append.Builder[]::new)))
            .allMatch(result -> result.hasAppended());
        rig.clock.pass(Duration.ofMinutes(7));
      }
    }
    long hot = bytes() - empty;
    rig.clock.pass(Duration.ofDays(7));
    for (TestAccount account : accounts) {
      rig.store().cool(account.id().bucket());
    }
    assertThat(rig.count("SELECT COUNT(*) FROM inbox")).isZero();
    long cold = bytes() - empty;
    long count = (long) ACCOUNTS * EACH;
    LOG.info(
        "{} envelopes of {} bytes: {} bytes each in the database, and {} when they are cold",
        count,
        SIZE,
        hot / count,
        cold / count);
    assertThat(cold).isLessThan(hot / 10);
  }
}
