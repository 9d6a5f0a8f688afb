package sotto.store;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/// The administrator of the plain MySQL of a stack, who may sign in through the server's unix
/// socket alone: its bytes are carried there from a port, for the driver knows no unix sockets.
final class Root implements AutoCloseable {
  private final ServerSocketChannel port;
  private final Connection connection;

  Root(Stack stack) throws IOException, SQLException {
    Path socket = stack.folder().resolve("data/mysql.sock");
    port =
        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread.startVirtualThread(() -> carry(UnixDomainSocketAddress.of(socket)));
    connection =
        DriverManager.getConnection(
            "jdbc:mysql://127.0.0.1:"
                + ((InetSocketAddress) port.getLocalAddress()).getPort()
                + "/?user=root&sslMode=DISABLED&allowPublicKeyRetrieval=true");
  }

  private void carry(SocketAddress to) {
    try (SocketChannel client = port.accept();
        SocketChannel server = SocketChannel.open(to)) {
      Thread back = Thread.startVirtualThread(() -> copy(server, client));
      copy(client, server);
      server.shutdownOutput();
      back.join();
    } catch (IOException e) {
      throw new AssertionError("the server's unix socket cannot be used", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void copy(SocketChannel from, SocketChannel to) {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 14);
    try {
      while (from.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        buffer.clear();
      }
    } catch (IOException e) {
      // The connection has ended, which whoever uses it sees.
    }
  }

  void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException, IOException {
    connection.close();
    port.close();
  }
}
