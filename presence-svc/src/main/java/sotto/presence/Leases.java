package sotto.presence;

import io.grpc.StatusRuntimeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// The relays that are believed: one live lease for each name.
///
/// A dead lease keeps its index until its entries have been removed ([#dead], [#buried]), so that
/// no entry is ever taken for another lease's.
final class Leases {
  private final long life;
  private final int limit;
  private final Map<String, Lease> live = new HashMap<>(); // guarded by this
  private final List<Lease> dead = new ArrayList<>(); // guarded by this
  private long lapsed; // guarded by this
  private final ArrayDeque<Integer> freeIndices = new ArrayDeque<>(); // guarded by this
  // Replaced, never changed; written under this.
  private volatile @Nullable Lease[] byIndex = new @Nullable Lease[0];

  /// @param life milliseconds from a relay's last frame
  /// @param limit most leases, dead ones that are not buried included
  Leases(long life, int limit) {
    this.life = life;
    this.limit = limit;
  }

  /// A relay's stream opened. The same epoch goes on with its lease and ends the stream before;
  /// another epoch ends the old lease.
  ///
  /// @throws StatusRuntimeException LIMIT_REACHED
  synchronized Lease attach(String relay, long epoch, Outbox outbox, long now) {
    Lease known = live.get(relay);
    if (known != null && known.epoch() == epoch) {
      known.outbox().fail(superseded());
      known.movedTo(outbox);
      known.renewed(now);
      return known;
    }
    Lease lease = new Lease(relay, epoch, takeIndex(), outbox, now);
    if (known != null) {
      end(known, superseded());
      live.remove(relay);
      lost(relay);
    }
    live.put(relay, lease);
    @Nullable Lease[] grown = Arrays.copyOf(byIndex, Math.max(byIndex.length, lease.index() + 1));
    grown[lease.index()] = lease;
    byIndex = grown;
    return lease;
  }

  /// The live lease with this index; empty when it is dead.
  Optional<Lease> at(int index) {
    return Optional.ofNullable(byIndex[index]).filter(Lease::live);
  }

  /// Ends the leases of relays that have been silent for the life of a lease.
  synchronized void lapse(long now) {
    for (Lease lease : List.copyOf(live.values())) {
      if (now - lease.lastFrame() >= life) {
        live.remove(lease.relay());
        end(lease, Statuses.of(Reason.SILENT, "the lease lapsed; attach with a new epoch"));
        lost(lease.relay());
      }
    }
  }

  /// A relay says that it leaves: its lease ends now, and nobody need be told.
  ///
  /// @param stream the one that said so; nothing happens if the lease has gone on to another
  synchronized void leave(Lease lease, Outbox stream) {
    if (lease.live() && lease.outbox() == stream) {
      live.remove(lease.relay());
      end(lease);
    }
  }

  /// The dead leases whose entries may still stand in the table.
  synchronized List<Lease> dead() {
    return List.copyOf(dead);
  }

  /// No entry of these leases is left: their indices are free.
  synchronized void buried(List<Lease> leases) {
    dead.removeAll(leases);
    @Nullable Lease[] without = byIndex.clone();
    for (Lease lease : leases) {
      without[lease.index()] = null;
      freeIndices.add(lease.index());
    }
    byIndex = without;
  }

  /// Whether every live lease has registered all its streams for this list of pods.
  synchronized boolean complete(long podsVersion) {
    return live.values().stream().allMatch(lease -> lease.complete(podsVersion));
  }

  /// How many leases have ended without their relays saying so, since the start.
  synchronized long lapsed() {
    return lapsed;
  }

  synchronized int size() {
    return live.size();
  }

  private void end(Lease lease, StatusRuntimeException why) {
    end(lease);
    lease.outbox().fail(why);
  }

  private void end(Lease lease) {
    lease.end();
    dead.add(lease);
  }

  /// A relay ended without saying so: what it owed the others may be lost (protocol P3).
  private void lost(String relay) {
    lapsed++;
    live.values().forEach(lease -> lease.outbox().lost(relay));
  }

  private int takeIndex() {
    Integer reused = freeIndices.poll();
    if (reused != null) {
      return reused;
    }
    int index = live.size() + dead.size();
    if (index >= limit) {
      throw Statuses.of(Reason.LIMIT_REACHED, "too many relays", Map.of("limit", "relays"));
    }
    return index;
  }

  private static StatusRuntimeException superseded() {
    return Statuses.of(Reason.SHUTTING_DOWN, "a later stream of this relay took over");
  }
}
