package sotto.cli;

/// The terminal client's entry point.
public final class Main {
  private Main() {}

  /// Runs a command line and ends the process with its exit code.
  public static void main(String[] args) {
    Host host = Host.ofProcess();
    if (!host.debug()) {
      // Read when something first logs; names the class that turns the libraries' logs off.
      System.setProperty("java.util.logging.config.class", QuietLogs.class.getName());
    }
    System.exit(new Cli(host).run(args));
  }
}
