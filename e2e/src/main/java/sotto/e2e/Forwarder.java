package sotto.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// Stands before a process and forwards TCP connections to it, until it is silent: then nothing
/// passes in either direction, no end of a connection either, and new connections are taken and
/// left alone. What was held back passes when it is silent no longer, as after a cable was pulled.
/// It may also cut each connection once so many bytes have passed on it. Thread-safe.
final class Forwarder implements AutoCloseable {
  private static final int BUFFER = 64 << 10;

  private final ServerSocket entrance;
  private final InetSocketAddress target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Object gate = new Object();
  private final LongAdder passed = new LongAdder();
  private final LongAdder cuts = new LongAdder();
  private boolean silent; // guarded by gate
  private volatile long cutAfter = Long.MAX_VALUE;
  private volatile Consumer<byte[]> greeted = _ -> {};
  private volatile boolean closed;

  /// Begins to forward.
  ///
  /// @param port of 127.0.0.1 that it listens at; 0 = any
  /// @param target where to, on 127.0.0.1
  Forwarder(int port, int target) {
    try {
      this.entrance = new ServerSocket(port, 128, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen at port " + port, e);
    }
    this.target = new InetSocketAddress(InetAddress.getLoopbackAddress(), target);
    thread("takes connections", this::accept);
  }

  int port() {
    return entrance.getLocalPort();
  }

  /// Lets nothing pass, or everything.
  void silent(boolean so) {
    synchronized (gate) {
      silent = so;
      gate.notifyAll();
    }
  }

  /// From now on ends a connection when so many bytes have passed on it, both directions together.
  void cutAfter(long bytes) {
    cutAfter = bytes;
  }

  /// From now on tells what each new connection's client says first.
  void greeted(Consumer<byte[]> told) {
    greeted = told;
  }

  /// How many bytes have passed, in both directions.
  long passed() {
    return passed.sum();
  }

  /// How many connections were cut because of what had passed on them.
  long cuts() {
    return cuts.sum();
  }

  private void accept() {
    try {
      while (!closed) {
        var from = keep(entrance.accept());
        thread("connects", () -> connect(from));
      }
    } catch (IOException e) {
      close();
    }
  }

  private void connect(Socket from) {
    awaitOpen();
    var to = keep(new Socket());
    try {
      to.connect(target);
      var sofar = new AtomicLong();
      thread("forwards", () -> greet(from, to, sofar));
      pump(to, from, sofar);
    } catch (IOException e) {
      end(from, to);
    }
  }

  private void greet(Socket from, Socket to, AtomicLong sofar) {
    try {
      var first = new byte[BUFFER];
      int n = from.getInputStream().read(first);
      if (n > 0) {
        awaitOpen();
        greeted.accept(Arrays.copyOf(first, n));
        to.getOutputStream().write(first, 0, n);
        passed.add(n);
        sofar.addAndGet(n);
      }
    } catch (IOException e) {
      // Broken is ended, which the pump finds too.
    }
    pump(from, to, sofar);
  }

  private void pump(Socket from, Socket to, AtomicLong sofar) {
    var buffer = new byte[BUFFER];
    try {
      from.setTcpNoDelay(true);
      for (var n = from.getInputStream().read(buffer);
          n >= 0;
          n = from.getInputStream().read(buffer)) {
        awaitOpen();
        to.getOutputStream().write(buffer, 0, n);
        passed.add(n);
        if (sofar.addAndGet(n) >= cutAfter) {
          cuts.increment();
          break;
        }
      }
    } catch (IOException e) {
      // Broken is ended.
    }
    awaitOpen();
    end(from, to);
  }

  private void awaitOpen() {
    synchronized (gate) {
      try {
        while (silent && !closed) {
          gate.wait();
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private Socket keep(Socket socket) {
    sockets.add(socket);
    return socket;
  }

  private void end(Socket... both) {
    for (var socket : both) {
      sockets.remove(socket);
      try {
        socket.close();
      } catch (IOException e) {
        // It is gone.
      }
    }
  }

  // Platform threads: the users' databases in this process hold the carriers of virtual ones.
  private void thread(String what, Runnable work) {
    var _ = Thread.ofPlatform().daemon().name("forwarder " + port() + " " + what).start(work);
  }

  @Override
  public void close() {
    synchronized (gate) {
      closed = true;
      gate.notifyAll();
    }
    try {
      entrance.close();
    } catch (IOException e) {
      // It is gone.
    }
    end(sockets.toArray(Socket[]::new));
  }
}
