package sotto.mesh;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/// Who may call whom. All of it; [MeshPeers] holds servers to it.
public final class CallTable {
  // Services that are for one role alone; nobody else may call them.
  private static final Map<String, Role> RESERVED =
      Map.of("sotto.quota.v1.QuotaService", Role.BLOB, "sotto.cold.v1.ColdService", Role.STORE);

  // The package of what is for operators.
  private static final String ADMIN = "sotto.admin.v1.";

  // What stores bring each other, for an operator asks any of them.
  private static final String ACCOUNTS = "sotto.admin.v1.AccountAdminService";

  private CallTable() {}

  /// Whether a caller may call a service of a server. Blob may call what is for it alone, and
  /// nothing else: who gets hold of one of its pods has neither accounts nor mailboxes. An operator
  /// may call what is for operators, which nobody else may, and nothing else; but a store brings an
  /// operator's call about an account to the store that owns it.
  static boolean allows(Role caller, Role server, String service) {
    return callees(caller).contains(server)
        && (mayUse(caller, service) || brings(caller, server, service));
  }

  private static boolean brings(Role caller, Role server, String service) {
    return caller == Role.STORE && server == Role.STORE && service.equals(ACCOUNTS);
  }

  private static boolean mayUse(Role caller, String service) {
    if (service.startsWith(ADMIN)) {
      return caller == Role.ADMIN;
    }
    Role only = RESERVED.get(service);
    return only == null ? caller != Role.BLOB && caller != Role.ADMIN : caller == only;
  }

  /// The roles whose servers a caller may use. Health checks are answered to every role.
  public static Set<Role> callees(Role caller) {
    return switch (caller) {
      case RELAY -> EnumSet.of(Role.STORE, Role.PRESENCE, Role.BLOB, Role.RELAY);
      case STORE -> EnumSet.of(Role.STORE, Role.BLOB, Role.PRESENCE);
      case BLOB -> EnumSet.of(Role.STORE);
      case PRESENCE, STANDALONE -> EnumSet.noneOf(Role.class);
      case ADMIN -> EnumSet.complementOf(EnumSet.of(Role.ADMIN));
    };
  }

  /// Whether a server believes what a caller says about the device that it calls for: a relay has
  /// authenticated it, and a store passes on a relay's call.
  static boolean believed(Role caller, Role server) {
    return caller == Role.RELAY || (caller == Role.STORE && server == Role.STORE);
  }
}
