package sotto.mesh;

import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;

/// The claims of the tokens that store-svc signs and relays check: a JWT (RFC 7519) signed with
/// EdDSA over Ed25519 (RFC 8037), header `kid` = the `TokenKey.id` of the key, with `iss`, `aud`,
/// `sub`, `iat`, `exp` and `jti`.
public final class DeviceToken {
  /// The claim `iss`.
  public static final String ISSUER = "sotto";

  /// The claim `aud`.
  public static final String AUDIENCE = "sotto-relay";

  private DeviceToken() {}

  /// The claim `sub`.
  ///
  /// @param device whose token it is
  /// @return 32 hex digits, a full stop, the device's number
  public static String subject(DeviceAddress device) {
    return device.toString();
  }

  /// Reads the claim `sub`.
  ///
  /// @param subject as [#subject] writes it
  /// @return the device; empty for anything else
  public static Optional<DeviceAddress> device(String subject) {
    if (!subject.matches("[0-9a-f]{32}\\.[1-9][0-9]{0,2}")) {
      return Optional.empty();
    }
    int number = Integer.parseInt(subject.substring(33));
    return DeviceId.valid(number)
        ? Optional.of(
            new DeviceAddress(AccountId.parse(subject.substring(0, 32)), new DeviceId(number)))
        : Optional.empty();
  }
}
