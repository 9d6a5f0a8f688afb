package sotto.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.mesh.CertificateAuthority;
import sotto.mesh.MeshName;
import sotto.mesh.Role;

/// `sotto admin` over the four processes of a mesh.
class MeshAdminTest {
  @TempDir Path scratch;
  private final ArrayDeque<ServedProcess> running = new ArrayDeque<>();
  private final Map<Role, String> at = new LinkedHashMap<>();
  private final Map<Role, ServedProcess> processes = new LinkedHashMap<>();

  @AfterEach
  void stop() throws IOException {
    while (!running.isEmpty()) {
      running.pop().close();
    }
  }

  private void open() throws Exception {
    var dir = Files.createDirectories(scratch.resolve("mesh"));
    var authority = CertificateAuthority.openOrCreate(dir, Clock.systemUTC(), new SecureRandom());
    for (var role : List.of(Role.RELAY, Role.STORE, Role.PRESENCE, Role.BLOB, Role.ADMIN)) {
      var name = role == Role.ADMIN ? "alice" : role + "-0";
      authority
          .issueMesh(new MeshName(role, name), List.of(), Duration.ofDays(1))
          .write(dir.resolve(name + ".pem"), dir.resolve(name + "-key.pem"));
      at.put(role, freePort());
    }
    serve(Role.STORE, "--data", data("s"), "--stores", target(Role.STORE));
    serve(Role.PRESENCE);
    serve(Role.BLOB, "--data", data("b"), "--stores", target(Role.STORE));
    serve(
        Role.RELAY,
        "--data",
        data("r"),
        "--listen",
        "127.0.0.1:0",
        "--stores",
        target(Role.STORE),
        "--presence",
        target(Role.PRESENCE),
        "--blobs",
        target(Role.BLOB),
        "--relays",
        target(Role.RELAY));
    processes.forEach((role, process) ->
        assertThat(process.line()).as("%s", process.errors()).startsWith("ready 127.0.0.1:"));
  }

  private void serve(Role role, String... more) throws IOException {
    var all =
        new ArrayList<>(
            List.of(
                "serve-" + role,
                "--identity",
                scratch.resolve("mesh").resolve(role + "-0.pem").toString(),
                "--mesh-listen",
                at(role)));
    all.addAll(List.of(more));
    var process = ServedProcess.start(scratch, all.toArray(String[]::new));
    running.push(process);
    processes.put(role, process);
  }

  private String at(Role role) {
    return at.getOrDefault(role, "");
  }

  private String target(Role role) {
    return "static:///" + at(role);
  }

  private String data(String name) {
    return scratch.resolve(name).toString();
  }

  private static String freePort() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + taken.getLocalPort();
    }
  }

  private AdminRun admin(String... arguments) throws Exception {
    return adminAs("alice", arguments);
  }

  private AdminRun adminAs(String name, String... arguments) throws Exception {
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of(
            "--identity",
            scratch.resolve("mesh").resolve(name + ".pem").toString(),
            "--relays",
            target(Role.RELAY),
            "--stores",
            target(Role.STORE),
            "--presence",
            target(Role.PRESENCE),
            "--blobs",
            target(Role.BLOB)));
    return AdminRun.of(scratch, all.toArray(String[]::new));
  }

  private List<String> errors(Role role) {
    return processes.entrySet().stream()
        .filter(p -> p.getKey() == role)
        .flatMap(p -> p.getValue().errors().stream())
        .toList();
  }

  @Test
  void operator_seesAllProcesses_letsOneLeave_andIsAnsweredByTheOthers() throws Exception {
    open();
    var health = admin("health");
    assertThat(health.exitCode()).as("%s", health).isZero();
    assertThat(health.out()).hasSize(5).filteredOn(l -> l.contains(" serving ")).hasSize(4);

    var config = admin("config", "presence", "--json");
    assertThat(config.out())
        .anyMatch(l ->
            l.contains("\"key\":\"mesh.listen\"")
                && l.contains("\"value\":\"" + at(Role.PRESENCE))
                && l.contains("\"source\":\"--mesh.listen\""));

    var drained = admin("drain", at(Role.PRESENCE), "--yes");
    assertThat(drained.exitCode()).as("%s", drained).isZero();
    assertThat(drained.out().getLast()).endsWith("has gone");
    assertThat(errors(Role.PRESENCE))
        .anyMatch(l ->
            l.contains("\"sotto.audit\"")
                && l.contains("{\"operator\":\"alice\"}")
                && l.contains("Drain")
                && l.contains("presence-0")
                && l.contains("{\"outcome\":\"OK\"}"));

    var after = admin("health");
    assertThat(after.exitCode()).isEqualTo(1);
    assertThat(after.out())
        .anyMatch(l -> l.startsWith("presence") && l.contains("down"))
        .anyMatch(l -> l.startsWith("store") && l.contains("serving"));
  }

  @Test
  void whatIsAskedOfStores_isAnswered_andTheirOwnersAreNamed() throws Exception {
    open();
    var buckets = admin("buckets");
    assertThat(buckets.exitCode()).as("%s", buckets).isZero();
    assertThat(buckets.out().getFirst()).startsWith("OWNER");
    var mailboxes = admin("mailboxes", "--json");
    assertThat(mailboxes.out())
        .last()
        .asString()
        .isEqualTo("{\"age\":\"all\",\"envelopes\":0,\"bytes\":0,\"oldest\":null}");
    var streams = admin("streams");
    assertThat(streams.exitCode()).as("%s", streams).isZero();
    assertThat(streams.out()).containsExactly("none");
  }

  @Test
  void certificateOfARelay_isNoOperators() throws Exception {
    open();
    var refused = adminAs("relay-0", "health");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.errors())
        .singleElement()
        .asString()
        .contains("relay-0.pem is the certificate of spiffe://sotto/relay/relay-0")
        .contains("this is an operator");
  }
}
