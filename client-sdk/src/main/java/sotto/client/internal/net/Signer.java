package sotto.client.internal.net;

import sotto.chain.DeviceAddress;

/// Answers sign-in challenges for this device.
public interface Signer {
  /// Who this device is.
  DeviceAddress address();

  /// Signs a challenge for signing in.
  ///
  /// @param serverName the name that was dialled
  /// @return 64 bytes
  /// @throws IllegalArgumentException if the challenge is out of its bounds
  byte[] sign(String serverName, byte[] challenge);
}
