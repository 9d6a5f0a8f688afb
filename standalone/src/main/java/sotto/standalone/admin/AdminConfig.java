package sotto.standalone.admin;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import sotto.mesh.Configs;
import sotto.mesh.MeshConfig;
import sotto.mesh.PodTarget;
import sotto.mesh.Require;
import sotto.mesh.Role;
import sotto.standalone.DataFolder;

/// Where an operator's processes are and who the operator is. docs/configuration.md lists the keys.
///
/// @param data the folder of a server that is one process, where no target is given
/// @param mesh the operator's files; it listens nowhere
/// @param relays where the relays are
/// @param stores where the stores are
/// @param presence where presence is
/// @param blobs where media are
/// @param timeout how long a process may take to answer, 100 ms to 5 m
public record AdminConfig(
    Path data,
    MeshConfig mesh,
    PodTarget relays,
    PodTarget stores,
    PodTarget presence,
    PodTarget blobs,
    Duration timeout) {
  // That of all processes; an operator listens nowhere.
  private static final int MESH_PORT = 7711;

  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException naming field, value and bound
  public AdminConfig {
    Require.between("timeout", timeout, Duration.ofMillis(100), Duration.ofMinutes(5));
  }

  /// The defaults of one machine.
  ///
  /// @param environment for `XDG_DATA_HOME`
  /// @param home the user's
  public static AdminConfig defaults(Map<String, String> environment, Path home) {
    return new AdminConfig(
        DataFolder.byDefault(environment, home),
        MeshConfig.at(MESH_PORT),
        PodTarget.NONE,
        PodTarget.NONE,
        PodTarget.NONE,
        PodTarget.NONE,
        Duration.ofSeconds(5));
  }

  /// Loads it. Variables that are for servers alone mean nothing here.
  ///
  /// @throws sotto.mesh.ConfigException saying what cannot be used
  static AdminConfig load(
      Map<String, String> environment, Optional<Path> file, Map<String, String> flags) {
    var own = new LinkedHashMap<String, String>();
    for (var key : Configs.keys(AdminConfig.class)) {
      var name = Configs.variable(key);
      if (environment.containsKey(name)) {
        own.put(name, environment.get(name));
      }
    }
    var home = Path.of(System.getProperty("user.home"));
    return Configs.load(AdminConfig.class, defaults(environment, home), file, own, flags);
  }

  /// Where the pods of a mesh are, by role; empty = there is no mesh, but one process.
  Map<Role, PodTarget> targets() {
    var all = new LinkedHashMap<Role, PodTarget>();
    all.put(Role.RELAY, relays);
    all.put(Role.STORE, stores);
    all.put(Role.PRESENCE, presence);
    all.put(Role.BLOB, blobs);
    all.values().removeIf(PodTarget.NONE::equals);
    return all;
  }
}
