package sotto.cli;

import java.util.Optional;
import picocli.CommandLine.Option;
import sotto.client.Device;

/// `--name` of the commands that make a home a device of an account.
final class DeviceNameOption {
  @Option(
      names = "--name",
      description = "What your own devices call this one. Default: the operating system's name.")
  private Optional<String> name = Optional.empty();

  /// The name.
  ///
  /// @throws CommandFailed if it can be none: before anything was done with it
  String value() {
    String value = name.orElseGet(() -> System.getProperty("os.name", ""));
    if (!Device.isName(value)) {
      throw CommandFailed.usage(
          "--name takes up to 64 bytes of UTF-8, without control characters or spaces around it.");
    }
    return value;
  }
}
