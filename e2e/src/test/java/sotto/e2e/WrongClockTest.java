package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.client.MessageView;
import sotto.client.Options;
import sotto.client.Status;

/// A device whose clock is wrong by a year: it signs in, talks both ways, and its messages stand
/// where they belong, because the server's clock corrects it. (The TLS certificate is judged by the
/// system's clock: see ClientTroubleTest.)
@ExtendWith(Stage.Given.class)
final class WrongClockTest {
  private final Stage stage;

  WrongClockTest(Stage stage) {
    this.stage = stage;
  }

  @ParameterizedTest
  @ValueSource(longs = {365, -365})
  void clockWrongByAYear_messagesFlowInOrder(long days) {
    var wrong =
        Options.defaults().withClock(Clock.offset(Clock.systemUTC(), Duration.ofDays(days)));
    try (var alice = Talk.registered(stage, "alice", wrong);
        var bob = Talk.registered(stage, "bob")) {
      var began = System.currentTimeMillis();
      say(alice, bob, "one");
      say(bob, alice, "two");
      // A token is asked for anew, and the sequence goes on.
      alice.reopen();
      say(alice, bob, "three");
      say(bob, alice, "four");
      say(alice, bob, "five");
      for (var side : new Talk[] {alice, bob}) {
        var other = side == alice ? bob : alice;
        var rows = side.with(other.name).messages(100);
        assertThat(rows.stream().map(MessageView::text))
            .containsExactly("one", "two", "three", "four", "five");
        assertThat(rows)
            .allSatisfy(row ->
                assertThat(row.sentAt().toEpochMilli())
                    .isBetween(
                        began - Duration.ofMinutes(1).toMillis(),
                        began + Duration.ofMinutes(6).toMillis()));
      }
    }
  }

  private static void say(Talk from, Talk to, String text) {
    var message = from.with(to.name).send(text);
    to.awaitText(text);
    assertThat(message.await(Status.DELIVERED, Talk.LIMIT).reached(Status.DELIVERED)).isTrue();
  }
}
