package sotto.standalone.admin;

import sotto.mesh.Role;

/// One process that can be asked.
///
/// @param role what it is
/// @param name where it is reached, `host:port`
public record Pod(Role role, String name) {
  @Override
  public String toString() {
    return role + " " + name;
  }
}
