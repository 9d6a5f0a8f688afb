package sotto.mesh;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way to one pod: a connection that is made when it is needed, made anew when it breaks, and
/// forgotten while nobody needs it. Thread-safe.
///
/// It is *down* from a failed attempt to connect until one succeeds.
final class PodChannel extends Channel {
  private static final Logger LOG = LoggerFactory.getLogger(PodChannel.class);

  private final String name;
  private final Role role;
  private final Function<String, ManagedChannel> dial;
  private final MonotonicClock clock;
  // Guarded by this.
  private @Nullable ManagedChannel open;
  private boolean closed;
  private volatile boolean down;
  private volatile long usedAt;

  PodChannel(String name, Role role, Function<String, ManagedChannel> dial, MonotonicClock clock) {
    this.name = name;
    this.role = role;
    this.dial = dial;
    this.clock = clock;
    this.usedAt = clock.nanos();
  }

  @Override
  public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
    usedAt = clock.nanos();
    return opened().newCall(method, options);
  }

  @Override
  public String authority() {
    return name;
  }

  boolean isDown() {
    return down;
  }

  /// Tries to reach a pod that is down again, now.
  void retry() {
    if (down) {
      var channel = opened();
      channel.resetConnectBackoff();
      channel.getState(true);
    }
  }

  /// Lets go of the connection of a pod that discovery does not name.
  ///
  /// @param after how long nobody must have called
  /// @return whether nobody has
  boolean retire(Duration after) {
    if (clock.nanos() - usedAt < after.toNanos()) {
      return false;
    }
    synchronized (this) {
      // Calls that are still open go on.
      shut(ManagedChannel::shutdown);
      return true;
    }
  }

  synchronized void close() {
    closed = true;
    shut(ManagedChannel::shutdownNow);
  }

  private void shut(Function<ManagedChannel, ManagedChannel> how) {
    if (open != null) {
      var _ = how.apply(open);
      open = null;
      down = false;
    }
  }

  private synchronized ManagedChannel opened() {
    if (open == null) {
      open = dial.apply(name);
      if (closed) {
        open.shutdownNow();
      }
      watch(open);
    }
    return open;
  }

  private void watch(ManagedChannel channel) {
    var state = channel.getState(false);
    note(channel, state);
    if (state != ConnectivityState.SHUTDOWN) {
      channel.notifyWhenStateChanged(state, () -> watch(channel));
    }
  }

  /// While a failed attempt is repeated, the state may be *connecting* or *idle* in between.
  private synchronized void note(ManagedChannel channel, ConnectivityState state) {
    if (!channel.equals(open)) {
      return;
    }
    var before = down;
    down =
        switch (state) {
          case TRANSIENT_FAILURE -> true;
          case READY, SHUTDOWN -> false;
          case CONNECTING, IDLE -> before;
        };
    if (down != before) {
      LOG.atInfo()
          .addKeyValue("role", role)
          .addKeyValue("pod", name)
          .log(down ? "a pod is down" : "a pod is back");
    }
  }
}
