package sotto.standalone.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// What an operator asks of an account whose owner is not known yet.
class AccountsTest {
  private final AtomicLong time = new AtomicLong();
  private final AtomicInteger calls = new AtomicInteger();

  private <T> T again(Supplier<T> call) {
    return Accounts.again(call, time::get, time::addAndGet);
  }

  private RuntimeException refused(Reason reason) {
    calls.incrementAndGet();
    return Statuses.of(reason, "no");
  }

  @Test
  void storeThatAsksWhetherTheOwnerLives_isAskedAgain() {
    assertThat(
            again(() -> {
              if (calls.get() < 3) {
                throw refused(Reason.UNAVAILABLE);
              }
              return "done";
            }))
        .isEqualTo("done");
  }

  @Test
  void ownerThatIsNotFound_isGivenUpAfterQuarterOfAMinute() {
    assertThatThrownBy(() ->
            again(() -> {
              throw refused(Reason.UNAVAILABLE);
            }))
        .isInstanceOf(StatusRuntimeException.class);
    assertThat(Duration.ofNanos(time.get())).isEqualTo(Duration.ofSeconds(15));
  }

  @Test
  void anotherRefusal_isFinal() {
    assertThatThrownBy(() ->
            again(() -> {
              throw refused(Reason.CALLER_NOT_ALLOWED);
            }))
        .isInstanceOf(StatusRuntimeException.class);
    assertThat(calls).hasValue(1);
  }
}
