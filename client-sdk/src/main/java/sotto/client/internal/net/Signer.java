package sotto.client.internal.net;

import java.util.List;
import sotto.chain.DeviceAddress;

/// Answers sign-in challenges for this device.
public interface Signer {
  /// Who this device is.
  DeviceAddress address();

  /// Whether links of the own chain, from 0 on, show that a listed device or the recovery key has
  /// taken this device out of it.
  boolean removedBy(List<byte[]> links);

  /// Signs a challenge for signing in.
  ///
  /// @param serverName the name that was dialled
  /// @return 64 bytes
  /// @throws IllegalArgumentException if the challenge is out of its bounds
  byte[] sign(String serverName, byte[] challenge);
}
