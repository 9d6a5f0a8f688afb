package sotto.standalone.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import sotto.mesh.ConfigException;
import sotto.mesh.Logs;
import sotto.mesh.LogsConfig;
import sotto.mesh.ServerProcess;
import sotto.standalone.Identity;
import sotto.standalone.Trouble;
import sotto.standalone.Version;

/// `sotto admin`: an operator's commands.
@Command(
    name = "admin",
    description = {
      "Asks a running Sotto how it is, and tells it what to do.",
      "",
      "A server that is one process (sotto serve) is found by its folder: --data. The processes of a mesh are found by --relays, --stores, --presence"
          + " and --blobs, and asked with an operator's certificate, --identity: sotto mesh-ca --dir DIR issue admin NAME makes one."
    },
    subcommands = {
      HealthCommand.class,
      StreamsCommand.class,
      BucketsCommand.class,
      MailboxesCommand.class,
      InvitesCommand.class,
      AccountsCommand.class,
      RetentionCommand.class,
      DrainCommand.class,
      ConfigCommand.class,
      PageCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", Admin.KEYS, "", Admin.EXITS})
public final class Admin implements Callable<Integer> {
  static final String EXITS =
      "Exit codes: 0 done and all is well, 1 something is not well, or could not be done or asked, 2 wrong use.";
  static final String KEYS =
      "Every key of the configuration can stand in the file, in the environment (SOTTO_STORES) or behind --set (stores=…); the latter win."
          + " docs/configuration.md lists them.";

  // What is wrong is said by the report.
  private static final LogsConfig QUIET =
      new LogsConfig(LogsConfig.Level.ERROR, LogsConfig.Format.PLAIN);

  @Option(
      names = "--data",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description =
          "The folder of a server that is one process. Default: $${XDG_DATA_HOME:-~/.local/share}/sotto.")
  @Nullable String data;

  @Option(
      names = "--identity",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "The operator's certificate for a mesh: NAME.pem, beside which NAME-key.pem and ca.pem lie. Default: /etc/sotto/mesh/pod.pem.")
  @Nullable Path identity;

  @Option(
      names = "--relays",
      paramLabel = "TARGET",
      scope = ScopeType.INHERIT,
      description =
          "Where the relays of a mesh are: dns:///HOST:PORT, each of whose addresses is one, or static:///HOST:PORT,HOST:PORT.")
  @Nullable String relays;

  @Option(
      names = "--stores",
      paramLabel = "TARGET",
      scope = ScopeType.INHERIT,
      description = "Where the stores are.")
  @Nullable String stores;

  @Option(
      names = "--presence",
      paramLabel = "TARGET",
      scope = ScopeType.INHERIT,
      description = "Where presence is.")
  @Nullable String presence;

  @Option(
      names = "--blobs",
      paramLabel = "TARGET",
      scope = ScopeType.INHERIT,
      description = "Where media are.")
  @Nullable String blobs;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      scope = ScopeType.INHERIT,
      description = "How long a process may take to answer, such as 500ms. Default: 5s.")
  @Nullable String timeout;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "One JSON object a line instead of a table.")
  boolean json;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "A YAML file with settings.")
  @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      scope = ScopeType.INHERIT,
      description = "One setting. May be repeated.")
  Map<String, String> settings = Map.of();

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  private CommandSpec spec;

  /// What a command does.
  public interface Work {
    /// Asks and reports.
    ///
    /// @throws IOException if it cannot; the message is a sentence
    Report with(Fleet fleet) throws IOException;
  }

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "COMMAND is missing");
  }

  /// Whether programs read what is printed.
  public boolean json() {
    return json;
  }

  /// Says something beside the report, while the work is done.
  public void say(String sentence) {
    spec.commandLine().getErr().println("sotto: " + sentence);
  }

  /// Finds the processes, does the work and prints its report.
  ///
  /// @return the exit code
  public int run(Work work) {
    try (var fleet = open()) {
      return print(work.with(fleet));
    } catch (IOException | ConfigException e) {
      return failed(e);
    }
  }

  /// Finds the processes.
  Fleet open() throws IOException {
    var loaded = AdminConfig.load(System.getenv(), Optional.ofNullable(config), flags());
    Logs.open(QUIET);
    return Fleet.open(loaded);
  }

  private int print(Report report) {
    var line = spec.commandLine();
    if (json) {
      report.printJson(line.getOut());
    } else {
      report.print(line.getOut(), line.getErr());
    }
    return report.exitCode();
  }

  int failed(Exception e) {
    spec.commandLine().getErr().println("sotto: " + Trouble.sentence(e));
    return ServerProcess.FAILED;
  }

  private Map<String, String> flags() {
    var flags = new LinkedHashMap<>(settings);
    put(flags, "data", data);
    put(flags, "relays", relays);
    put(flags, "stores", stores);
    put(flags, "presence", presence);
    put(flags, "blobs", blobs);
    put(flags, "timeout", timeout);
    if (data != null && (relays != null || stores != null || presence != null || blobs != null)) {
      throw new ConfigException(
          "--data is for a server that is one process, --relays and so on are for a mesh: give one of both");
    }
    if (identity != null) {
      Identity.addTo(flags, identity);
    }
    return flags;
  }

  private static void put(Map<String, String> flags, String key, @Nullable String value) {
    if (value != null) {
      flags.put(key, value);
    }
  }
}
