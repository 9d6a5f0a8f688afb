package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.store.write.Call;
import sotto.store.write.Fate;
import sotto.store.write.OwnerName;
import sotto.store.write.Writers;

/// A database that stands still does not make the store hold ever more.
@ContractTest
final class OverloadTest {
  private static final int BUCKET = 5;
  private static final long MEGABYTE = 1L << 20;

  @TempDir Path folder;

  @Test
  void writesBeyondTheBoundInBytes_areShedAtOnceAndTheOthersAreDone() throws Exception {
    FaultyDialect dialect = new FaultyDialect(TestDatabase.in(folder).dialect());
    try (Writers writers = OwnWriters.start(dialect, new OwnerName("a", "1"), 100)) {
      assertThat(writers.claim(BUCKET)).isEqualTo(new Call.Done<>(true));
      CountDownLatch committing = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      dialect.inject(new FaultyDialect.NextCommitWaits(committing, goOn));
      List<Call<Boolean>> calls = new ArrayList<>();
      calls.add(queue(writers, MEGABYTE));
      assertThat(committing.await(20, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 128; i++) {
        calls.add(queue(writers, MEGABYTE));
      }

      assertThat(queue(writers, 1).await())
          .isEqualTo(new Call.NotDone<Boolean>(new Fate.Again(Fate.Why.BUSY)));

      goOn.countDown();
      calls.forEach(call -> assertThat(call.await()).isEqualTo(new Call.Done<>(true)));
      assertThat(queue(writers, MEGABYTE).await()).isEqualTo(new Call.Done<>(true));
    }
  }

  private static Call<Boolean> queue(Writers writers, long bytes) {
    Call<Boolean> call = new Call<>(BUCKET, bytes, _ -> true);
    writers.submit(call);
    return call;
  }
}
