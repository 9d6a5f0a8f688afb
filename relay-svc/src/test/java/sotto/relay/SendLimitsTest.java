package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.relay.TestRelay.ALICE;
import static sotto.relay.TestRelay.BOB;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;

class SendLimitsTest {
  private static final DeviceAddress CAROL = new DeviceAddress(new AccountId(3, 3), DeviceId.FIRST);

  private final TestRelay relay = new TestRelay(TestConfigs.sendsPerPair(3), List.of());

  @AfterEach
  void close() {
    relay.close();
  }

  @Test
  void sendAboveTheLimit_isToldWhenToComeBack_andThoseBehindItKeepTheirOrder() {
    var alice = relay.client(ALICE).live(1);
    for (int i = 0; i < 3; i++) {
      alice.send(BOB, "m" + i);
      assertThat(alice.result().hasAccepted()).isTrue();
    }

    alice.send(BOB, "m3");
    alice.send(BOB, "m4");

    assertThat(alice.result().getRateLimited().getRetryAfterMs())
        .isEqualTo(Duration.ofHours(1).toMillis());
    assertThat(alice.result().hasRetryInOrder()).isTrue();
    alice.send(CAROL, "m5");
    assertThat(alice.result().hasAccepted()).isTrue();
    assertThat(relay.mailbox.texts(BOB)).containsExactly("m0", "m1", "m2");
  }

  @Test
  void newStream_isNoNewAllowance() {
    var alice = relay.client(ALICE).live(1);
    for (int i = 0; i < 3; i++) {
      alice.send(BOB, "m" + i);
      assertThat(alice.result().hasAccepted()).isTrue();
    }
    alice.out().onCompleted();
    assertThat(alice.status().isOk()).isTrue();

    var again = relay.client(ALICE).live(2);
    again.send(BOB, "m3");

    assertThat(again.result().hasRateLimited()).isTrue();
  }
}
