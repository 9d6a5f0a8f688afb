package sotto.relay.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sotto.account.v1.AccountServiceGrpc;
import sotto.mesh.PeerAddress;
import sotto.relay.RelayConfig;
import sotto.relay.limit.Exceeded;

class LimitsTest {
  private static final String RECOVERY =
      AccountServiceGrpc.getGetRecoveryMethod().getFullMethodName();
  private static final String CHALLENGE =
      AccountServiceGrpc.getGetChallengeMethod().getFullMethodName();

  private static final String PUT_SLOT = AccountServiceGrpc.getPutSlotMethod().getFullMethodName();
  private static final String GET_SLOT = AccountServiceGrpc.getGetSlotMethod().getFullMethodName();

  private long now;
  private final Limits limits =
      new Limits(Limits.Rates.of(RelayConfig.DEFAULTS), () -> now, _ -> {});

  private Optional<Exceeded> take(String method, String address) throws Exception {
    var from = PeerAddress.of(InetAddress.getByName(address));
    return limits.take(method, Optional.empty(), Optional.of(from), new byte[0]);
  }

  @Test
  void recoveriesOfOneAddress_areLimited_andItsOtherCallsAreNot() throws Exception {
    for (int i = 0; i < 60; i++) {
      assertThat(take(RECOVERY, "192.0.2.1")).isEmpty();
    }
    assertThat(take(RECOVERY, "192.0.2.1")).isPresent();
    assertThat(take(CHALLENGE, "192.0.2.1")).isEmpty();
    assertThat(take(RECOVERY, "192.0.2.2")).isEmpty();
    now += Duration.ofMinutes(30).toNanos();
    assertThat(take(RECOVERY, "192.0.2.1")).isEmpty();
  }

  @Test
  void slotsFilledFromOneAddress_areLimited_andReadingThemIsNot() throws Exception {
    for (int i = 0; i < 60; i++) {
      assertThat(take(PUT_SLOT, "192.0.2.1")).isEmpty();
    }
    assertThat(take(PUT_SLOT, "192.0.2.1")).isPresent();
    assertThat(take(GET_SLOT, "192.0.2.1")).isEmpty();
    assertThat(take(PUT_SLOT, "192.0.2.2")).isEmpty();
    now += Duration.ofMinutes(10).toNanos();
    assertThat(take(PUT_SLOT, "192.0.2.1")).isEmpty();
  }
}
