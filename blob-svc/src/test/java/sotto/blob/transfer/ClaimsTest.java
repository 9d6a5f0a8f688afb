package sotto.blob.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import sotto.blob.BlobName;
import sotto.blob.Shelf;

/// Who has an upload. What another thread would do while one waits is done when the one that is
/// waited for hears of it.
final class ClaimsTest {
  private static final BlobName NAME = new BlobName(Shelf.TRANSIT, "0".repeat(64));

  private final Claims claims = new Claims();

  @Test
  void laterConnection_takesItFromTheEarlier() throws Exception {
    var first = new AtomicReference<Claims.Claim>();
    first.set(claims.take(NAME, () -> first.get().close()));

    try (var _ = claims.take(NAME, () -> {})) {
      assertThat(claims.size()).isOne();
    }
    assertThat(claims.size()).isZero();
  }

  @Test
  void connectionThatWaitedUntilALaterOneHadIt_givesUp_andTheLaterKeepsIt() throws Exception {
    var first = new AtomicReference<Claims.Claim>();
    var lost = new AtomicBoolean();
    first.set(
        claims.take(
            NAME,
            () -> {
              first.get().close();
              take(() -> lost.set(true));
            }));

    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> claims.take(NAME, () -> {}))
        .extracting(e -> e.getStatus().getCode())
        .isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(lost).isFalse();
    assertThat(claims.size()).isOne();
  }

  @Test
  void connectionThatMeetsWorkOfAMoment_waitsForIt() throws Exception {
    var first = new AtomicReference<Claims.Claim>();
    first.set(
        claims.take(
            NAME,
            () -> {
              first.get().close();
              claims.takeFree(NAME).ifPresent(moment -> Thread.startVirtualThread(moment::close));
            }));

    try (var _ = claims.take(NAME, () -> {})) {
      assertThat(claims.size()).isOne();
    }
  }

  private void take(Runnable lost) {
    try {
      var _ = claims.take(NAME, lost);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
