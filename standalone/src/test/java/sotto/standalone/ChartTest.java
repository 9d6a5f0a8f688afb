package sotto.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.mesh.CallTable;
import sotto.mesh.ConfigException;
import sotto.mesh.Configs;
import sotto.mesh.Role;
import sotto.store.sql.StoreUrl;

/// The chart, as it is rendered for each profile. `make helm-test` builds Helm; where there is none
/// these tests are skipped.
class ChartTest {
  private static final Path HOME = Path.of("/home/x");
  private static final String COMPONENT = "/metadata/labels/app.kubernetes.io~1component";

  @TempDir Path scratch;

  @BeforeAll
  static void helmIsThere() {
    Assumptions.assumeTrue(
        Chart.helm().isPresent(), "no Helm: stack/sotto-stack install helm builds it");
  }

  private static Chart.Rendered rendered(String profile, String... settings) throws Exception {
    var rendered = Chart.render(profile, settings);
    assertThat(rendered.exit()).as(rendered.errors()).isZero();
    return rendered;
  }

  /// What the process of a component makes of its settings.
  private Object load(Chart.Rendered chart, String component) throws Exception {
    var map =
        chart
            .all("ConfigMap")
            .filter(m -> m.at(COMPONENT).asText().equals(component))
            .findFirst()
            .orElseThrow();
    var file =
        Optional.of(
            Files.writeString(
                scratch.resolve(component + ".yaml"), map.at("/data/config.yaml").asText()));
    var none = Map.<String, String>of();
    return switch (component) {
      case "standalone" ->
          Configs.load(ServerConfig.class, ServerConfig.defaults(none, HOME), file, none, none);
      case "relay" ->
          Configs.load(
              RelayProcessConfig.class, RelayProcessConfig.defaults(none, HOME), file, none, none);
      case "store" ->
          Configs.load(
              StoreProcessConfig.class, StoreProcessConfig.defaults(none, HOME), file, none, none);
      case "presence" ->
          Configs.load(
              PresenceProcessConfig.class, PresenceProcessConfig.DEFAULTS, file, none, none);
      case "blob" ->
          Configs.load(
              BlobProcessConfig.class, BlobProcessConfig.defaults(none, HOME), file, none, none);
      default -> throw new IllegalArgumentException(component);
    };
  }

  private static Set<String> components(String profile) {
    return profile.equals("embedded")
        ? Set.of("standalone")
        : Set.of("relay", "store", "presence", "blob");
  }

  @ParameterizedTest
  @ValueSource(strings = {"embedded", "mysql", "vitess", "large"})
  void everyProcess_understandsWhatItIsTold(String profile) throws Exception {
    var chart = rendered(profile);

    for (var component : components(profile)) {
      assertThat(load(chart, component)).as(component).isNotNull();
    }
    assertThat(
            chart
                .all("ConfigMap")
                .filter(m -> m.path("data").has("config.yaml"))
                .map(m -> m.at(COMPONENT).asText()))
        .containsExactlyInAnyOrderElementsOf(components(profile));
  }

  @Test
  void values_areTheSettingsThatTheyName() throws Exception {
    var chart = rendered("large");

    var store = (StoreProcessConfig) load(chart, "store");
    assertThat(store.store().writers()).isEqualTo(8);
    assertThat(store.store().mailboxLife()).hasDays(14);
    assertThat(store.names()).contains("chat.example.org", "chat-sotto.default.svc");
    var relay = (RelayProcessConfig) load(chart, "relay");
    assertThat(relay.stores()).hasToString("dns:///chat-sotto-store.default.svc:7711");
    assertThat(relay.telemetry().sampleRatio()).isEqualTo(0.01);
    var blob = (BlobProcessConfig) load(chart, "blob");
    assertThat(blob.blob().s3().direct()).isTrue();
    assertThat(blob.probe().listen()).isPresent();
  }

  @Test
  void vitessOfItsOwn_isWhereStoresGo_withWhatKeepsAcknowledgedRows() throws Exception {
    var chart = rendered("vitess", "storage.vitess.shards=8", "storage.vitess.tlsSecret=\"gate\"");

    var store = (StoreProcessConfig) load(chart, "store");
    var url = store.store().url().orElseThrow();
    assertThat(url).hasToString("mysql://sotto@chat-sotto-vitess.default.svc:3306/sotto");
    assertThat(url.tls()).isEqualTo(StoreUrl.Tls.ON);
    var cluster = chart.all("VitessCluster").findFirst().orElseThrow();
    var keyspace = cluster.at("/spec/keyspaces/0");
    assertThat(keyspace.path("durabilityPolicy").asText()).isEqualTo("semi_sync");
    assertThat(keyspace.at("/partitionings/0/equal/parts").asInt()).isEqualTo(8);
    assertThat(keyspace.at("/partitionings/0/equal/shardTemplate/tabletPools/0/replicas").asInt())
        .isEqualTo(3);
    assertThat(cluster.at("/spec/cells/0/gateway/extraFlags/no-scatter").asText())
        .isEqualTo("true");
    assertThat(chart.all("Job").map(job -> job.at("/metadata/name").asText()))
        .noneMatch(name -> name.endsWith("-migrate"));
  }

