package sotto.mesh;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// A TCP proxy that can begin to swallow everything, as a frozen host does, with its connections
/// open.
final class BlackHole implements AutoCloseable {
  private final HostPort to;
  private final ServerSocket listening;
  private volatile boolean swallowing;

  BlackHole(HostPort to) throws IOException {
    this.to = to;
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  String address() {
    return "127.0.0.1:" + listening.getLocalPort();
  }

  void swallow() {
    swallowing = true;
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        var from = listening.accept();
        var onward = new Socket(to.host(), to.port());
        Thread.startVirtualThread(() -> pump(from, onward));
        Thread.startVirtualThread(() -> pump(onward, from));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void pump(Socket from, Socket onward) {
    var buffer = new byte[8192];
    try (from;
        onward) {
      int read;
      while ((read = from.getInputStream().read(buffer)) >= 0) {
        if (!swallowing) {
          onward.getOutputStream().write(buffer, 0, read);
        }
      }
    } catch (IOException e) {
      // One end has gone.
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
