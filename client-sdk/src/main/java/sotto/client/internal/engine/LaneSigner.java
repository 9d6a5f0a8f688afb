package sotto.client.internal.engine;

import java.util.List;
import java.util.Optional;
import sotto.chain.AccountChain;
import sotto.chain.ChallengeBytes;
import sotto.chain.DeviceAddress;
import sotto.client.internal.net.Signer;
import sotto.client.internal.net.Standing;

/// Signs challenges with the device's key, on the lane.
record LaneSigner(Core core) implements Signer {
  @Override
  public DeviceAddress address() {
    return core.self().address();
  }

  @Override
  public Standing shownBy(List<byte[]> links) {
    return core.lane()
        .call(_ -> {
          Optional<AccountChain> known = core.store().chains().of(core.self().id());
          if (known.isEmpty()
              || links.isEmpty()
              || links.size() > AccountChain.MAX_LINKS + 1
              || !(AccountChain.of(links) instanceof AccountChain.Extended(AccountChain chain))
              || !follows(chain, known.get())
              || chain.device(address().device()).isPresent()) {
            return Standing.LISTED;
          }
          core.store().chains().put(chain);
          return chain.ended() ? Standing.ENDED : Standing.REMOVED;
        });
  }

  private static boolean follows(AccountChain chain, AccountChain known) {
    return switch (chain.compareWith(known)) {
      case EXTENDS, EQUAL -> true;
      case OLDER, FORKS, OTHER_ACCOUNT -> false;
    };
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
