package sotto.relay.pods;

import sotto.relay.time.Backoff;
import sotto.relay.time.Wheel;

/// One request on its way to an owner: how often it was sent on, and until when that makes sense.
///
/// The first [#AT_ONCE] hops are made at once, because who says *moved* says where to; later ones
/// after back-off, because then two pods name each other or nobody has the bucket yet.
///
/// Not thread-safe: a request is in one place at a time.
public final class Pursuit {
  /// How many hops are made without waiting.
  static final int AT_ONCE = 2;

  private final Wheel wheel;
  private final Backoff backoff;
  private final long untilMillis;
  private int hops;

  /// A request that has not been sent on yet.
  ///
  /// @param patienceMillis how long it is sent on from now
  public Pursuit(Wheel wheel, Backoff backoff, long patienceMillis) {
    this.wheel = wheel;
    this.backoff = backoff;
    this.untilMillis = wheel.now() + patienceMillis;
  }

  /// Sends it on, now or after a while.
  ///
  /// @param send asks the routes anew and sends; run on this thread or the wheel's
  /// @return false if the patience is over: nothing is sent
  public boolean goOn(Runnable send) {
    hops++;
    if (hops <= AT_ONCE) {
      send.run();
      return true;
    }
    return later(hops - AT_ONCE, 0, send);
  }

  /// The same, but never at once.
  ///
  /// @param leastMillis how long the pod that was asked wants to be left alone
  public boolean goOnLater(long leastMillis, Runnable send) {
    hops++;
    return later(hops, leastMillis, send);
  }

  private boolean later(int failures, long leastMillis, Runnable send) {
    long wait = Math.max(leastMillis, backoff.millis(failures));
    if (wheel.now() + wait >= untilMillis) {
      return false;
    }
    wheel.after(wait, send);
    return true;
  }
}
