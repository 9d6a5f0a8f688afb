package sotto.standalone;

import java.util.Optional;
import sotto.mesh.HostPort;

/// Where operators reach a server that is one process.
///
/// @param listen where operators reach it; port 0 takes a free one, empty = nowhere
record AdminPortConfig(Optional<HostPort> listen) {
  static final AdminPortConfig DEFAULTS =
      new AdminPortConfig(Optional.of(new HostPort("127.0.0.1", 0)));
}
