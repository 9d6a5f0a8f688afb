package sotto.standalone;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say where accounts and mailboxes are.
final class StoreOptions {
  @Option(
      names = "--store",
      paramLabel = "URL",
      description = {
        "The MySQL, or the vtgate of a Vitess, that holds accounts and mailboxes: mysql://USER[:PASSWORD]@HOST[:PORT]/DATABASE[?tls=off|on|verify]."
            + " Others on the machine can see a password that stands here: better use --password-file.",
        "Without it the server keeps them in its own folder."
      })
  @Nullable String url;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "A file whose first line is the password for it.")
  @Nullable String passwordFile;

  /// Adds them to the settings of the command line.
  void addTo(Map<String, String> flags) {
    if (url != null) {
      flags.put("store.url", url);
    }
    if (passwordFile != null) {
      flags.put("store.password-file", passwordFile);
    }
  }
}
