package sotto.proto;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StatusesTest {
  @ParameterizedTest
  @EnumSource(Reason.class)
  void everyReason_survivesTheStatus(Reason reason) throws Exception {
    var failure = Statuses.of(reason, "words", Map.of("k", "v"));
    assertThat(failure.getStatus().getCode()).isEqualTo(reason.code());
    assertThat(Statuses.reason(failure)).contains(reason);
    assertThat(Statuses.retryable(failure)).isEqualTo(reason.retryable());
    var details = requireNonNull(StatusProto.fromThrowable(failure)).getDetailsList();
    assertThat(details).hasSize(1);
    assertThat(details.getFirst().unpack(ErrorInfo.class).getDomain()).isEqualTo("sotto");
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void everyReason_standsInTheReadme(Reason reason) throws Exception {
    assertThat(Files.readString(Path.of("README.md")))
        .contains("| `" + reason.name() + "` | " + reason.code() + " |");
  }

  @Test
  void foreignStatus_hasNoReason() {
    assertThat(Statuses.reason(Status.UNAVAILABLE.asRuntimeException())).isEmpty();
    assertThat(Statuses.retryable(Status.UNAVAILABLE.asRuntimeException())).isTrue();
    assertThat(Statuses.retryable(Status.INTERNAL.asRuntimeException())).isFalse();
    assertThat(Statuses.reason(new IllegalStateException())).isEmpty();
  }

  @Test
  void retryAfter_isBoundedAndNeverTrusted() {
    assertThat(Statuses.retryAfter(Statuses.rateLimited(Duration.ofSeconds(3))))
        .contains(Duration.ofSeconds(3));
    assertThat(Statuses.retryAfter(Statuses.rateLimited(Duration.ofDays(9))))
        .contains(Duration.ofHours(1));
    var hostile = Statuses.of(Reason.RATE_LIMITED, "", Map.of("retry_after_ms", "-9e99"));
    assertThat(Statuses.retryAfter(hostile)).isEmpty();
  }
}
