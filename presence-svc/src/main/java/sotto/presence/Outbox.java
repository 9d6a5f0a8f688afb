package sotto.presence;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;
import sotto.chain.DeviceAddress;
import sotto.presence.v1.AttachResponse;
import sotto.presence.v1.ChangesDone;
import sotto.presence.v1.DisplacedDevice;
import sotto.presence.v1.Leased;
import sotto.presence.v1.RelayLost;
import sotto.presence.v1.Seen;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// What one attach stream still has to say. Bounded however slowly the relay reads: of a device or
/// a watch only the newest stays, and of a watch nothing when the relay knows the newest already.
///
/// Acknowledgements are bounded by the stream, which reads no more changes while [#crowded]. Too
/// many displaced devices end the stream: the relay registers anew and is told then.
final class Outbox {
  /// Most watches in one `Seen`.
  static final int SEEN_BATCH = 1024;

  private static final int CROWD = 64;

  private final int maxDisplaced;
  private final Runnable wake;

  // All guarded by this.
  private int leasedMillis;
  private final ArrayDeque<Long> done = new ArrayDeque<>();
  private final SequencedMap<DeviceAddress, Long> displaced = new LinkedHashMap<>();
  private final SequencedSet<String> lost = new LinkedHashSet<>();
  private final SequencedSet<Watch> changed = new LinkedHashSet<>();
  private @Nullable Next end;

  /// What there is to write next.
  sealed interface Next {
    /// A frame.
    record Frame(AttachResponse response) implements Next {}

    /// The stream fails; nothing comes after it.
    record Failed(StatusRuntimeException why) implements Next {}

    /// The stream is over; nothing comes after it.
    record Completed() implements Next {}
  }

  /// @param maxDisplaced most displaced devices that wait
  /// @param wake runs whenever something came in; must not write in the calling thread, which may
  ///   hold locks
  Outbox(int maxDisplaced, Runnable wake) {
    this.maxDisplaced = maxDisplaced;
    this.wake = wake;
  }

  void leased(int lifeMillis) {
    synchronized (this) {
      leasedMillis = lifeMillis;
    }
    wake.run();
  }

  void done(long batch) {
    synchronized (this) {
      done.add(batch);
    }
    wake.run();
  }

  void displaced(DeviceAddress device, long winner) {
    synchronized (this) {
      if (end != null) {
        return;
      }
      displaced.merge(device, winner, (a, b) -> Long.compareUnsigned(a, b) > 0 ? a : b);
      if (displaced.size() > maxDisplaced) {
        end =
            new Next.Failed(
                Statuses.of(
                    Reason.LIMIT_REACHED,
                    "the relay reads too slowly; attach and register again",
                    Map.of("limit", "displaced")));
      }
    }
    wake.run();
  }

  /// Another relay's lease ended without its saying so. Bounded by the relays there can be.
  void lost(String relay) {
    synchronized (this) {
      if (end != null || !lost.add(relay)) {
        return;
      }
    }
    wake.run();
  }

  void seen(Watch watch, boolean online, boolean settling) {
    synchronized (this) {
      if (!watch.becomes(online, settling)) {
        changed.remove(watch);
        return;
      }
      if (end != null || !changed.add(watch)) {
        return;
      }
    }
    wake.run();
  }

  /// The watch is over: what waits for it is dropped.
  synchronized void forget(Watch watch) {
    changed.remove(watch);
  }

  /// Ends the stream with a failure; what waits is dropped. The first end stays.
  void fail(StatusRuntimeException why) {
    end(new Next.Failed(why));
  }

  /// Ends the stream without one.
  void complete() {
    end(new Next.Completed());
  }

  private void end(Next how) {
    synchronized (this) {
      if (end == null) {
        end = how;
      }
    }
    wake.run();
  }

  synchronized boolean ended() {
    return end != null;
  }

  /// Whether so many acknowledgements wait that no more changes should be read.
  synchronized boolean crowded() {
    return done.size() >= CROWD;
  }

  /// How much waits, for tests and metrics.
  synchronized int size() {
    return done.size() + displaced.size() + lost.size() + changed.size();
  }

  /// Takes what is to be written next; empty when there is nothing. An acknowledgement comes behind
  /// what its batch led to.
  synchronized Optional<Next> next() {
    if (end != null) {
      return Optional.of(end);
    }
    AttachResponse.Builder frame = AttachResponse.newBuilder();
    if (leasedMillis != 0) {
      frame.setLeased(Leased.newBuilder().setLifeMs(leasedMillis));
      leasedMillis = 0;
    } else if (!displaced.isEmpty()) {
      frame.setDisplaced(frame(displaced.pollFirstEntry()));
    } else if (!lost.isEmpty()) {
      frame.setRelayLost(RelayLost.newBuilder().setRelay(lost.removeFirst()));
    } else if (!changed.isEmpty()) {
      frame.setSeen(nextSeen());
    } else if (!done.isEmpty()) {
      frame.setDone(ChangesDone.newBuilder().setBatch(done.remove()));
    } else {
      return Optional.empty();
    }
    return Optional.of(new Next.Frame(frame.build()));
  }

  private Seen nextSeen() {
    Watch.State state = changed.getFirst().current();
    Seen.Builder seen = Seen.newBuilder().setOnline(state == Watch.State.ONLINE);
    Iterator<Watch> waiting = changed.iterator();
    while (waiting.hasNext() && seen.getWatchesCount() < SEEN_BATCH) {
      Watch watch = waiting.next();
      if (watch.current() == state) {
        watch.tell();
        seen.addWatches(watch.id());
        waiting.remove();
      }
    }
    return seen.build();
  }

  private static DisplacedDevice frame(Map.Entry<DeviceAddress, Long> entry) {
    DeviceAddress address = entry.getKey();
    return DisplacedDevice.newBuilder()
        .setAccountId(ByteString.copyFrom(address.account().bytes()))
        .setDevice(address.device().number())
        .setConnectionNumber(entry.getValue())
        .build();
  }
}
