package sotto.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HashLogTest {
  private static ChangeHash hash(int n) {
    return ChangeHash.of(ByteBuffer.allocate(Integer.BYTES).putInt(n).array());
  }

  @Test
  void everyLog_keepsItsHashes_whateverIsAppendedToItLater() {
    List<HashLog> logs = new ArrayList<>(List.of(HashLog.EMPTY));
    for (int n = 0; n < 3 * HashLog.CHUNK; n++) {
      logs.getLast().with(hash(-n - 1));
      logs.add(logs.getLast().with(hash(n)));
    }
    for (int size : new int[] {0, 1, 255, 256, 257, 511, 512, 513, 768}) {
      HashLog log = logs.get(size);
      assertThat(log.size()).isEqualTo(size);
      for (int n = 0; n < size; n++) {
        assertThat(log.get(n)).isEqualTo(hash(n));
      }
    }
  }
}
