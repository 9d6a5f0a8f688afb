package sotto.cli;

import java.util.Optional;
import picocli.CommandLine.Option;

/// `--name` of the commands that make a home a device of an account.
final class DeviceNameOption {
  @Option(
      names = "--name",
      description = "What your own devices call this one. Default: the operating system's name.")
  private Optional<String> name = Optional.empty();

  String value() {
    return name.orElseGet(() -> System.getProperty("os.name", ""));
  }
}
