package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.client.SottoException.Code;

/// A process that changes a home's key is killed with SIGKILL at random instants: one of both keys
/// opens the home, with all that was in it.
///
/// Keys and not passphrases: their derivation would be where nearly all kills fall.
final class KilledRekeyTest {
  private static final int KILLS = Boolean.getBoolean("sotto.long") ? 200 : 10;
  private static final int MESSAGES = 100;
  private static final long LIFE_MICROS = 20_000;

  @TempDir Path folder;
  private TwoPeople people;
  private Path home;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    people.register("alice").close();
    home = people.home("alice");
    new PastWriter(home, 1).settled("carol", PastWriter.account(3), MESSAGES);
    Sotto.changePassphrase(home, TwoPeople.key(), Rekeying.key(1));
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private List<String> texts(int key) {
    try (Sotto sotto =
        Sotto.open(home, Rekeying.key(key), Options.defaults().withoutConnection())) {
      return sotto.conversationWith(PastWriter.account(3)).messages(2 * MESSAGES).stream()
          .map(MessageView::text)
          .toList();
    }
  }

  private boolean opens(int key) {
    try {
      return Sotto.checkStore(home, Rekeying.key(key)).isEmpty();
    } catch (SottoException e) {
      assertThat(e.code()).isEqualTo(Code.WRONG_PASSPHRASE);
      return false;
    }
  }

  /// Lets a process change the key from one to the other and back until it is killed.
  private void killOne(int now, int next, Random random) throws IOException {
    ProcessBuilder command =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            // Where SQLite's library is unpacked, and stays when its process is killed.
            "-Djava.io.tmpdir=" + folder,
            "-cp",
            System.getProperty("java.class.path"),
            Rekeying.class.getName(),
            home.toString(),
            Integer.toString(now),
            Integer.toString(next));
    Process process = command.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine()).isEqualTo("changed");
      LockSupport.parkNanos(1000 * random.nextLong(LIFE_MICROS));
    } finally {
      process.destroyForcibly().onExit().join();
    }
  }

  @Test
  void killedAtRandomInstants_oneOfBothKeysOpensTheHome_withAllMessages() throws IOException {
    long seed = Long.getLong("sotto.seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<String> before = texts(1);
    assertThat(before).hasSize(MESSAGES);
    int now = 1;
    for (int kill = 0; kill < KILLS; kill++) {
      // A key that the home never had takes the place of the one that went.
      int next = kill + 2;
      killOne(now, next, random);
      List<Integer> opening = IntStream.of(now, next).filter(this::opens).boxed().toList();
      assertThat(opening).as("of %s and %s", now, next).hasSize(1);
      now = opening.getFirst();
      assertThat(texts(now)).isEqualTo(before);
    }
    Sotto.changePassphrase(home, Rekeying.key(now), TwoPeople.key());
    int last = now;
    assertThatThrownBy(() -> texts(last))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.WRONG_PASSPHRASE));
    Sotto alice = people.openOffline("alice");
    assertThat(alice.conversationWith(PastWriter.account(3)).messages(2 * MESSAGES))
        .hasSize(MESSAGES);
  }
}
