package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendResult;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// What a store does when its database fails it.
@ContractTest
final class FaultsTest {
  @TempDir Path folder;
  private Rig rig;
  private TestAccount bob;

  @BeforeEach
  void open() {
    rig = Rig.open(folder);
    bob = rig.register(1, "bob");
  }

  @AfterEach
  void close() {
    rig.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void commitOfUnknownOutcome_isAgainAndTheRetryStoresOnce(boolean happened) throws Exception {
    try (Appender relay = rig.appender()) {
      AppendResult first = relay.one(rig.append(bob, 1).setLane(1));
      rig.dialect.inject(new FaultyDialect.NextCommitUnknown(happened));
      assertThat(relay.one(rig.append(bob, 2).setLane(1)).hasAgain()).isTrue();
      assertThat(relay.one(rig.append(bob, 3).setLane(1)).hasRetryInOrder()).isTrue();
      List<AppendResult> retried =
          relay.ask(
              rig.append(bob, 2).setLane(1).setGeneration(1),
              rig.append(bob, 3).setLane(1).setGeneration(1));
      assertThat(retried).allMatch(AppendResult::hasAppended);
      assertThat(retried.get(1).getEpoch()).isEqualTo(first.getEpoch() + 1);
      assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1", "envelope 2", "envelope 3");
    }
  }

  @Test
  void bucketInDoubt_isMendedWithoutAnotherWrite() throws Exception {
    try (Appender relay = rig.appender()) {
      rig.dialect.inject(new FaultyDialect.NextCommitUnknown(true));
      assertThat(relay.one(rig.append(bob, 1)).hasAgain()).isTrue();
      awaitReadable();
      assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1");
    }
  }

  /// Asks until the bucket is not in doubt any more, for twenty seconds.
  private void awaitReadable() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (true) {
      try {
        rig.read(bob, 1, 0);
        return;
      } catch (StatusRuntimeException e) {
        assertThat(Statuses.reason(e)).contains(Reason.UNAVAILABLE);
        assertThat(System.nanoTime()).as("still in doubt").isLessThan(deadline);
      }
    }
  }

  /// The stream of the device was pushed everything so far; what follows a commit of unknown
  /// outcome must not look continuous to it.
  @Test
  void afterACommitOfUnknownOutcome_theChainHasAHole() throws Exception {
    try (Appender relay = rig.appender()) {
      long pushed = relay.one(rig.append(bob, 1)).getAppended().getStored(0).getPosition();
      rig.dialect.inject(new FaultyDialect.NextCommitUnknown(true));
      relay.one(rig.append(bob, 2));
      var next = relay.one(rig.append(bob, 3)).getAppended().getStored(0);
      assertThat(next.getPrevious()).isNotEqualTo(pushed);
      assertThat(rig.read(bob, 1, pushed).getDeliveriesCount()).isEqualTo(2);
    }
  }

  @Test
  void oneEnvelopeTheDatabaseRefuses_neighboursAreStoredInOrder() throws Exception {
    rig.database.poison();
    try (Appender relay = rig.appender()) {
      Append.Builder first = rig.append(bob, 1);
      Append.Builder second = rig.append(bob, 2);
      Append.Builder poison = rig.append(bob, 3);
      poison.getDevicesBuilder(0).setEnvelope(ByteString.copyFrom(new byte[13]));
      List<AppendResult> results = relay.ask(first, second, poison, rig.append(bob, 4));
      assertThat(results.get(2).hasAgain()).isTrue();
      assertThat(results.get(3).hasAppended()).isTrue();
      assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1", "envelope 2", "envelope 4");
    }
  }

  /// What the store knows of accounts in memory must not run ahead of the database.
  @Test
  void undoneWrites_leaveNoTraceInWhatTheOwnerKnows() throws Exception {
    rig.close();
    rig = Rig.open(folder, c -> Rig.limits(c, 4, 400_000));
    rig.database.poison();
    try (Appender relay = rig.appender()) {
      for (int i = 0; i < 6; i++) {
        Append.Builder poison = rig.append(bob, 100 + i);
        poison.getDevicesBuilder(0).setEnvelope(ByteString.copyFrom(new byte[13]));
        assertThat(relay.one(poison).hasAgain()).isTrue();
      }
      for (int i = 0; i < 4; i++) {
        assertThat(relay.one(rig.append(bob, i)).hasAppended()).isTrue();
      }
    }
  }

  @Test
  void deviceWhoseLinkWasUndone_isNotInTheList() throws Exception {
    try (Appender relay = rig.appender()) {
      Append.Builder toOne = rig.append(bob, 1);
      relay.one(rig.append(bob, 0));
      rig.dialect.inject(new FaultyDialect.NextCommitUnknown(false));
      assertThatThrownBy(() -> rig.addDevice(bob))
          .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.UNAVAILABLE));
      assertThat(relay.one(toOne).hasAppended()).isTrue();
    }
  }

  @Test
  void lostConnection_isOpenedAgain() throws Exception {
    try (Appender relay = rig.appender()) {
      rig.dialect.inject(new FaultyDialect.DiesAtCommit(1, false));
      assertThat(relay.one(rig.append(bob, 1)).hasAgain()).isTrue();
      assertThat(relay.one(rig.append(bob, 1)).hasAgain()).isTrue();
      rig.dialect.heal();
      assertThat(relay.one(rig.append(bob, 1)).hasAppended()).isTrue();
      assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1");
    }
  }
}
