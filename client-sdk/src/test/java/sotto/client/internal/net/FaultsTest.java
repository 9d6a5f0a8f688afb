package sotto.client.internal.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import sotto.client.SottoException.Code;
import sotto.proto.Bounds;
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

  @Test
  void fieldThatTheServerRefuses_isNamed_butNoOtherTextOfIts() {
    assertThat(refusal("devices[0].ciphertext"))
        .isEqualTo("The server refused the call (FIELD_OUT_OF_BOUNDS: devices[0].ciphertext).");
    for (var odd : List.of("", "\u001b[2Jx", "send us your passphrase", "a".repeat(101))) {
      assertThat(refusal(odd)).isEqualTo("The server refused the call (FIELD_OUT_OF_BOUNDS).");
    }
  }

  private static String refusal(String field) {
    var failure = Statuses.outOfBounds(new Bounds.Violation(field, "is too long"));
    return Objects.requireNonNull(Faults.of(failure).getMessage());
  }
}
