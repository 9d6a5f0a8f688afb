package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.relay.TestRelay.ALICE;
import static sotto.relay.TestRelay.BOB;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// What a relay refuses before it costs anything, and what those who are refused are told.
class StormTest {
  private static final DeviceAddress CAROL = new DeviceAddress(new AccountId(3, 3), DeviceId.FIRST);

  @Test
  void openingsAboveTheRate_areShed_beforeTheStoreIsAsked_eachForAnotherTime() {
    try (var relay = new TestRelay(TestConfigs.hellos(2), List.of())) {
      relay.client(ALICE).live(1);
      relay.client(BOB).live(1);
      long asked = relay.count("open");

      var waits =
          IntStream.range(0, 5)
              .mapToObj(_ -> {
                var shed = relay.client(CAROL);
                shed.hello(1);
                assertThat(shed.reason()).isEqualTo(Reason.RATE_LIMITED);
                assertThat(Statuses.limit(shed.failure())).contains("hellos");
                return Statuses.retryAfter(shed.failure()).orElseThrow();
              })
              .toList();

      assertThat(relay.count("open")).isEqualTo(asked);
      assertThat(waits).doesNotHaveDuplicates();
      relay.advance(Duration.ofSeconds(1));
      relay.client(CAROL).live(1);
    }
  }

  @Test
  void streamsOfOneAccount_areBounded_andOthersAreNot() {
    try (var relay = new TestRelay(TestConfigs.streamsPerAccount(2), List.of())) {
      var first = relay.client(ALICE);
      relay.client(ALICE);

      var third = relay.client(ALICE);
      assertThat(third.reason()).isEqualTo(Reason.RATE_LIMITED);
      assertThat(Statuses.limit(third.failure())).contains("streams-per-account");
      assertThat(Statuses.retryAfter(third.failure())).isPresent();
      relay.client(BOB).live(1);

      first.out().onCompleted();
      assertThat(first.status().isOk()).isTrue();
      relay.client(ALICE).live(1);
    }
  }

  @Test
  void floodOfManySendersToOneAccount_isBounded_andSaysByWhat() {
    try (var relay = new TestRelay(TestConfigs.sendsPerRecipient(3), List.of())) {
      var alice = relay.client(ALICE).live(1);
      var carol = relay.client(CAROL).live(1);
      for (int i = 0; i < 3; i++) {
        alice.send(BOB, "m" + i);
        assertThat(alice.result().hasAccepted()).isTrue();
      }

      carol.send(BOB, "too much");
      var refused = carol.result().getRateLimited();
      assertThat(refused.getLimit()).isEqualTo("sends-per-recipient");
      assertThat(refused.getRetryAfterMs()).isEqualTo(Duration.ofHours(1).toMillis());
      carol.send(ALICE, "another");
      assertThat(carol.result().hasAccepted()).isTrue();
    }
  }
}
