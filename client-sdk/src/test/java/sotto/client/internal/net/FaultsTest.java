package sotto.client.internal.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import sotto.client.SottoException.Code;
import sotto.proto.Reason;
import sotto.proto.Statuses;

class FaultsTest {
  @Test
  void waitThatTheServerAsksFor_isKept_whateverTheReason() {
    var wait = Duration.ofSeconds(7);

    var limited = Faults.of(Statuses.rateLimited("hellos", wait));
    var unavailable = Faults.of(Statuses.unavailable("later", wait));

    assertThat(limited.code()).isEqualTo(Code.RATE_LIMITED);
    assertThat(limited.retryAfter()).contains(wait);
    assertThat(unavailable.code()).isEqualTo(Code.SERVER_UNREACHABLE);
    assertThat(unavailable.retryAfter()).contains(wait);
    assertThat(Faults.of(Statuses.of(Reason.UNAVAILABLE, "later")).retryAfter()).isEmpty();
  }
}
