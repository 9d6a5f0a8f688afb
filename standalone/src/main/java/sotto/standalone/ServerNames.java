package sotto.standalone;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import sotto.mesh.Require;

/// The names under which clients may dial a server and sign in to it.
final class ServerNames {
  private static final int MOST = 100;

  private ServerNames() {}

  /// At most a hundred.
  ///
  /// @throws IllegalArgumentException if there are more
  static List<String> checked(List<String> names) {
    Require.that(names.size() <= MOST, "names", names.size(), "at most " + MOST);
    return List.copyOf(names);
  }

  /// Those of the machine itself, then those given; in lower case, each once.
  static List<String> all(List<String> given) {
    var all = new LinkedHashSet<>(List.of("localhost", "127.0.0.1", "::1"));
    given.stream().map(n -> n.toLowerCase(Locale.ROOT)).forEach(all::add);
    return List.copyOf(all);
  }

  /// With the host that a server listens at.
  static List<String> all(String host, List<String> given) {
    var all = new LinkedHashSet<>(List.of(host));
    all.addAll(given);
    return all(List.copyOf(all));
  }
}
