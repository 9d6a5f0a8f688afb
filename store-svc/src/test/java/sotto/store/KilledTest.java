package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.AppendResult;

/// A store in a process of its own, killed while it appends.
@ContractTest
final class KilledTest {
  private static final int KILLS = 4;
  private static final int WINDOW = 16;

  @TempDir Path folder;

  /// Appends envelopes from a number on, in windows, and prints each that was accepted.
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) throws Exception {
      long next = Long.parseLong(arguments[1]);
      try (Rig rig = Rig.open(Path.of(arguments[0]));
          Appender relay = rig.appender()) {
        TestAccount bob = rig.register(1, "bob");
        long answered = next;
        while (true) {
          while (next < answered + WINDOW) {
            relay.send(rig.append(bob, next));
            next++;
          }
          AppendResult result = relay.next();
          if (!result.hasAppended()) {
            throw new AssertionError(result);
          }
          System.out.println("accepted " + result.getAppended().getStored(0).getPosition() + " .");
          answered++;
        }
      }
    }
  }

  @Test
  void everythingAccepted_isThereOnceAfterKills() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<Long> accepted = new ArrayList<>();
    for (int kill = 0; kill < KILLS; kill++) {
      // The envelopes that may or may not have been stored are sent again by the next.
      accepted.addAll(killed(accepted.size(), 1 + random.nextInt(150)));
    }
    try (Rig rig = Rig.open(folder);
        Appender relay = rig.appender()) {
      TestAccount bob = rig.register(1, "bob");
      List<String> mailbox = new ArrayList<>();
      List<Long> positions = new ArrayList<>();
      long after = 0;
      while (true) {
        var page = rig.read(bob, 1, after);
        page.getDeliveriesList()
            .forEach(d -> {
              mailbox.add(d.getEnvelope().toStringUtf8());
              positions.add(d.getPosition());
            });
        after = page.getLast();
        if (!page.getMore()) {
          break;
        }
      }
      assertThat(positions).as("seed %s", seed).containsAll(accepted);
      assertThat(mailbox).as("seed %s", seed).doesNotHaveDuplicates();
      for (int i = 0; i < accepted.size(); i++) {
        assertThat(mailbox.get(i)).as("seed %s", seed).isEqualTo("envelope " + i);
      }
      assertThat(relay.one(rig.append(bob, 0)).hasAppended()).isTrue();
      assertThat(rig.count("SELECT COUNT(*) FROM inbox")).isEqualTo(mailbox.size());
    }
  }

  /// The positions accepted by a process that is killed after so many answers.
  private List<Long> killed(long from, int answers) throws Exception {
    Process process = TestJvm.start(folder, Victim.class, folder.toString(), Long.toString(from));
    List<Long> accepted = new ArrayList<>();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      String line;
      while ((line = out.readLine()) != null) {
        String[] words = line.split(" ", -1);
        if (words.length == 3 && words[0].equals("accepted")) {
          accepted.add(Long.parseLong(words[1]));
          if (accepted.size() == answers) {
            process.toHandle().destroyForcibly();
          }
        }
      }
    }
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(accepted)
        .as(java.nio.file.Files.readString(folder.resolve("victim.log")))
        .hasSizeGreaterThanOrEqualTo(answers);
    return accepted;
  }
}
