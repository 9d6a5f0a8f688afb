package sotto.client.internal.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import sotto.client.ServerAddress;

/// The addresses of a server in a random order, so that clients spread over them, round and round.
/// Used by one thread.
final class Places {
  private final List<ServerAddress> order;
  private int taken;

  Places(ServerAddress server, RandomGenerator random) {
    this.order = new ArrayList<>(server.each());
    Collections.shuffle(order, random);
  }

  /// The one to try now.
  ServerAddress next() {
    return order.get(taken++ % order.size());
  }

  /// Whether all have been tried equally often.
  boolean roundIsOver() {
    return taken % order.size() == 0;
  }

  int size() {
    return order.size();
  }
}
