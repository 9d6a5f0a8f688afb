package sotto.bench.capacity;

import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// What one relay of many forwards to the others. Whom its users write to is at any relay alike, so
/// each forward goes to one by chance.
///
/// @param relays there are
/// @param forwards of this relay, a second
/// @param here the part that stays on this relay
/// @param linksInSecond other relays that get something in a second
/// @param linksAlive those that get something before a link is dropped for having had nothing to do
/// @param atOnce forwards in a batch when a link writes at once
/// @param in10ms when it writes every 10 ms
/// @param in100ms when it writes every 100 ms
record Fan(
    long relays,
    double forwards,
    double here,
    double linksInSecond,
    double linksAlive,
    double atOnce,
    double in10ms,
    double in100ms) {
  /// When a relay drops a link (sotto.relay.route.Peers), seconds.
  static final double LINK_LIFE = 300;

  private static final int SECONDS = 10;
  // What a busy relay's turn takes before the next one.
  private static final double AT_ONCE = 0.001;
  private static final double MOST_DRAWN = 5e6;

  /// Draws some seconds of it.
  static Fan drawn(SplittableRandom random, long relays, double forwards) {
    int count = Math.toIntExact(relays);
    double[] windows = {AT_ONCE, 0.01, 0.1};
    long[][] last = new long[windows.length][count];
    double[] batches = new double[windows.length];
    BitSet second = new BitSet(count);
    double sent = 0;
    double local = 0;
    for (double at = gap(random, forwards); at < SECONDS; at += gap(random, forwards)) {
      int peer = random.nextInt(count);
      // This relay is number 0.
      if (peer == 0) {
        local++;
        continue;
      }
      sent++;
      if (at < 1) {
        second.set(peer);
      }
      for (int i = 0; i < windows.length; i++) {
        long window = 1 + (long) (at / windows[i]);
        batches[i] += last[i][peer] == window ? 0 : 1;
        last[i][peer] = window;
      }
    }
    return new Fan(
        relays,
        forwards,
        local / Math.max(1, local + sent),
        second.cardinality(),
        alive(random, count, forwards),
        sent / Math.max(1, batches[0]),
        sent / Math.max(1, batches[1]),
        sent / Math.max(1, batches[2]));
  }

  private static double gap(RandomGenerator random, double rate) {
    return rate > 0 ? random.nextExponential() / rate : Double.POSITIVE_INFINITY;
  }

  private static double alive(RandomGenerator random, int relays, double forwards) {
    BitSet used = new BitSet(relays);
    double draws = Math.min(MOST_DRAWN, forwards * LINK_LIFE);
    for (double i = 0; i < draws; i++) {
      used.set(random.nextInt(relays));
    }
    used.clear(0);
    return used.cardinality();
  }
}
