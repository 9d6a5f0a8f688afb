package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ServerAddressTest {
  private static final String PEM = "-----BEGIN CERTIFICATE-----";

  @Test
  void severalAddresses_areOneServerTrustedThroughOneCa() {
    ServerAddress server = ServerAddress.parse("a.example:1,[::1]:2").trusting(PEM);
    assertThat(server.each())
        .containsExactly(
            new ServerAddress("a.example", 1, Optional.of(PEM)),
            new ServerAddress("::1", 2, Optional.of(PEM)));
    assertThat(server).hasToString("a.example:1,[::1]:2");
    assertThat(ServerAddress.parse(server.toString()).trusting(PEM)).isEqualTo(server);
    assertThat(ServerAddress.parse("a:1").each()).containsExactly(ServerAddress.of("a", 1));
  }

  @Test
  void whatIsNoAddressAmongThem_isRefused() {
    for (String bad : List.of("", "a:1,", "a:1,b", ",a:1", "a:1,b:0", "a:1" + ",b:1".repeat(16))) {
      assertThatThrownBy(() -> ServerAddress.parse(bad)).isInstanceOf(SottoException.class);
    }
  }
}
