package sotto.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FsyncsTest {
  @Test
  void flushesOfADisk_areTheSixteenthField() {
    assertThat(Fsyncs.flushes(" 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 1600 17\n")).isEqualTo(1600);
  }

  @Test
  void kernelThatCountsNoFlushes_isSaidNotToBeKnown() {
    assertThat(Fsyncs.flushes("1 2 3 4 5 6 7 8 9 10 11")).isNaN();
  }

  @Test
  void anyFoldersDisk_canBeAsked(@TempDir Path folder) throws Exception {
    assertThat(Fsyncs.ofDisk(folder).count())
        .satisfiesAnyOf(
            count -> assertThat(count).isNaN(), count -> assertThat(count).isNotNegative());
  }
}
