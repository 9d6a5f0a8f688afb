package sotto.client.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sotto.client.ServerAddress;

final class PlacesTest {
  private static final ServerAddress SERVER = ServerAddress.parse("a:1,b:1,c:1");

  @Test
  void everyAddress_isTriedOnceARound() {
    Places places = new Places(SERVER, new Random(7));
    List<String> first = IntStream.range(0, 3).mapToObj(_ -> places.next().host()).toList();
    assertThat(first).containsExactlyInAnyOrder("a", "b", "c");
    assertThat(places.roundIsOver()).isTrue();
    assertThat(places.next().host()).isEqualTo(first.getFirst());
    assertThat(places.roundIsOver()).isFalse();
  }

  @Test
  void clients_beginAtDifferentAddresses() {
    assertThat(
            IntStream.range(0, 50)
                .mapToObj(seed -> new Places(SERVER, new Random(seed)).next().host()))
        .contains("a", "b", "c");
  }
}
