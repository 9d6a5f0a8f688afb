package sotto.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `sotto admin` against the server that is one process.
class AdminTest {
  @TempDir Path scratch;
  private final ArrayDeque<ServedProcess> running = new ArrayDeque<>();

  @AfterEach
  void stop() throws IOException {
    while (!running.isEmpty()) {
      running.pop().close();
    }
  }

  private ServedProcess serve(String... more) throws IOException {
    var all = new ArrayList<>(List.of("serve", "--data", data(), "--listen", "127.0.0.1:0"));
    all.addAll(List.of(more));
    var server = ServedProcess.start(scratch, all.toArray(String[]::new));
    running.push(server);
    assertThat(server.line()).as("%s", server.errors()).startsWith("ready ");
    return server;
  }

  private String data() {
    return scratch.resolve("data").toString();
  }

  private AdminRun admin(String... arguments) throws Exception {
    return AdminRun.of(scratch, arguments);
  }

  @Test
  void health_ofTheOneProcess_needsNothingButItsFolder() throws Exception {
    var server = serve();
    var health = admin("--data", data(), "health");
    assertThat(health.exitCode()).as("%s", health).isZero();
    assertThat(health.out().getFirst()).matches("ROLE +POD +NAME +STATE +VERSION +STARTED AT.*");
    assertThat(health.out().get(1)).matches("standalone  127\\.0\\.0\\.1:\\d+ .* serving .*");
    var json = admin("health", "--json", "--data", data());
    assertThat(json.out()).singleElement().asString().contains("\"state\":\"serving\"");
    assertThat(server.errors())
        .anyMatch(line ->
            line.contains("\"sotto.audit\"")
                && line.contains("\"operator\"")
                && line.contains("Describe"));
  }

