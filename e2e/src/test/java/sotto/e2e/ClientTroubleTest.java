package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import sotto.mesh.CertificateAuthority;

/// What may be wrong around the real client: a sentence and an exit code each, nothing lost, no
/// stack trace.
@ExtendWith(Stage.Given.class)
final class ClientTroubleTest {
  private final Stage stage;

  ClientTroubleTest(Stage stage) {
    this.stage = stage;
  }

  private Cli nobody(String name) {
    return new Cli(stage.checkout(), name, stage.folder(name), "a passphrase");
  }

  private Captured register(Cli cli, String server, Path ca) {
    return Captured.of(
        cli, "register", "--server", server, "--ca", ca.toString(), stage.freshName("nobody"));
  }

  /// The store's files, not the lock.
  private static Map<Path, Long> contents(Path home) throws IOException {
    var sums = new TreeMap<Path, Long>();
    try (var files = Files.walk(home)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        if (!file.getFileName().toString().contains("lock")) {
          var crc = new CRC32();
          crc.update(Files.readAllBytes(file));
          sums.put(file, crc.getValue());
        }
      }
    }
    return sums;
  }

  @Test
  void wrongPassphrase_exits4_andTouchesNothing() throws IOException {
    var alice = stage.somebody();
    var before = contents(alice.home());
    var wrong = new Cli(alice.checkout(), alice.name(), alice.home(), "not the passphrase");
    Captured.of(wrong, "whoami").exits(4).says("passphrase");
    Captured.of(wrong, "send", alice.name(), "x").exits(4);
    assertThat(contents(alice.home())).isEqualTo(before);
    var none = alice.builder(false, "whoami");
    none.environment().remove("SOTTO_PASSPHRASE");
    Captured.run(none, new byte[0]).exits(4).says("SOTTO_PASSPHRASE");
    alice.ok("whoami");
  }

  @Test
  void homeWithoutAccount_exits3_andUnknownUser_exits6() {
    Captured.of(nobody("new"), "whoami").exits(3).says("register");
    var alice = stage.somebody();
    Captured.of(alice, "send", "nobody.of.this.name", "hello").exits(6);
    Captured.of(alice, "send", "Not A Name", "hello").exits(2);
    Captured.of(alice, "register", "--server", stage.server().address(), "another")
        .exits(1)
        .says("already");
  }

  @Test
  void serverThatIsNotThere_exits5() throws IOException {
    int free;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    register(nobody("early"), "127.0.0.1:" + free, stage.server().ca()).exits(5);
    register(nobody("typo"), "no-such-host.invalid:7443", stage.server().ca()).exits(5);
  }

  @Test
  void wrongCa_exits5_andSaysThatItIsNotTrusted() throws IOException {
    var folder = Files.createDirectories(stage.folder("another-ca"));
    var other = CertificateAuthority.openOrCreate(folder, Clock.systemUTC(), new SecureRandom());
    register(nobody("fooled"), stage.server().address(), other.file()).exits(5).says("trust");
    // None at all: the platform's.
    Captured.of(nobody("bare"), "register", "--server", stage.server().address(), "someone")
        .exits(5);
    var text = Files.writeString(folder.resolve("no.pem"), "this is no certificate");
    assertThat(register(nobody("text"), stage.server().address(), text).exit()).isIn(1, 2);
    assertThat(register(nobody("none"), stage.server().address(), folder.resolve("missing")).exit())
        .isIn(1, 2);
    assertThat(register(nobody("dir"), stage.server().address(), folder).exit()).isIn(1, 2);
  }

  @Test
  void certificateOfAnotherTime_exits5_andSaysToLookAtTheClock() {
    for (var days : new long[] {-400, 400}) {
      try (var server =
          LyingServer.before(
              stage.server(),
              stage.folder("another-time"),
              Clock.offset(Clock.systemUTC(), Duration.ofDays(days)))) {
        register(nobody("late"), server.address(), server.ca()).exits(5).says("clock");
      }
    }
  }

  @Test
  void portThatAnswersNoTls_exits5() throws IOException {
    try (var socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      var _ =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                while (!socket.isClosed()) {
                  try (var c = socket.accept()) {
                    c.getOutputStream()
                        .write("SSH-2.0-OpenSSH_9.2\r\n".getBytes(StandardCharsets.US_ASCII));
                  } catch (IOException e) {
                    return;
                  }
                }
              });
      register(nobody("ssh"), "127.0.0.1:" + socket.getLocalPort(), stage.server().ca()).exits(5);
    }
  }

  @Test
  void portThatAnswersNothing_exits5InTime() throws IOException {
    // The kernel accepts for it; nobody ever reads.
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      register(nobody("silent"), "127.0.0.1:" + silent.getLocalPort(), stage.server().ca())
          .exits(5);
    }
  }

  @Test
  void secondProcessOnAHome_exits8_andNamesTheFirst() {
    var alice = stage.somebody();
    try (var other = Talk.registered(stage, "other");
        var first = alice.start(true, "receive", "--follow")) {
      other.with(alice.name()).send("are you there?");
      first.awaitLine(line -> line.contains("are you there?"), Talk.LIMIT);
      Captured.of(alice, "whoami").exits(8).says(Long.toString(first.pid()));
      assertThat(first.alive()).isTrue();
      first.kill();
    }
    // A lock that a killed process leaves is none.
    alice.ok("whoami");
  }

  @Test
  void filesThatCannotBeSent_areRefused_andNothingIsQueued() throws Exception {
    var alice = stage.somebody();
    var bob = stage.goodPair().username();
    var folder = Files.createDirectories(stage.folder("files"));
    var pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor(5, TimeUnit.SECONDS))
        .isTrue();
    for (var path : new Path[] {folder.resolve("missing"), folder, pipe}) {
      Captured.of(alice, "send", bob, "see", "--file", path.toString())
          .exits(1)
          .says(path.getFileName().toString());
    }
    assertThat(alice.ok("messages", bob).all("message")).isEmpty();
  }

  @Test
  void homeThatIsAFile_isAClearError() throws IOException {
    var file = Files.writeString(stage.folder("file"), "I am a file.");
    var cli = new Cli(stage.checkout(), "filed", file, "a passphrase");
    assertThat(register(cli, stage.server().address(), stage.server().ca()).exits(1).err())
        .contains(file.getFileName().toString());
    assertThat(file).hasContent("I am a file.");
    var below = new Cli(stage.checkout(), "below", file.resolve("home"), "a passphrase");
    register(below, stage.server().address(), stage.server().ca()).exits(1);
  }

  @Test
  void damagedHome_isAClearError() throws IOException {
    var whole = stage.somebody();
    for (var damage : Damage.values()) {
      var alice =
          new Cli(whole.checkout(), whole.name(), stage.folder("damaged"), whole.passphrase());
      Stage.copy(whole.home(), alice.home());
      var largest = largestBelow(alice.home());
      damage.doTo(largest);
      var result = Captured.of(alice, "messages", "bob");
      assertThat(result.exit()).as("%s: %s", damage, result).isIn(1, 4);
      result.exits(result.exit());
      assertThat(result.err()).as("%s", damage).containsAnyOf("damaged", "passphrase");
    }
  }

  private static Path largestBelow(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .max(Comparator.comparingLong(f -> f.toFile().length()))
          .orElseThrow();
    }
  }

  private enum Damage {
    FIRST_BYTES,
    MIDDLE,
    SHORTER,
    EMPTIED;

    void doTo(Path path) throws IOException {
      try (var file = new RandomAccessFile(path.toFile(), "rw")) {
        switch (this) {
          case FIRST_BYTES -> file.write(new byte[512]);
          case MIDDLE -> {
            // All pages but the first.
            var rest = new byte[(int) file.length() - 4096];
            new Random(5).nextBytes(rest);
            file.seek(4096);
            file.write(rest);
          }
          case SHORTER -> file.setLength(file.length() / 2 + 100);
          case EMPTIED -> file.setLength(0);
        }
      }
    }
  }
}
