package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server and a database of its own: what is said while they do not fit, and that they work
/// together once they do.
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class DatabaseTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String PASSWORD = "hush-hush";

  private final Checkout checkout = Checkout.find();

  @TempDir Path folder;

  private record End(int exit, String out, String err) {}

  private End run(List<String> command, List<String> store) {
    var words = new ArrayList<>(command);
    words.addAll(store);
    try (var process = new Running("sotto", checkout.sotto(words.toArray(String[]::new)))) {
      var exit = process.awaitEnd(PATIENCE);
      return new End(exit, String.join("\n", process.seen()), process.err());
    }
  }

  private End serve(List<String> store) {
    var data = folder.resolve("refused").toString();
    return run(List.of("serve", "--data", data, "--listen", "127.0.0.1:0"), store);
  }

  private End migrate(List<String> store) {
    return run(List.of("migrate"), store);
  }

  private static void assertRefused(End end, String... parts) {
    assertThat(end.exit()).as(end.err()).isEqualTo(1);
    assertThat(end.out()).isEmpty();
    assertThat(end.err().lines()).hasSize(1);
    assertThat(end.err()).startsWith("sotto: ").contains(parts).doesNotContain(PASSWORD);
  }

  @Test
  void serverOnMySql_saysWhatIsMissing_servesOnceMigrated_andRefusesANewerSchema()
      throws Exception {
    // Not in the test's folder, which the database's user may not enter.
    var place = Path.of("/tmp/sotto-e2e-" + ProcessHandle.current().pid());
    try (var stack = new Stack(checkout, place)) {
      var url = stack.up("mysql", "--password", PASSWORD);
      var file = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
      var store = List.of("--store", url, "--password-file", file.toString());

      var wrong = url.replace("sotto@", "sotto:" + PASSWORD + "x@");
      assertRefused(serve(List.of("--store", wrong)), "refuses the user or the password", url);
      assertRefused(migrate(List.of("--store", wrong)), "refuses the user or the password", url);
      assertRefused(serve(store), "migrate it first, with sotto migrate");

      assertThat(migrate(store)).isEqualTo(new End(0, "schema version 0 -> 6", ""));
      assertThat(migrate(store)).isEqualTo(new End(0, "schema version 6, nothing to do", ""));

      try (var server =
          ServerProcess.start(
              checkout,
              folder.resolve("server"),
              process -> {
                process.command().addAll(store);
                return process;
              })) {
        var alice = new Cli(checkout, "alice", folder.resolve("alice"), "a passphrase");
        alice.ok("register", "--server", server.address(), "--ca", server.ca().toString(), "alice");
        server.kill();
        server.restart();
        alice.ok("receive");
      }

      makeNewer(url);
      assertRefused(serve(store), "a newer program wrote it");
      assertRefused(migrate(store), "a newer program wrote it");
    }
  }

  private static void makeNewer(String url) throws SQLException {
    var jdbc =
        "jdbc:" + url.replace("sotto@", "") + "?sslMode=DISABLED&allowPublicKeyRetrieval=true";
    try (var connection = DriverManager.getConnection(jdbc, "sotto", PASSWORD);
        var statement = connection.createStatement()) {
      assertThat(statement.executeUpdate("UPDATE schema_version SET version = 99")).isEqualTo(1);
    }
  }
}
