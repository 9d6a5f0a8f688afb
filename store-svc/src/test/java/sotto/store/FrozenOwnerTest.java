package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.testing.TestAccount;
import sotto.chat.v1.Delivery;
import sotto.mailbox.v1.AppendResult;
import sotto.mesh.testing.HandClock;
import sotto.store.write.Peers;

/// An owner that is stopped inside a transaction and wakes when another has its bucket (protocol
/// B4).
@SharedTest
final class FrozenOwnerTest {
  private static final long PATIENCE_SECONDS = 40;

  @TempDir Path folder;

  /// Appends one envelope, and another whose commit waits for a line of input; then the second once
  /// more. Prints what each is answered.
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) throws Exception {
      Path folder = Path.of(arguments[0]);
      try (Rig rig = Rig.pod(folder, "store-0", new HandClock(), Peers.NONE);
          Appender relay = rig.appender()) {
        TestAccount bob = rig.register(1, "bob");
        say(relay.one(rig.append(bob, 1)));
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch until = new CountDownLatch(1);
        rig.dialect.inject(new FaultyDialect.NextCommitWaits(reached, until));
        relay.send(rig.append(bob, 2));
        reached.await();
        System.out.println("waits");
        var _ = System.in.read();
        until.countDown();
        say(relay.next());
        say(relay.one(rig.append(bob, 2)));
      }
    }

    private static void say(AppendResult result) {
      System.out.println(result.getOutcomeCase());
    }
  }

  private static void signal(Process process, String name) throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }

  @Test
  void ownerFrozenInATransaction_isTakenOverAndStoresNothingWhenItWakes() throws Exception {
    Process frozen = TestJvm.start(folder, Victim.class, folder.resolve("first").toString());
    HandClock clock = new HandClock();
    clock.pass(Duration.ofSeconds(11));
    try (BufferedReader out = frozen.inputReader(StandardCharsets.UTF_8);
        Rig second = Rig.pod(folder.resolve("second"), "store-1", clock, Peers.NONE);
        Appender relay = second.appender()) {
      TestAccount bob = TestAccount.found(1);
      assertThat(out.readLine()).as(log()).isEqualTo("APPENDED");
      assertThat(out.readLine()).as(log()).isEqualTo("waits");
      signal(frozen, "STOP");

      AppendResult refused = relay.one(second.append(bob, 3));
      assertThat(refused.hasAgain()).as("its row is locked").isTrue();
      AppendResult taken = relay.untilStored(() -> second.append(bob, 3));
      assertThat(taken.getEpoch()).isEqualTo(2);

      signal(frozen, "CONT");
      frozen.getOutputStream().write('\n');
      frozen.getOutputStream().flush();
      assertThat(out.readLine()).as(log()).isEqualTo("AGAIN");
      assertThat(out.readLine()).as(log()).isEqualTo("MOVED");
      assertThat(frozen.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

      assertThat(relay.one(second.append(bob, 2)).hasAppended()).isTrue();
      List<Delivery> all = second.read(bob, 1, 0).getDeliveriesList();
      assertThat(all)
          .extracting(d -> d.getEnvelope().toStringUtf8())
          .containsExactly("envelope 1", "envelope 3", "envelope 2");
      assertThat(all).extracting(Delivery::getPosition).isSorted();
    } finally {
      frozen.destroyForcibly();
    }
  }

  private String log() throws Exception {
    return Files.readString(folder.resolve("victim.log"));
  }
}
