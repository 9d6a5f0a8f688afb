package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.AccountId;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.AckRequest;
import sotto.mailbox.v1.CheckMissedRequest;
import sotto.mailbox.v1.DeviceAck;
import sotto.mailbox.v1.DevicePosition;
import sotto.store.sql.Schema;

@ContractTest
final class OwnershipTest {
  @TempDir Path folder;

  @Test
  void formerOwner_answersMovedToEverythingAndStoresNothing() throws Exception {
    try (Rig rig = Rig.open(folder);
        Appender relay = rig.appender()) {
      TestAccount bob = rig.register(1, "bob");
      long position = relay.one(rig.append(bob, 1)).getAppended().getStored(0).getPosition();
      rig.sql(
          "UPDATE bucket SET owner = 'store-1/x', epoch = epoch + 1, taken_at = "
              + rig.clock.millis());

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

  /// As an owner finds it that was cut off from those who ask and not from the database.
  @Test
  void bucketThatAnotherTookAndHandedBackUnseen_isTakenAnewByTheNextWrite() throws Exception {
    try (Rig rig = Rig.open(folder);
        Appender relay = rig.appender()) {
      TestAccount bob = rig.register(1, "bob");
      long before = relay.one(rig.append(bob, 1)).getAppended().getStored(0).getPosition();
      handBack(rig);

      assertThat(relay.one(rig.append(bob, 2)).hasAppended()).isFalse();
      var appended = relay.one(rig.append(bob, 2));
      assertThat(appended.hasAppended()).isTrue();
      long epochs = (appended.getAppended().getStored(0).getPosition() >> 40) - (before >> 40);
      assertThat(epochs).isEqualTo(3);
    }
  }

  @Test
  void bucketThatAnotherTookAndHandedBackUnseen_isTakenAnewByTheNextRead() throws Exception {
    try (Rig rig = Rig.open(folder);
        Appender relay = rig.appender()) {
      TestAccount bob = rig.register(1, "bob");
      relay.one(rig.append(bob, 1));
      handBack(rig);

      assertThat(rig.read(bob, 1, 0).hasMoved()).isTrue();
      assertThat(rig.read(bob, 1, 0).getDeliveriesCount()).isEqualTo(1);
    }
  }

  private static void handBack(Rig rig) throws Exception {
    rig.sql("UPDATE bucket SET epoch = epoch + 2, taken_at = " + -rig.clock.millis());
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

  @Test
  void everyBucket_hasItsRowAndItsKey() throws Exception {
    try (Rig rig = Rig.open(folder)) {
      assertThat(rig.count("SELECT COUNT(*) FROM bucket")).isEqualTo(AccountId.BUCKETS);
    }
    for (int bucket = 0; bucket < AccountId.BUCKETS; bucket++) {
      assertThat(Schema.bucket(Schema.prefix(bucket))).isEqualTo(bucket);
      assertThat(new AccountId(Schema.prefix(bucket)).bucket()).isEqualTo(bucket);
    }
  }
}
