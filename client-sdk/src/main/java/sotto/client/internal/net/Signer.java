package sotto.client.internal.net;

import java.util.List;
import sotto.chain.DeviceAddress;

/// Answers sign-in challenges for this device.
public interface Signer {
  /// Who this device is.
  DeviceAddress address();

  /// What links of the own chain, from 0 on, show of this device; nothing if they are not the own
  /// chain's, or older than what is known.
  Standing shownBy(List<byte[]> links);

  /// Signs a challenge for signing in.
  ///
  /// @param serverName the name that was dialled
  /// @return 64 bytes
  /// @throws IllegalArgumentException if the challenge is out of its bounds
  byte[] sign(String serverName, byte[] challenge);
}