  @Test
  void filesOfTheOperator_areForTheOwnerAlone() throws Exception {
    serve();
    var folder = scratch.resolve("data/admin");
    assertThat(permissions(folder)).isEqualTo("rwx------");
    try (var files = Files.list(folder)) {
      assertThat(files)
          .hasSizeGreaterThanOrEqualTo(7)
          .allSatisfy(file -> assertThat(permissions(file)).isEqualTo("rw-------"));
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void whereNoServerIs_oneSentenceSaysSo() throws Exception {
    var none = admin("--data", data(), "health");
    assertThat(none.exitCode()).isEqualTo(1);
    assertThat(none.errors()).singleElement().asString().contains("no server runs with the folder");

    serve("--set", "admin.listen=");
    var off = admin("--data", data(), "health");
    assertThat(off.exitCode()).isEqualTo(1);
    assertThat(off.errors()).singleElement().asString().contains("admin.listen");
  }

  @Test
  void serverThatWasKilled_isDown() throws Exception {
    serve().close();
    var health = admin("--data", data(), "health");
    assertThat(health.exitCode()).as("%s", health).isEqualTo(1);
    assertThat(health.out().get(1)).contains("down", "nothing listens there");
    assertThat(health.errors()).isEmpty();
  }

  @Test
  void certificateOfAnotherServer_isRefusedAndTheReasonIsSaid() throws Exception {
    serve();
    var other = scratch.resolve("other");
    var ca = Main.commandLine();
    assertThat(ca.execute("mesh-ca", "--dir", other.toString(), "issue", "admin", "alice"))
        .isZero();
    var address = Files.readString(scratch.resolve("data/admin/address"));
    var health =
        admin(
            "health",
            "--stores",
            "static:///" + address,
            "--identity",
            other.resolve("alice.pem").toString());
    assertThat(health.exitCode()).isEqualTo(1);
    assertThat(health.out().get(1)).contains("not from the mesh's authority");
    var missing =
        admin("health", "--stores", "static:///" + address, "--identity", "/nowhere/alice.pem");
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.errors()).singleElement().asString().contains("/nowhere/ca.pem");
  }

  @Test
  void addressIsGone_afterAServerHasStopped() throws Exception {
    var server = serve();
    server.terminate();
    assertThat(server.exitCode()).isZero();
    assertThat(scratch.resolve("data/admin/address")).doesNotExist();
    assertThat(scratch.resolve("data/admin/ca.pem")).exists();
  }

  @Test
  void retention_runs_andTheAuditSaysOnWhat() throws Exception {
    var server = serve();
    var run = admin("--data", data(), "retention", "run", "--json");
    assertThat(run.exitCode()).as("%s", run).isZero();
    assertThat(run.out())
        .singleElement()
        .asString()
        .contains("\"buckets\":1024,\"done\":1024,\"expired\":0");
    assertThat(server.errors())
        .anyMatch(line ->
            line.contains("\"sotto.audit\"")
                && line.contains("RunRetention")
                && line.contains("{\"on\":\"1024 of 1024 buckets\"}"));
  }

  @Test
  void drain_endsTheOneProcess_andSaysWhenItHasGone() throws Exception {
    var server = serve();
    var asked = admin("--data", data(), "drain", "standalone");
    assertThat(asked.exitCode()).isEqualTo(1);
    assertThat(asked.errors()).singleElement().asString().contains("--yes");
    var drained = admin("--data", data(), "drain", "standalone", "--yes");
    assertThat(drained.exitCode()).as("%s", drained).isZero();
    assertThat(drained.out().getLast()).endsWith("has gone");
    assertThat(server.exitCode()).isZero();
  }

  @Test
  void config_saysWhereEachValueIsFrom_andNoSecret() throws Exception {
    serve("--set", "blob.s3.secret-key=hush", "--set", "drain=9s");
    var config = admin("--data", data(), "config", "standalone");
    assertThat(config.exitCode()).as("%s", config).isZero();
    assertThat(config.out())
        .anyMatch(line -> line.matches(".* drain +9s +--drain"))
        .anyMatch(line -> line.matches(".* blob\\.s3\\.secret-key +\\(secret\\) +--blob.*"))
        .anyMatch(line -> line.matches(".* relay\\.max-streams +\\d+ +default"))
        .noneMatch(line -> line.contains("hush"));
  }

  @Test
  void everyCommand_hasHelp() {
    for (var command :
        List.of(
            "health",
            "streams",
            "buckets",
            "mailboxes",
            "drain",
            "config",
            "page",
            "retention run")) {
      var out = new StringWriter();
      var words = ("admin " + command + " --help").split(" ");
      assertThat(Main.commandLine().setOut(new PrintWriter(out)).execute(words)).isZero();
      assertThat(out.toString()).contains("Usage: sotto admin " + command, "Exit codes: ");
    }
    var errors = new StringWriter();
    assertThat(Main.commandLine().setErr(new PrintWriter(errors)).execute("admin", "nothing"))
        .isEqualTo(2);
    assertThat(errors.toString()).contains("nothing");
  }

  @Test
  void page_showsTheRealServer_andStaysWhenThatIsDown() throws Exception {
    var server = serve();
    var page =
        ServedProcess.start(scratch, "admin", "page", "--data", data(), "--listen", "127.0.0.1:0");
    running.push(page);
    var status = URI.create(page.line()).resolve("status");
    assertThat(get(status)).contains("\"well\":true", "\"state\":\"serving\"", "\"streams\":0");
    server.close();
    var end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!get(status).contains("\"state\":\"down\"")) {
      assertThat(System.nanoTime()).isLessThan(end);
    }
    assertThat(get(status)).contains("\"well\":false", "\"streams\":null", "nothing listens there");
    page.terminate();
    assertThat(page.exitCode()).isZero();
  }

  private static String get(URI at) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(at).build(), BodyHandlers.ofString()).body();
    }
  }

  @Test
  void pageThatOthersReach_isRefusedUnlessAskedFor() throws Exception {
    var page = admin("--data", data(), "page", "--listen", "0.0.0.0:0");
    assertThat(page.exitCode()).isEqualTo(1);
    assertThat(page.errors()).singleElement().asString().contains("--anywhere");
  }
}
