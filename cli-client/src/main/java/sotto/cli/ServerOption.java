package sotto.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import sotto.cli.print.TerminalText;
import sotto.client.ServerAddress;

/// `--server` and `--ca` of the commands that are told where a server is.
final class ServerOption {
  private static final long LONGEST_CA = 256 * 1024;

  @Option(
      names = "--server",
      required = true,
      paramLabel = "HOST:PORT",
      description =
          "The server, as its operator or its ready line names it. Several addresses of one server: HOST:PORT,HOST:PORT.")
  @SuppressWarnings("NullAway.Init") // picocli sets it or refuses the command line
  private String server;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "Trust the server by this CA certificate (PEM) alone, instead of those that the system"
              + " trusts.")
  private Optional<Path> ca = Optional.empty();

  /// The server; the file is read now.
  ServerAddress address() {
    ServerAddress parsed = ServerAddress.parse(server);
    return ca.map(file -> parsed.trusting(pem(file))).orElse(parsed);
  }

  private static String pem(Path file) {
    String shown = TerminalText.name(file.toString());
    try {
      if (Files.size(file) > LONGEST_CA) {
        throw CommandFailed.usage("The CA file " + shown + " is too large to be a certificate.");
      }
      return Files.readString(file, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw CommandFailed.usage(
          "The CA file " + shown + " cannot be read as PEM. Check its path and permissions.");
    }
  }
}
