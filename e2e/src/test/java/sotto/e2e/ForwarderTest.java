package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ForwarderTest {
  private static final int SHORT = 200; // milliseconds in which nothing comes

  private ServerSocket server;
  private Forwarder forwarder;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    forwarder = new Forwarder(0, server.getLocalPort());
  }

  @AfterEach
  void end() throws IOException {
    forwarder.close();
    server.close();
  }

  private Socket client() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), forwarder.port());
  }

  private static void assertNothingComes(Socket socket) throws IOException {
    socket.setSoTimeout(SHORT);
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    socket.setSoTimeout(0);
  }

  @Test
  void bytesAndTheEnd_passInBothDirections() throws IOException {
    try (var client = client();
        var served = server.accept()) {
      client.getOutputStream().write(1);
      assertThat(served.getInputStream().read()).isEqualTo(1);
      served.getOutputStream().write(2);
      assertThat(client.getInputStream().read()).isEqualTo(2);
      served.shutdownOutput();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void whileItIsSilent_nothingPasses_andAfterwardsItComes() throws IOException {
    try (var client = client();
        var served = server.accept()) {
      client.getOutputStream().write(1);
      assertThat(served.getInputStream().read()).isEqualTo(1);
      forwarder.silent(true);
      client.getOutputStream().write(3);
      served.getOutputStream().write(4);
      assertNothingComes(served);
      assertNothingComes(client);
      forwarder.silent(false);
      assertThat(served.getInputStream().read()).isEqualTo(3);
      assertThat(client.getInputStream().read()).isEqualTo(4);
    }
  }

  @Test
  void whileItIsSilent_anEndDoesNotPassEither() throws IOException {
    try (var client = client();
        var served = server.accept()) {
      forwarder.silent(true);
      served.shutdownOutput();
      assertNothingComes(client);
      forwarder.silent(false);
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void connectionMadeWhileItIsSilent_reachesNobodyUntilItIsNot() throws IOException {
    forwarder.silent(true);
    try (var client = client()) {
      server.setSoTimeout(SHORT);
      assertThatThrownBy(() -> server.accept()).isInstanceOf(SocketTimeoutException.class);
      forwarder.silent(false);
      server.setSoTimeout(0);
      try (var served = server.accept()) {
        client.getOutputStream().write(5);
        assertThat(served.getInputStream().read()).isEqualTo(5);
      }
    }
  }

  @Test
  void targetThatIsDead_endsTheConnection() throws IOException {
    server.close();
    try (var client = client()) {
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }
}
