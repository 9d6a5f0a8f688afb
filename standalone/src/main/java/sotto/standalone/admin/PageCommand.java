package sotto.standalone.admin;

import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import sotto.mesh.ConfigException;
import sotto.mesh.HostPort;
import sotto.mesh.ServerProcess;
import sotto.standalone.Version;

/// `sotto admin page`.
@Command(
    name = "page",
    description = {
      "Serves one page for people, until Ctrl-C: how all processes are, streams, messages a second, what waits and for how long. It refreshes itself every"
          + " five seconds.",
      "",
      "It prints the page's address. Whoever reaches that may read it: it is for this machine alone, unless --anywhere is given."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footer = {"", "Exit codes: 0 stopped as told, 1 could not serve, 2 wrong use."})
final class PageCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli sets it
  @ParentCommand
  Admin admin;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:7780",
      description = "Where; port 0 takes a free one. Default: ${DEFAULT-VALUE}.")
  String listen = "";

  @Option(
      names = "--anywhere",
      description = "Lets --listen be an address that other machines reach. There is no sign-in.")
  boolean anywhere;

  @Override
  public Integer call() {
    try {
      var at = address();
      ServerProcess.run(
          Duration.ofSeconds(5),
          drain -> {
            var fleet = drain.add("fleet", admin.open());
            var watch = new StatusWatch(fleet, Clock.systemUTC());
            var page = drain.add("page", StatusPage.open(at, watch, new SecureRandom()));
            var out = spec.commandLine().getOut();
            out.println(page.url());
            out.flush();
          });
      return ServerProcess.OK;
    } catch (Exception e) {
      return admin.failed(e);
    }
  }

  private HostPort address() throws IOException {
    try {
      var at = HostPort.parse(listen);
      if (!anywhere && !InetAddress.getByName(at.host()).isLoopbackAddress()) {
        throw new ConfigException(
            "other machines may reach "
                + at
                + ", and the page has no sign-in: give --anywhere if they shall");
      }
      return at;
    } catch (IllegalArgumentException e) {
      throw new ConfigException("--listen is " + listen + "; it must be " + e.getMessage(), e);
    }
  }
}
