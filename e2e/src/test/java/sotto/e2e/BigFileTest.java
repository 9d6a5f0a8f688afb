package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/// A large file from one client to another while the connection breaks again and again: it arrives
/// as it was, hardly a byte is sent twice, and nobody's memory grows with it.
// A gigabyte each way over sixty connections and more.
@Timeout(value = 20, unit = TimeUnit.MINUTES)
@ExtendWith(Stage.Given.class)
final class BigFileTest {
  private static final boolean LONG = Boolean.getBoolean("sotto.long");
  private static final long MEGABYTE = 1_000_000;
  private static final long SIZE = LONG ? 1L << 30 : 150 * MEGABYTE;
  private static final long CUT_AFTER = 30 * MEGABYTE;
  private static final double MOST_ON_THE_WIRE = 1.1;
  private static final long CLIENT_RESIDENT = 450 * MEGABYTE;
  private static final long SERVER_RESIDENT = 700 * MEGABYTE;
  private static final Duration LIMIT = Duration.ofMinutes(15);

  private final Stage stage;

  BigFileTest(Stage stage) {
    this.stage = stage;
  }

  @Test
  void connectionIsCutAgainAndAgain_arrivesAsItWas_andIsSentOnce() throws IOException {
    passes(Files.createDirectories(stage.folder("big")), Stage::manyFromOneAddress);
  }

  /// A bucket takes parts of 5 MiB and more, so that a cut is hardly ever between two; contents go
  /// through the server, for it is that way which is cut.
  @Test
  @EnabledIfSystemProperty(named = "sotto.long", matches = "true")
  void connectionIsCutAgainAndAgain_beforeABucket_too() throws IOException {
    var folder = Files.createDirectories(stage.folder("big-bucket"));
    var place = Path.of("/tmp/sotto-e2e-big-" + ProcessHandle.current().pid());
    try (var stack = new Stack(stage.checkout(), place, folder.resolve("stack.log"))) {
      var s3 = stack.up("s3");
      passes(folder, server -> KilledS3Test.on(server, s3, place.resolve("keys"), false));
    }
  }

  private void passes(Path folder, UnaryOperator<ProcessBuilder> with) throws IOException {
    try (var server = ServerProcess.start(stage.checkout(), folder.resolve("server"), with);
        var wire = new Forwarder(0, server.port())) {
      var alice = registered(server, wire, "alice", folder);
      var bob = registered(server, wire, "bob", folder);
      var file = folder.resolve("big.bin");
      var hash = write(file);
      alice.ok("send", "bob", "something big comes");

      wire.cutAfter(CUT_AFTER);
      var before = wire.passed();
      var sending =
          end(alice, "send", "bob", "here", "--file", file.toString(), "--timeout", "15m");
      var sent = wire.passed() - before;
      var received = folder.resolve("received");
      var receiving =
          end(
              bob,
              "receive",
              "--save-files",
              received.toString(),
              "--max",
              "2",
              "--timeout",
              "15m");
      var fetched = wire.passed() - before - sent;

      assertThat(hash(received.resolve("big.bin"))).isEqualTo(hash);
      assertThat(wire.cuts()).isGreaterThanOrEqualTo(2 * SIZE / CUT_AFTER - 2);
      assertThat(sent).isLessThan((long) (SIZE * MOST_ON_THE_WIRE));
      assertThat(fetched).isLessThan((long) (SIZE * MOST_ON_THE_WIRE));
      assertThat(sending).as("the sender's memory").isLessThan(CLIENT_RESIDENT);
      assertThat(receiving).as("the receiver's memory").isLessThan(CLIENT_RESIDENT);
      assertThat(Resident.most(server.pid()).orElseThrow())
          .as("the server's")
          .isLessThan(SERVER_RESIDENT);
    }
  }

  private Cli registered(ServerProcess server, Forwarder wire, String name, Path folder) {
    var cli = new Cli(stage.checkout(), name, folder.resolve(name), name + "'s passphrase");
    cli.ok(
        "register", "--server", "127.0.0.1:" + wire.port(), "--ca", server.ca().toString(), name);
    return cli;
  }

  /// Runs a command to its end.
  ///
  /// @return the most memory that its process had, in bytes
  private static long end(Cli cli, String... arguments) {
    try (var running = cli.start(true, arguments)) {
      running.endInput();
      var most = 0L;
      while (running.alive()) {
        most = Math.max(most, Resident.most(running.pid()).orElse(0));
        Pauses.pause(Duration.ofMillis(200));
      }
      assertThat(running.awaitEnd(LIMIT)).as(running.err()).isZero();
      return most;
    }
  }

  private static String write(Path file) throws IOException {
    var random = new Random(1);
    var digest = sha256();
    try (var out = new DigestOutputStream(Files.newOutputStream(file), digest)) {
      var block = new byte[1 << 20];
      for (var left = SIZE; left > 0; left -= block.length) {
        random.nextBytes(block);
        out.write(block, 0, (int) Math.min(left, block.length));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String hash(Path file) throws IOException {
    var digest = sha256();
    try (var in = Files.newInputStream(file)) {
      in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
