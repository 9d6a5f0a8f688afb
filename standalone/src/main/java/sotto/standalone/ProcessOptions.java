package sotto.standalone;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;
import sotto.mesh.ConfigException;
import sotto.mesh.Configs;
import sotto.mesh.Drain;
import sotto.mesh.Logs;
import sotto.mesh.ProbeConfig;
import sotto.mesh.ProbePort;
import sotto.mesh.ProcessLife;
import sotto.mesh.ServerProcess;
import sotto.mesh.Telemetry;

/// The options of every process that is one service, and how such a process runs.
final class ProcessOptions {
  static final String READY =
      "When the others can connect it prints one line. Logs go to standard error. SIGTERM or Ctrl-C ends it in order.";
  static final String KEYS =
      "Every key of the configuration can stand in the file, in the environment (SOTTO_MESH_ADVERTISE) or behind --set (mesh.advertise=…); the latter"
          + " win. docs/configuration.md lists them.";
  static final String EXITS = "Exit codes: 0 stopped as told, 1 could not serve, 2 wrong use.";

  @Option(
      names = "--identity",
      paramLabel = "FILE",
      description =
          "This process's certificate as sotto mesh-ca makes it: NAME.pem, beside which NAME-key.pem and ca.pem lie. Default: /etc/sotto/mesh/pod.pem.")
  @Nullable Path identity;

  @Option(
      names = "--mesh-listen",
      paramLabel = "HOST:PORT",
      description = "Where the other processes connect. Default: 127.0.0.1:7711.")
  @Nullable String meshListen;

  @Option(
      names = "--advertise",
      paramLabel = "HOST:PORT",
      description =
          "What the other processes dial, where that is not --mesh-listen. It is this process's name.")
  @Nullable String advertise;

  @Option(names = "--config", paramLabel = "FILE", description = "A YAML file with settings.")
  @Nullable Path config;

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "One setting. May be repeated.")
  Map<String, String> settings = Map.of();

  /// Opens the parts of a process.
  ///
  /// @param <C> its configuration
  interface Open<C> {
    /// Opens them.
    ///
    /// @return the line that says that others can connect
    String open(C config, ProcessLife life, Telemetry telemetry, Drain drain) throws IOException;
  }

  /// Runs until a signal comes.
  ///
  /// @param name for telemetry, such as `sotto-relay`
  /// @param defaults of the configuration
  /// @param flags reads the command's own options
  /// @param start opens everything
  /// @return the exit code
  <C extends Record & ProcessConfig> int run(
      String name, Class<C> type, C defaults, Supplier<Map<String, String>> flags, Open<C> start) {
    try {
      var environment = System.getenv();
      var all = new LinkedHashMap<>(settings);
      all.putAll(flags.get());
      addTo(all);
      var loaded =
          Configs.read(
              type, defaults, Optional.ofNullable(config), ServerConfig.own(environment), all);
      serve(name, loaded, environment, start);
      return ServerProcess.OK;
    } catch (Exception e) {
      LoggerFactory.getLogger(ProcessOptions.class).debug("could not serve", e);
      System.err.println("sotto: " + Trouble.sentence(e));
      return ServerProcess.FAILED;
    }
  }

  /// Opens what every process has, then its parts, and serves until a signal comes.
  static <C extends Record & ProcessConfig> void serve(
      String name, Configs.Loaded<C> loaded, Map<String, String> environment, Open<C> start)
      throws Exception {
    var config = loaded.config();
    Logs.open(config.log());
    var life =
        new ProcessLife(
            Version.text(),
            Optional.ofNullable(environment.get("HOSTNAME")),
            loaded.settings(),
            config.drain(),
            Clock.systemUTC(),
            ServerProcess::end);
    ServerProcess.run(
        config.drain(),
        drain -> {
          var probe = drain.add("probe port", probe(config.probe()));
          var telemetry =
              drain.add("telemetry", Telemetry.open(name, config.telemetry(), environment));
          var ready = start.open(config, life, telemetry, drain);
          drain.add(
              "readiness",
              () -> {
                life.leaving();
                probe.leaving();
              });
          life.ready();
          probe.ready();
          System.out.println(ready);
          System.out.flush();
        });
  }

  private static ProbePort probe(ProbeConfig config) throws IOException {
    try {
      return ProbePort.open(config);
    } catch (IOException e) {
      throw CannotServe.listening(config.listen().orElseThrow(), e);
    }
  }

  private void addTo(Map<String, String> flags) {
    if (identity != null) {
      Identity.addTo(flags, identity);
    }
    if (meshListen != null) {
      flags.put("mesh.listen", meshListen);
    }
    if (advertise != null) {
      flags.put("mesh.advertise", advertise);
    }
  }

  /// The names of `--name`, as one setting.
  static String joined(List<String> names) {
    if (names.stream().anyMatch(n -> n.contains(","))) {
      throw new ConfigException("--name takes one name; repeat it for more");
    }
    return String.join(",", names);
  }
}
