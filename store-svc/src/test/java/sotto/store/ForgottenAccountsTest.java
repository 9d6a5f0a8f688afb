package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.AccountId;
import sotto.chain.testing.TestAccount;
import sotto.store.sql.Dialect;
import sotto.store.write.Call;
import sotto.store.write.InboxRow;
import sotto.store.write.Job;
import sotto.store.write.OwnerName;
import sotto.store.write.Writers;

/// What an owner remembers of accounts in memory is only a memory.
@ContractTest
final class ForgottenAccountsTest {
  @TempDir Path folder;

  /// The cache is smaller than the accounts in use: device lists and counts are read again, and the
  /// chain of positions stays safe.
  @Test
  void accountsForgotten_areReadAgain() throws Exception {
    Dialect dialect = TestDatabase.in(folder).dialect();
    try (Writers writers = OwnWriters.start(dialect, new OwnerName("a", "1"), 1)) {
      List<TestAccount> accounts = ofOneWriter(dialect.writers());
      for (TestAccount a : accounts) {
        insert(writers, a);
        writers.claim(a.id().bucket());
      }
      long[] last = {-1, -1};
      for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 2; i++) {
          TestAccount account = accounts.get(i);
          long seen = writers.last(account.id(), 1);
          long before = last[i];
          var row = append(writers, account, round);
          assertThat(row.previous()).isEqualTo(seen).isGreaterThanOrEqualTo(before);
          last[i] = row.position();
        }
      }
      assertThat(TestDatabase.in(folder).count("SELECT COUNT(*) FROM inbox")).isEqualTo(10);
    }
  }

  /// Two accounts whose buckets are one writer's.
  private static List<TestAccount> ofOneWriter(int writers) {
    return LongStream.range(1, 100)
        .mapToObj(TestAccount::found)
        .filter(a -> a.id().bucket() < AccountId.BUCKETS / writers)
        .limit(2)
        .toList();
  }

  private static void insert(Writers writers, TestAccount account) {
    writers.commit(
        Job.NO_BUCKET,
        0,
        batch ->
            batch
                    .session()
                    .update(
                        "INSERT INTO account (account_id, chain_sequence, head_hash,"
                            + " ended, username, created_at, last_seen, access_key_hashes)"
                            + " VALUES (?, 0, X'00', 0, '', 0, 0, X'')",
                        account.id().bytes())
                + batch
                    .session()
                    .update(
                        "INSERT INTO device (account_id, device_id, registration_id, identity_key,"
                            + " auth_key, connection_number, created_at, last_seen_day, missed_since)"
                            + " VALUES (?, 1, 1, X'00', X'00', 0, 0, 0, 0)",
                        account.id().bytes()));
  }

  private static InboxRow.StoredAt append(Writers writers, TestAccount account, int n) {
    Call.Work<InboxRow> work =
        batch ->
            batch
                .rows()
                .add(
                    account.id(),
                    batch.device(account.id(), 1).orElseThrow(),
                    new byte[] {(byte) n},
                    Optional.empty(),
                    ByteString.copyFromUtf8("x"));
    return writers.commit(account.id().bucket(), 1, work).place();
  }
}
