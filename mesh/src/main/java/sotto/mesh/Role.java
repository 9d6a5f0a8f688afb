package sotto.mesh;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What a process of the mesh is. Its certificate says so.
public enum Role {
  /// Where clients connect.
  RELAY,
  /// Accounts and mailboxes.
  STORE,
  /// Who is online.
  PRESENCE,
  /// Media.
  BLOB,
  /// An operator.
  ADMIN,
  /// All services in one process, for its operators alone.
  STANDALONE;

  /// Reads what [#toString] writes.
  ///
  /// @throws IllegalArgumentException listing the roles
  public static Role parse(String text) {
    return of(text)
        .orElseThrow(() ->
            new IllegalArgumentException("one of relay, store, presence, blob, admin, standalone"));
  }

  static Optional<Role> of(String text) {
    return Arrays.stream(values()).filter(role -> role.toString().equals(text)).findFirst();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
