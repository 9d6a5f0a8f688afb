package sotto.bench.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KindTest {
  @ParameterizedTest
  @CsvSource({
    "COUNT, 500e6, 500000000",
    "COUNT, 500M, 500000000",
    "COUNT, 0.5B, 500000000",
    "POSITIVE, 500_000_000, 500000000",
    "COUNT, 1.5E+3, 1500",
    "COUNT, 0, 0",
    "PART, 30%, 0.3",
    "PART, 0.3, 0.3",
    "PART, 1, 1",
    "BYTES, 400, 400",
    "BYTES, 2TB, 2e12",
    "BYTES, 31.5KiB, 32256",
    "ROOM, 1 GiB, 1073741824",
    "TIME, 92us, 0.000092",
    "TIME, 45d, 3888000",
    "TIME, 10m, 600",
    "PRICE, 0.04, 0.04",
  })
  void number_isReadAsPeopleWriteIt(Kind kind, String text, double value) {
    assertThat(kind.read(text)).isCloseTo(value, within(value * 1e-12));
  }

  @ParameterizedTest
  @CsvSource({
    "COUNT, NaN",
    "COUNT, Infinity",
    "COUNT, many",
    "COUNT, 5 users",
    "COUNT, ''",
    "COUNT, 1e",
    "COUNT, 1e9999",
    "COUNT, 30%",
    "TIME, 5M",
    "BYTES, 5m",
    "PART, 3k",
    "PRICE, 4M",
  })
  void whatIsNoNumberOfItsKind_isRefusedWithAnExample(Kind kind, String text) {
    assertThatThrownBy(() -> kind.read(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("is a number, written like .+, not \".*\"");
  }

  @ParameterizedTest
  @CsvSource({
    "COUNT, -1",
    "POSITIVE, 0",
    "POSITIVE, -500e6",
    "POSITIVE, 1e99",
    "PART, 1.01",
    "PART, 120%",
    "SHARE, 0",
    "ROOM, 0",
    "BYTES, -1kB",
    "TIME, -1s",
    "PRICE, -0.01",
  })
  void whatIsOutOfBounds_isRefusedWithThem(Kind kind, String text) {
    assertThatThrownBy(() -> kind.read(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("is ")
        .hasMessageEndingWith(", not " + text);
  }

  @Test
  void everyDefault_isReadable() {
    for (Input input : Input.values()) {
      input.standard().ifPresent(text -> assertThat(input.kind().read(text)).isNotNaN());
    }
  }
}
