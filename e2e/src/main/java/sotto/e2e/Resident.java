package sotto.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// How much memory a process has, as Linux says in `/proc` (proc_pid_status(5)).
final class Resident {
  private static final Pattern NOW = Pattern.compile("VmRSS:\\s+([0-9]+) kB");
  private static final Pattern MOST = Pattern.compile("VmHWM:\\s+([0-9]+) kB");

  private Resident() {}

  /// What it has now in bytes; empty if it does not run.
  static OptionalLong now(long pid) {
    return read(pid, NOW);
  }

  /// The most that it has had in bytes; empty if it does not run.
  static OptionalLong most(long pid) {
    return read(pid, MOST);
  }

  private static OptionalLong read(long pid, Pattern line) {
    try {
      var found = line.matcher(Files.readString(Path.of("/proc", Long.toString(pid), "status")));
      return found.find()
          ? OptionalLong.of(Long.parseLong(found.group(1)) << 10)
          : OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
