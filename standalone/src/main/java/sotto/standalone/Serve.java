package sotto.standalone;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.mesh.Configs;
import sotto.mesh.ServerProcess;

/// `sotto serve`: runs the server until SIGTERM or SIGINT. Standard output gets one line, when
/// clients can connect: `ready HOST:PORT ca=PATH`.
@Command(
    name = "serve",
    description = {
      "Runs the server.",
      "",
      "When clients can connect it prints one line: ready HOST:PORT ca=PATH. Give PATH to your users: their first command takes it with --ca."
          + " Logs go to standard error. SIGTERM or Ctrl-C ends it in order."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footer = {
      "",
      "Every key of the configuration can stand in the file, in the environment (SOTTO_STORE_MAILBOX_LIFE) or behind --set"
          + " (store.mailbox-life=30d); the latter win. docs/configuration.md lists them.",
      "",
      "Exit codes: 0 stopped as told, 1 could not serve, 2 wrong use."
    })
final class Serve implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The folder that holds everything; made if it is not there. Default: $${XDG_DATA_HOME:-~/.local/share}/sotto.")
  @Nullable String data;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where clients connect; port 0 takes a free one. Default: 127.0.0.1:7700.")
  @Nullable String listen;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "A DNS name or address under which clients reach the server, beside localhost and the host of --listen. May be"
              + " repeated.")
  List<String> names = List.of();

  @Mixin StoreOptions store = new StoreOptions();

  @Option(
      names = "--registration",
      paramLabel = "POLICY",
      description =
          "Who may make an account: open (everybody, the default), invite (who has an invite of 'sotto admin invites create') or closed.")
  @Nullable String registration;

  @Option(names = "--config", paramLabel = "FILE", description = "A YAML file with settings.")
  @Nullable Path config;

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "One setting. May be repeated.")
  Map<String, String> settings = Map.of();

  @Override
  public Integer call() {
    try {
      var environment = System.getenv();
      var loaded = load(environment);
      ProcessOptions.serve("sotto", loaded, environment, Wiring::open);
      return ServerProcess.OK;
    } catch (Exception e) {
      LoggerFactory.getLogger(Serve.class).debug("could not serve", e);
      System.err.println("sotto: " + Trouble.sentence(e));
      return ServerProcess.FAILED;
    }
  }

  private Configs.Loaded<ServerConfig> load(Map<String, String> environment) {
    var flags = new LinkedHashMap<>(settings);
    store.addTo(flags);
    if (registration != null) {
      flags.put("store.registration", registration);
    }
    if (data != null) {
      flags.put("data", data);
    }
    if (listen != null) {
      flags.put("listen", listen);
    }
    if (!names.isEmpty()) {
      flags.put("names", ProcessOptions.joined(names));
    }
    return ServerConfig.read(environment, Optional.ofNullable(config), flags);
  }
}
