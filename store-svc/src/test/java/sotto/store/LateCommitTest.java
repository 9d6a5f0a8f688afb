package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.AppendResult;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// A commit that the database makes true after its owner has given it up (protocol B5).
@SharedTest
final class LateCommitTest {

  @TempDir Path folder;

  @Test
  void nothingIsWrittenOrReadBeforeTheOldTransactionIsOver() throws Exception {
    CountDownLatch until = new CountDownLatch(1);
    try (Rig rig = Rig.open(folder);
        Appender relay = rig.appender()) {
      TestAccount bob = rig.register(1, "bob");
      relay.one(rig.append(bob, 1));
      rig.dialect.inject(new FaultyDialect.NextCommitLate(until));
      assertThat(relay.one(rig.append(bob, 2)).hasAgain()).isTrue();

      assertThat(relay.one(rig.append(bob, 3)).hasAgain()).isTrue();
      assertThatThrownBy(() -> rig.read(bob, 1, 0))
          .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.UNAVAILABLE));

      until.countDown();
      long third = position(relay.untilStored(() -> rig.append(bob, 3)));
      long second = position(relay.one(rig.append(bob, 2)));
      assertThat(second).isLessThan(third);
      assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1", "envelope 2", "envelope 3");
    } finally {
      until.countDown();
    }
  }

  private static long position(AppendResult result) {
    return result.getAppended().getStored(0).getPosition();
  }
}
