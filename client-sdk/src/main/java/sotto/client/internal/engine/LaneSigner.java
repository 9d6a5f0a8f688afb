package sotto.client.internal.engine;

import sotto.chain.ChallengeBytes;
import sotto.chain.DeviceAddress;
import sotto.client.internal.net.Signer;

/// Signs challenges with the device's key, on the lane.
record LaneSigner(Core core) implements Signer {
  @Override
  public DeviceAddress address() {
    return core.self().address();
  }

  @Override
  public byte[] sign(String serverName, byte[] challenge) {
    Identity self = core.self();
    if (challenge.length < ChallengeBytes.MIN_CHALLENGE
        || challenge.length > ChallengeBytes.MAX_CHALLENGE) {
      throw new IllegalArgumentException("a challenge of " + challenge.length + " bytes");
    }
    return core.lane()
        .call(_ ->
            self.keys()
                .signChallenge(serverName, ChallengeBytes.SIGN_IN, challenge, self.address()));
  }
}
