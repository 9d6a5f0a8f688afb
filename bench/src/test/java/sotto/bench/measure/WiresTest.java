package sotto.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class WiresTest {
  private static final String SAID =
      """
      0 0 127.0.0.1:7700 127.0.0.1:50000 \t cubic rto:200 bytes_sent:100 bytes_acked:90 bytes_received:7 segs_out:3
      0 0 [::ffff:127.0.0.1]:7701 [::ffff:127.0.0.1]:50001 \t cubic bytes_sent:1000 bytes_received:70
      0 0 127.0.0.1:50000 127.0.0.1:7700 \t cubic bytes_sent:7 bytes_acked:7 bytes_received:100
      0 0 127.0.0.1:9000 127.0.0.1:50002 \t cubic rto:200
      """;

  @Test
  void bytes_areCountedAtTheServersEnd_andTogetherForAllPortsOfAHop() {
    var wires =
        new Wires(
            List.of(
                new Wires.Hop("client–relay", Set.of(7700, 7701)),
                new Wires.Hop("relay–store", Set.of(9000))));

    assertThat(wires.of(SAID))
        .containsExactly(
            new Wires.Traffic("client–relay", 77, 1_100), new Wires.Traffic("relay–store", 0, 0));
  }
}
