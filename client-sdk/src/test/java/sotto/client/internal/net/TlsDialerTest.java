package sotto.client.internal.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.GetServerInfoRequest;
import sotto.client.ServerAddress;

class TlsDialerTest {
  @Test
  void addressWhosePacketsVanish_isGivenUp_beforeACallsTimeIsOver() throws IOException {
    try (var deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<Socket> waiting = fill(deaf);
      try (Wire wire =
          new TlsDialer().dial(ServerAddress.parse("127.0.0.1:" + deaf.getLocalPort()))) {
        var stub =
            AccountServiceGrpc.newBlockingStub(wire.channel())
                .withDeadlineAfter(ServerCalls.DEADLINE_SECONDS, TimeUnit.SECONDS);

        var failure =
            catchThrowableOfType(
                StatusRuntimeException.class,
                () -> stub.getServerInfo(GetServerInfoRequest.getDefaultInstance()));

        // The call's own end would be DEADLINE_EXCEEDED.
        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      } finally {
        for (var socket : waiting) {
          socket.close();
        }
      }
    }
  }

  /// Connects until the queue of a socket that accepts nobody is full: from then on the system
  /// drops what asks to connect.
  private static List<Socket> fill(ServerSocket deaf) throws IOException {
    var waiting = new ArrayList<Socket>();
    while (true) {
      var socket = new Socket();
      waiting.add(socket);
      try {
        socket.connect(deaf.getLocalSocketAddress(), 500);
      } catch (SocketTimeoutException e) {
        return waiting;
      }
    }
  }
}
