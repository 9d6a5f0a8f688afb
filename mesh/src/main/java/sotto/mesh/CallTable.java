package sotto.mesh;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/// Who may call whom. All of it; [MeshPeers] holds servers to it.
public final class CallTable {
  // Services that are for one role alone; nobody else may call them, an operator neither.
  private static final Map<String, Role> RESERVED =
      Map.of("sotto.quota.v1.QuotaService", Role.BLOB, "sotto.cold.v1.ColdService", Role.STORE);

  private CallTable() {}

  /// Whether a caller may call a service of a server. Blob may call what is for it alone, and
  /// nothing else: who gets hold of one of its pods has neither accounts nor mailboxes.
  static boolean allows(Role caller, Role server, String service) {
    Role only = RESERVED.get(service);
    return callees(caller).contains(server)
        && (only == null ? caller != Role.BLOB : caller == only);
  }

  /// The roles whose servers a caller may use. Health checks are answered to every role.
  public static Set<Role> callees(Role caller) {
    return switch (caller) {
      case RELAY -> EnumSet.of(Role.STORE, Role.PRESENCE, Role.BLOB, Role.RELAY);
      case STORE -> EnumSet.of(Role.STORE, Role.BLOB, Role.PRESENCE);
      case BLOB -> EnumSet.of(Role.STORE);
      case PRESENCE -> EnumSet.noneOf(Role.class);
      case ADMIN -> EnumSet.allOf(Role.class);
    };
  }

  /// Whether a server believes what a caller says about the device that it calls for: a relay has
  /// authenticated it, and a store passes on a relay's call.
  static boolean believed(Role caller, Role server) {
    return caller == Role.RELAY || (caller == Role.STORE && server == Role.STORE);
  }
}
