package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.RegisterResponse;
import sotto.chain.testing.TestAccount;
import sotto.store.sql.Dialect;
import sotto.store.sql.Failure;
import sotto.store.sql.MySqlDialect;
import sotto.store.sql.Schema;
import sotto.store.sql.Session;
import sotto.store.write.Call;
import sotto.store.write.OwnerName;
import sotto.store.write.Writers;

/// Errors of real databases, and what a store does about them.
@ExtendWith(EmptyDatabase.class)
final class RealFailuresTest {
  private static final int FIRST = 0;
  private static final int NEXT = 1; // on the first bucket's shard
  private static final int LAST = 1023; // on another one, where there are two

  @TempDir Path folder;

  private Dialect dialect() {
    return TestDatabase.in(folder).dialect();
  }

  private Session writer() throws SQLException {
    return new Session(dialect().openWriter(), dialect());
  }

  private static int touch(Session session, int bucket) throws SQLException {
    return session.update(
        "UPDATE bucket SET taken_at = taken_at + 1 WHERE prefix = ?", Schema.prefix(bucket));
  }

  private Failure failure(ThrowingCallable action) {
    return dialect().classify(catchThrowableOfType(SQLException.class, action));
  }

  @SharedTest
  @Test
  void deadlock_undoesOneTransaction() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        Session one = writer();
        Session other = writer()) {
      touch(one, FIRST);
      touch(other, NEXT);
      Future<Optional<Failure>> blocked = threads.submit(() -> attempt(one, NEXT));
      Optional<Failure> second = attempt(other, FIRST);
      assertThat(List.of(blocked.get(), second))
          .containsExactlyInAnyOrder(Optional.of(Failure.UNDONE), Optional.empty());
    }
  }

  /// Ends the transaction either way.
  private Optional<Failure> attempt(Session session, int bucket) throws SQLException {
    try {
      touch(session, bucket);
      session.commit();
      return Optional.empty();
    } catch (SQLException e) {
      session.rollback();
      return Optional.of(dialect().classify(e));
    }
  }

  @SharedTest
  @Test
  void lockedRow_isLeftOutAndNobodyWaits() throws Exception {
    try (Session one = writer();
        Session other = writer()) {
      touch(one, FIRST);
      for (String lock : List.of(dialect().forShare(), dialect().forUpdate())) {
        assertThat(
                other.list(
                    "SELECT prefix FROM bucket WHERE prefix IN (?, ?)" + lock,
                    row -> Schema.bucket(row.getBytes(1)),
                    Schema.prefix(FIRST),
                    Schema.prefix(NEXT)))
            .containsExactly(NEXT);
        other.rollback();
      }
      assertThat(
              failure(() ->
                  other.list(
                      "SELECT prefix FROM bucket WHERE prefix = ? FOR UPDATE NOWAIT",
                      row -> 1,
                      Schema.prefix(FIRST))))
          .isEqualTo(Failure.UNDONE);
    }
  }

  @Tag("mysql")
  @Test
  void lockThatIsWaitedForTooLong_undoesTheTransaction() throws Exception {
    try (Session one = writer();
        Session other = writer()) {
      touch(one, FIRST);
      other.run("SET SESSION innodb_lock_wait_timeout = 1");
      assertThat(failure(() -> touch(other, FIRST))).isEqualTo(Failure.UNDONE);
    }
  }

  @SharedTest
  @Test
  void rowThatIsTooLong_isRefusedAndTheConnectionGoesOn() throws Exception {
    try (Session session = writer()) {
      String insert = "INSERT INTO link (account_id, sequence, bytes) VALUES (?, 0, ?)";
      assertThat(failure(() -> session.update(insert, Schema.prefix(FIRST), new byte[1025])))
          .isEqualTo(Failure.REFUSED);
      session.rollback();
      assertThat(session.update(insert, Schema.prefix(FIRST), new byte[1024])).isEqualTo(1);
      session.rollback();
    }
  }

  @Tag("vitess")
  @Test
  void transactionOnTwoShards_isRefusedAsSplit() throws Exception {
    try (Session session = writer()) {
      touch(session, FIRST);
      assertThat(failure(() -> touch(session, LAST))).isEqualTo(Failure.SPLIT);
      session.rollback();
      assertThat(touch(session, LAST)).isEqualTo(1);
      session.rollback();
    }
  }

  @Tag("vitess")
  @Test
  void queryOnAllShards_isRefused() throws Exception {
    try (Session session = new Session(dialect().openReader(), dialect())) {
      assertThat(failure(() -> session.first("SELECT COUNT(*) FROM bucket", row -> 1)))
          .isEqualTo(Failure.REFUSED);
      assertThat(session.hasTable("bucket")).isTrue();
    }
  }

  /// As after a resharding that this owner has not heard of.
  @SharedTest
  @Test
  void mapOfShardsThatIsWrong_isReadAnewAndNothingFails() throws Exception {
    MySqlDialect real = (MySqlDialect) dialect();
    FaultyDialect dialect = new FaultyDialect(new MySqlDialect(real.url(), real.vitess(), 1));
    dialect.staleShards();
    try (Writers writers = OwnWriters.start(dialect, new OwnerName("a", "1"), 100)) {
      CountDownLatch queued = new CountDownLatch(1);
      writers.submit(
          new Call<>(
              FIRST,
              0,
              _ -> {
                FaultyDialect.await(queued);
                return true;
              }));
      List<Call<Integer>> calls = new ArrayList<>();
      for (int bucket : new int[] {FIRST, NEXT, LAST}) {
        calls.add(new Call<>(bucket, 0, batch -> touch(batch.session(), bucket)));
      }
      calls.forEach(writers::submit);
      queued.countDown();
      for (Call<Integer> call : calls) {
        assertThat(call.await()).isEqualTo(new Call.Done<>(1));
      }
    }
  }

  /// A server ends connections that are silent for long: the next write must not pay for it.
  @Tag("mysql")
  @Test
  void connectionsThatTheServerEnded_areOpenedAgainWithoutAnError() throws Exception {
    try (Rig rig = Rig.open(folder);
        Appender relay = rig.appender()) {
      TestAccount bob = rig.register(1, "bob");
      assertThat(relay.one(rig.append(bob, 1)).hasAppended()).isTrue();
      for (int i = 2; i < 5; i++) {
        killAll();
        assertThat(relay.one(rig.append(bob, i)).hasAppended()).isTrue();
        killAll();
        assertThat(rig.mailbox(bob, 1)).hasSize(i);
        killAll();
        // A name is claimed in a transaction of its own, without a bucket.
        assertThat(rig.accounts().register(Rig.registration(TestAccount.found(i), "guest" + i)))
            .matches(RegisterResponse::hasRegistered);
      }
    }
  }

  /// Ends all connections but those of the tests.
  private void killAll() throws SQLException {
    ((SharedDatabase) TestDatabase.in(folder)).killOthers();
  }
}
