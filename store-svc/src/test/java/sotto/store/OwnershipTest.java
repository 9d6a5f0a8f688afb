package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.AccountId;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.AckRequest;
import sotto.mailbox.v1.CheckMissedRequest;
import sotto.mailbox.v1.DeviceAck;
import sotto.mailbox.v1.DevicePosition;
import sotto.mesh.testing.HandClock;
import sotto.store.sql.Schema;
import sotto.store.sql.Session;
import sotto.store.sql.SqliteDialect;
import sotto.store.write.Call;
import sotto.store.write.Fate;
import sotto.store.write.OwnerName;
import sotto.store.write.Ownership;
import sotto.store.write.Peers;
import sotto.store.write.WriteMetrics;
import sotto.store.write.Writers;

final class OwnershipTest {
  @TempDir Path folder;

  @Test
  void formerOwner_answersMovedToEverythingAndStoresNothing() throws Exception {
    try (Rig rig = Rig.open(folder);
        Appender relay = rig.appender()) {
      TestAccount bob = rig.register(1, "bob");
      long position = relay.one(rig.append(bob, 1)).getAppended().getStored(0).getPosition();
      rig.sql("UPDATE bucket SET owner = 'store-1/x', epoch = epoch + 1");

      assertThat(relay.one(rig.append(bob, 2)).getMoved().getOwner()).isEqualTo("store-1/x");
      assertThat(relay.one(rig.append(TestAccount.found(9), 3)).hasMoved()).isTrue();
      assertThat(relay.one(rig.append(bob, 4).clearDevices()).hasMoved()).isTrue();
      assertThat(rig.read(bob, 1, 0).getMoved().getOwner()).isEqualTo("store-1/x");
      assertThat(rig.connect(bob, 1, 1).hasMoved()).isTrue();
      var ack =
          DeviceAck.newBuilder().setAccountId(Rig.id(bob)).setDevice(1).addPositions(position);
      assertThat(
              rig.mailbox()
                  .ack(AckRequest.newBuilder().addAcks(ack).build())
                  .getResults(0)
                  .hasMoved())
          .isTrue();
      var missed = DevicePosition.newBuilder().setAccountId(Rig.id(bob)).setDevice(1);
      assertThat(
              rig.mailbox()
                  .checkMissed(CheckMissedRequest.newBuilder().addDevices(missed).build())
                  .getMovedList())
          .containsExactly(0);
      assertThat(rig.count("SELECT COUNT(*) FROM inbox")).isEqualTo(1);
    }
  }

  @Test
  void oneMovedBucket_leavesTheOthersInTheBatch() throws Exception {
    try (Rig rig = Rig.open(folder);
        Appender relay = rig.appender()) {
      TestAccount bob = rig.register(1, "bob");
      TestAccount alice = rig.register(2, "alice");
      assertThat(alice.id().bucket()).isNotEqualTo(bob.id().bucket());
      String prefix = java.util.HexFormat.of().formatHex(Schema.prefix(bob.id().bucket()));
      rig.sql("UPDATE bucket SET owner = 'x', epoch = epoch + 1 WHERE prefix = X'" + prefix + "'");
      var results = relay.ask(rig.append(bob, 1), rig.append(alice, 1));
      assertThat(results.get(0).hasMoved()).isTrue();
      assertThat(results.get(1).hasAppended()).isTrue();
    }
  }

  private Writers owner(String pod, String start) throws SQLException {
    SqliteDialect dialect = new SqliteDialect(folder.resolve("store.db"));
    Session session = new Session(dialect.openWriter(), dialect);
    new Schema(dialect).prepare(session);
    HandClock clock = new HandClock();
    return Writers.start(
        session,
        dialect,
        new Ownership(new OwnerName(pod, start), Peers.NONE, dialect, clock),
        100,
        clock,
        Duration.ofDays(1),
        WriteMetrics.NONE);
  }

  @Test
  void ofTwoOwners_onlyTheLaterOneWrites() throws Exception {
    try (Writers first = owner("a", "1")) {
      Call.Work<Long> work = batch -> batch.epoch(5);
      assertThat(first.write(5, 0, work)).isEqualTo(new Call.Done<>(1L));
      try (Writers second = owner("b", "1")) {
        assertThat(first.write(5, 0, work))
            .isEqualTo(new Call.NotDone<Long>(new Fate.Moved("b/1")));
        assertThat(second.write(5, 0, work)).isEqualTo(new Call.Done<>(2L));
      }
    }
  }

  /// A frozen process and its successor of the same name: the epoch tells them apart.
  @Test
  void ownerOfTheSameNameAndOlderEpoch_doesNotWrite() throws Exception {
    try (Writers first = owner("a", "1");
        Writers second = owner("a", "1")) {
      Call.Work<Long> work = batch -> batch.epoch(5);
      assertThat(second.write(5, 0, work)).isEqualTo(new Call.Done<>(2L));
      assertThat(first.write(5, 0, work))
          .isEqualTo(new Call.NotDone<Long>(new Fate.Again(Fate.Why.BUSY)));
    }
  }

  @Test
  void everyBucket_hasItsRowAndItsKey() throws Exception {
    try (Rig rig = Rig.open(folder)) {
      assertThat(rig.count("SELECT COUNT(*) FROM bucket WHERE epoch = 1"))
          .isEqualTo(AccountId.BUCKETS);
    }
    for (int bucket = 0; bucket < AccountId.BUCKETS; bucket++) {
      assertThat(Schema.bucket(Schema.prefix(bucket))).isEqualTo(bucket);
      assertThat(new AccountId(Schema.prefix(bucket)).bucket()).isEqualTo(bucket);
    }
  }
}
