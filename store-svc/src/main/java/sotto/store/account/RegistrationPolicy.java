package sotto.store.account;

/// Who may make an account. Devices are added to accounts whatever it says, and an account that was
/// made under another policy gets its name.
public enum RegistrationPolicy {
  /// Everybody.
  OPEN,
  /// Whoever has an invite.
  INVITE,
  /// Nobody.
  CLOSED;

  /// The same on the wire.
  sotto.account.v1.RegistrationPolicy onTheWire() {
    return switch (this) {
      case OPEN -> sotto.account.v1.RegistrationPolicy.REGISTRATION_POLICY_OPEN;
      case INVITE -> sotto.account.v1.RegistrationPolicy.REGISTRATION_POLICY_INVITE;
      case CLOSED -> sotto.account.v1.RegistrationPolicy.REGISTRATION_POLICY_CLOSED;
    };
  }
}