  @Test
  void settingThatDoesNotExist_isRefusedByTheProcess() throws Exception {
    var chart = rendered("mysql", "settings.store={\"store\":{\"writer\":8}}");

    assertThatThrownBy(() -> load(chart, "store"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("writer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"embedded", "mysql", "vitess", "large"})
  void everyPod_isRestricted_andWritesNowhereButInItsVolumes(String profile) throws Exception {
    var pods = rendered(profile).pods();

    assertThat(pods).hasSizeGreaterThan(1);
    for (var pod : pods) {
      assertThat(pod.at("/spec/securityContext/runAsNonRoot").asBoolean()).isTrue();
      assertThat(pod.at("/spec/securityContext/seccompProfile/type").asText())
          .isEqualTo("RuntimeDefault");
      assertThat(pod.at("/spec/enableServiceLinks").asBoolean(true)).isFalse();
      for (var container : pod.at("/spec/containers")) {
        assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
        assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
            .isFalse();
        assertThat(container.at("/securityContext/capabilities/drop/0").asText()).isEqualTo("ALL");
        assertThat(container.at("/resources/requests/memory").asText()).isNotEmpty();
        assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"embedded", "mysql", "vitess", "large"})
  void everyMount_hasItsVolume_andEveryServer_itsProbes(String profile) throws Exception {
    for (var pod : rendered(profile).pods()) {
      var volumes = names(pod.at("/spec/volumes"));
      for (var container : pod.at("/spec/containers")) {
        assertThat(volumes).containsAll(names(container.path("volumeMounts")));
        if (container.path("args").path(0).asText().startsWith("serve")) {
          assertThat(container.at("/readinessProbe/grpc/service").asText()).isEqualTo("ready");
          assertThat(container.at("/livenessProbe/grpc/service").asText()).isEqualTo("live");
        }
      }
    }
  }

  /// Of the folder that outlives a pod, too, which a template of claims brings.
  private static Set<String> names(JsonNode list) {
    var names = new HashSet<String>();
    list.forEach(one -> names.add(one.path("name").asText()));
    names.remove("data");
    return names;
  }

  @Test
  void network_letsThrough_whatTheCallTableAllows_andNothingElse() throws Exception {
    var policies = rendered("mysql").all("NetworkPolicy").toList();

    var seen = new HashSet<String>();
    for (var policy : policies) {
      var server = policy.at(COMPONENT).asText();
      for (var rule : policy.at("/spec/ingress")) {
        if (rule.at("/ports/0/port").asText().equals("mesh")) {
          rule.path("from").forEach(peer -> seen.add(component(peer) + " -> " + server));
        } else {
          assertThat(server).isEqualTo("relay");
          assertThat(rule.at("/ports/0/port").asText()).isEqualTo("clients");
        }
      }
    }
    var allowed = new HashSet<String>();
    for (var caller : List.of(Role.RELAY, Role.STORE, Role.PRESENCE, Role.BLOB)) {
      CallTable.callees(caller).forEach(server -> allowed.add(caller + " -> " + server));
    }
    assertThat(egress(policies)).isEqualTo(allowed);
    // Pods of operators, which the chart does not make.
    List.of(Role.RELAY, Role.STORE, Role.PRESENCE, Role.BLOB)
        .forEach(server -> allowed.add(Role.ADMIN + " -> " + server));
    assertThat(seen).isEqualTo(allowed);
  }

  private static Set<String> egress(List<JsonNode> policies) {
    var seen = new HashSet<String>();
    for (var policy : policies) {
      for (var rule : policy.at("/spec/egress")) {
        if (rule.at("/ports/0/port").asInt() == ProcessConfig.MESH_PORT) {
          rule.path("to")
              .forEach(peer -> seen.add(policy.at(COMPONENT).asText() + " -> " + component(peer)));
        }
      }
    }
    return seen;
  }

  private static String component(JsonNode peer) {
    return peer.at("/podSelector/matchLabels/app.kubernetes.io~1component").asText();
  }

  @ParameterizedTest
  @ValueSource(strings = {"embedded", "mysql"})
  void metrics_areOffUnlessAskedFor(String profile) throws Exception {
    var chart = rendered(profile);

    assertThat(chart.all("PodMonitor")).isEmpty();
    assertThat(chart.all("PrometheusRule")).isEmpty();
    assertThat(chart.out().toString()).doesNotContain("OTEL_METRICS_EXPORTER", "9464");
  }

  @ParameterizedTest
  @ValueSource(strings = {"embedded", "mysql"})
  void metrics_areReadByTheScrapersNamespaceAlone_atEveryServer(String profile) throws Exception {
    var chart = rendered(profile, "metrics.enabled=true");

    var monitor = chart.all("PodMonitor").findFirst().orElseThrow();
    assertThat(monitor.at("/spec/podMetricsEndpoints/0/port").asText()).isEqualTo("metrics");
    var selected = monitor.at("/spec/selector/matchLabels");
    var servers = 0;
    for (var pod : chart.pods()) {
      var container = pod.at("/spec/containers/0");
      var opens = names(container.path("ports")).contains("metrics");
      assertThat(opens).isEqualTo(container.path("args").path(0).asText().startsWith("serve"));
      if (opens) {
        servers++;
        assertThat(pod.at("/metadata/labels").properties()).containsAll(selected.properties());
        assertThat(container.path("env").toString())
            .contains("{\"name\":\"OTEL_METRICS_EXPORTER\",\"value\":\"prometheus\"}");
      }
    }
    assertThat(servers).isEqualTo(components(profile).size());
    for (var policy : chart.all("NetworkPolicy").toList()) {
      assertThat(policy.at("/spec/ingress").valueStream())
          .filteredOn(rule -> rule.at("/ports/0/port").asText().equals("metrics"))
          .singleElement()
          .extracting(rule -> rule.path("from").toString())
          .isEqualTo(
              "[{\"namespaceSelector\":{\"matchLabels\":{\"kubernetes.io/metadata.name\":\"monitoring\"}}}]");
    }
  }

  @Test
  void alertsAndDashboard_areThoseOfTheFiles() throws Exception {
    var chart = rendered("mysql", "metrics.enabled=true");

    assertThat(chart.all("PrometheusRule").findFirst().orElseThrow().path("spec"))
        .isEqualTo(Chart.file("telemetry/rules.yaml"));
    var dashboard =
        chart
            .all("ConfigMap")
            .filter(m -> m.at("/metadata/labels/grafana_dashboard").asText().equals("1"))
            .findFirst()
            .orElseThrow();
    var json = dashboard.at("/data/chat-sotto.json").asText();
    assertThat(Chart.parsed(json)).isEqualTo(Chart.file("telemetry/dashboard.json"));
  }

  @Test
  void helmTest_isACheckThroughTheService_byTheAuthoritysCertificateAlone() throws Exception {
    var chart =
        rendered("mysql", "networkPolicy.clients=[{\"ipBlock\":{\"cidr\":\"192.0.2.0/24\"}}]");

    var test = chart.all("Pod").findFirst().orElseThrow();
    assertThat(test.at("/metadata/annotations/helm.sh~1hook").asText()).isEqualTo("test");
    var service =
        chart.all("Service").filter(s -> s.at("/metadata/name").asText().equals("chat-sotto"));
    var port = service.findFirst().orElseThrow().at("/spec/ports/0/port").asInt();
    assertThat(test.at("/spec/containers/0/args").toString())
        .contains("\"check\"", "--server=chat-sotto.default.svc:" + port);
    assertThat(test.at("/spec/volumes").toString()).contains("ca.crt").doesNotContain("tls.key");
    assertThat(
            chart
                .all("NetworkPolicy")
                .filter(p -> p.at(COMPONENT).asText().equals("relay"))
                .findFirst()
                .orElseThrow()
                .at("/spec/ingress/0/from")
                .valueStream()
                .map(ChartTest::component))
        .contains("test");
  }

  @Test
  void job_mayChangeTheSecretsOfItsRelease_andNoOthers() throws Exception {
    var chart = rendered("mysql");

    var named = new ArrayList<String>();
    chart
        .all("Role")
        .flatMap(r -> r.path("rules").valueStream())
        .flatMap(rule -> rule.path("resourceNames").valueStream())
        .forEach(n -> named.add(n.asText()));
    var mounted =
        chart.pods().stream()
            .flatMap(p -> p.at("/spec/volumes").valueStream())
            .map(v -> v.at("/secret/secretName").asText())
            .filter(n -> n.startsWith("chat-sotto"))
            .collect(Collectors.toSet());
    assertThat(named).containsAll(mounted).allMatch(n -> n.startsWith("chat-sotto-"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "storage.url=\"\"",
        "storage.url=\"postgres://db/chat\"",
        "relay.drain=\"soon\"",
        "relay.replicas=0",
        "relay.replica=3",
        "names=[\"not a name\"]",
        "blob.replicas=2",
        "profile=\"both\"",
        "s3.endpoint=\"https://minio:9000\"",
        "gateway.enabled=true"
      })
  void wrongValue_isRefusedBeforeAnythingIsInstalled_namingIt(String setting) throws Exception {
    var refused = Chart.render("mysql", setting);

    assertThat(refused.exit()).isNotZero();
    var value = setting.substring(0, setting.indexOf('='));
    var last = value.substring(value.lastIndexOf('.') + 1);
    assertThat(refused.errors())
        .containsAnyOf(value, value.replace('.', '/'), last, "keysSecret", "parentRefs");
  }
}
