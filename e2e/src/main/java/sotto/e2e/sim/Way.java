package sotto.e2e.sim;

import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;

/// One direction of one call: what is sent arrives later, in order; what arrives is taken as it is
/// asked for.
final class Way {
  /// How much may be on the way before the sender is told to wait, bytes.
  static final int WINDOW = 64 << 10;

  // The window of a stream and one more frame: nothing else may pile up before a slow peer.
  private static final int MOST = (1 << 20) + (256 << 10) + WINDOW;

  private final Net net;
  private final Machine to;
  private final BooleanSupplier isCut;
  private final Runnable roomAgain;
  private final boolean fromServer;
  private final ArrayDeque<Item> stuck = new ArrayDeque<>();
  private final ArrayDeque<Item> arrived = new ArrayDeque<>();
  private long lastArrival;
  private int asked;
  private int bytes;
  private boolean wasFull;
  private boolean taking;
  private boolean closed;

  /// @param size 0 for what is no message
  private record Item(int size, Runnable taken) {}

  /// @param roomAgain runs at the sender's end when it may send again after it was full
  /// @param fromServer whether a server sends, which has to keep to the window (G7)
  Way(Net net, Machine to, BooleanSupplier isCut, Runnable roomAgain, boolean fromServer) {
    this.net = net;
    this.to = to;
    this.isCut = isCut;
    this.roomAgain = roomAgain;
    this.fromServer = fromServer;
  }

  /// Sends a message; it is taken when it is asked for.
  void message(int size, Runnable taken) {
    bytes += size;
    if (fromServer && bytes > MOST) {
      net.violated(new Violation("G7", bytes + " bytes wait for one end of a call"));
    }
    wasFull |= !hasRoom();
    send(new Item(Math.max(1, size), taken));
  }

  /// Sends something that needs no asking.
  void signal(Runnable taken) {
    send(new Item(0, taken));
  }

  boolean hasRoom() {
    return bytes < WINDOW;
  }

  /// How much is on the way or waits to be asked for.
  int bytes() {
    return bytes;
  }

  /// The receiver asks for so many messages.
  void ask(int messages) {
    asked += messages;
    take();
  }

  /// What was stuck in a cut link goes on.
  void flush() {
    while (!stuck.isEmpty()) {
      travel(stuck.removeFirst());
    }
  }

  /// Nothing arrives any more.
  void close() {
    closed = true;
    stuck.clear();
    arrived.clear();
  }

  private void send(Item item) {
    if (closed) {
      return;
    }
    if (isCut.getAsBoolean() || !stuck.isEmpty()) {
      stuck.add(item);
    } else {
      travel(item);
    }
  }

  private void travel(Item item) {
    var scheduler = net.scheduler();
    lastArrival = Math.max(lastArrival, scheduler.now() + net.delay());
    scheduler.after(
        lastArrival - scheduler.now(),
        () ->
            to.run(() -> {
              if (!closed) {
                arrived.add(item);
                take();
              }
            }));
  }

  /// One after the other: who asks for more while he takes one gets it when he is done.
  private void take() {
    if (taking) {
      return;
    }
    taking = true;
    try {
      takeAll();
    } finally {
      taking = false;
    }
  }

  private void takeAll() {
    while (!arrived.isEmpty() && (arrived.getFirst().size == 0 || asked > 0)) {
      var item = arrived.removeFirst();
      if (item.size > 0) {
        asked--;
        bytes -= item.size;
        if (wasFull && hasRoom()) {
          wasFull = false;
          roomAgain.run();
        }
      }
      item.taken.run();
    }
  }
}
