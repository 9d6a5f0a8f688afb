package sotto.standalone;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sotto.mesh.Configs;
import sotto.mesh.HostPort;
import sotto.mesh.LogsConfig;
import sotto.mesh.ProbeConfig;
import sotto.mesh.PublicServerConfig;
import sotto.mesh.Require;
import sotto.mesh.TelemetryConfig;
import sotto.presence.PresenceConfig;
import sotto.relay.RelayConfig;

/// The configuration of the standalone server. docs/configuration.md lists the keys.
///
/// @param data the folder that holds everything
/// @param listen where clients connect; port 0 takes a free one
/// @param names further names under which clients reach it, DNS names or addresses, separated by
///   commas, at most 100
/// @param tls the certificate that it shows to clients
/// @param drain how long it may take to stop, 1 s to 10 m
/// @param edge what a stranger can make the public port hold
/// @param store accounts and mailboxes
/// @param blob media
/// @param relay streams, delivery, rate limits
/// @param presence who is online
/// @param admin where its operators reach it
/// @param probe where an orchestrator asks whether it lives
/// @param log how it logs
/// @param telemetry where traces and metrics go
record ServerConfig(
    Path data,
    HostPort listen,
    List<String> names,
    TlsFiles tls,
    Duration drain,
    PublicServerConfig edge,
    StoreSettings store,
    BlobSettings blob,
    RelayConfig relay,
    PresenceConfig presence,
    AdminPortConfig admin,
    ProbeConfig probe,
    LogsConfig log,
    TelemetryConfig telemetry)
    implements ProcessConfig {
  // Variables of the client, the launchers, the build and stack/ that begin as ours do.
  private static final Set<String> FOREIGN =
      Set.of(
          "SOTTO_HOME",
          "SOTTO_PASSPHRASE",
          "SOTTO_DEBUG",
          "SOTTO_JAVA_OPTS",
          "SOTTO_BENCH_JAVA_OPTS",
          "SOTTO_BUILD",
          "SOTTO_CACHE",
          "SOTTO_TIMEOUT",
          "SOTTO_MYSQL",
          "SOTTO_STACK_DIR",
          "SOTTO_STACK_PART",
          "SOTTO_STACK_PORT",
          "SOTTO_STACK_PASSWORD",
          "SOTTO_TEST_S3_ENDPOINT",
          "SOTTO_TEST_S3_BUCKET",
          "SOTTO_TEST_S3_REGION",
          "SOTTO_TEST_S3_KEYS");

  ServerConfig {
    names = ServerNames.checked(names);
    Require.between("drain", drain, Duration.ofSeconds(1), Duration.ofMinutes(10));
    Require.that(
        blob.transitLife().compareTo(store.mailboxLife()) >= 0,
        "blob.transit-life",
        blob.transitLife(),
        "at least as long as store.mailbox-life, or messages outlive their media");
    Require.that(
        relay.mailboxLife().equals(store.mailboxLife()),
        "relay.mailbox-life",
        relay.mailboxLife(),
        "the same as store.mailbox-life, because clients are told it");
  }

  /// The defaults of one machine.
  ///
  /// @param environment for `XDG_DATA_HOME`
  /// @param home the user's
  static ServerConfig defaults(Map<String, String> environment, Path home) {
    return new ServerConfig(
        DataFolder.byDefault(environment, home),
        new HostPort("127.0.0.1", 7700),
        List.of(),
        TlsFiles.NONE,
        DRAIN,
        PublicServerConfig.DEFAULTS,
        StoreSettings.DEFAULTS,
        BlobSettings.DEFAULTS,
        RelayConfig.DEFAULTS,
        PresenceConfig.DEFAULT,
        AdminPortConfig.DEFAULTS,
        ProbeConfig.DEFAULTS,
        LogsConfig.DEFAULTS,
        TelemetryConfig.DEFAULTS);
  }

  /// Loads it for the user whose process this is.
  ///
  /// @throws sotto.mesh.ConfigException saying what cannot be used
  static ServerConfig load(
      Map<String, String> environment, Optional<Path> file, Map<String, String> flags) {
    return read(environment, file, flags).config();
  }

  /// The same, with where its values come from.
  ///
  /// @throws sotto.mesh.ConfigException saying what cannot be used
  static Configs.Loaded<ServerConfig> read(
      Map<String, String> environment, Optional<Path> file, Map<String, String> flags) {
    return Configs.read(
        ServerConfig.class,
        defaults(environment, Path.of(System.getProperty("user.home"))),
        file,
        own(environment),
        flags);
  }

  /// The variables that are meant for the server.
  static Map<String, String> own(Map<String, String> environment) {
    var own = new HashMap<>(environment);
    own.keySet().removeAll(FOREIGN);
    return own;
  }

  /// The names under which clients may dial and sign in: those of the machine itself, the host it
  /// listens at, those configured; in lower case, each once.
  List<String> allNames() {
    return ServerNames.all(listen.host(), names);
  }
}
