package sotto.client;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import sotto.chain.DeviceId;

/// A device of one's own account, as its chain lists it.
///
/// @param id its number
/// @param name what people call it, as far as this device was told; servers never are
/// @param current whether it is this one
/// @param addedAt when its link was signed, by the signer's clock
/// @param lastSeen the day it was last connected, if the server was asked and knows
public record Device(
    DeviceId id,
    Optional<String> name,
    boolean current,
    Instant addedAt,
    Optional<Instant> lastSeen) {
  private static final int MAX_NAME = 64;

  /// Whether a device may be called so: up to 64 bytes of UTF-8, no control characters, and no
  /// spaces around it; an empty name is none.
  public static boolean isName(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME
        && StandardCharsets.UTF_8.newEncoder().canEncode(name)
        && name.equals(name.strip())
        && name.codePoints().noneMatch(Character::isISOControl);
  }
}
