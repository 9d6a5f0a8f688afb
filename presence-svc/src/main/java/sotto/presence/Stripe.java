package sotto.presence;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.presence.v1.Location;

/// A share of the accounts: their connected devices and, of those that are watched, the watches.
///
/// An entry whose lease is dead counts as absent everywhere; [#removeLeases] takes it away later.
final class Stripe {
  private final Leases leases;
  private final EntryTable entries; // guarded by this
  private final Map<AccountId, Set<Watch>> watched = new HashMap<>(); // guarded by this

  Stripe(Leases leases, SipHash hash) {
    this.leases = leases;
    this.entries = new EntryTable(hash);
  }

  /// A stream opened. The higher connection number wins: the loser's relay is told. An equal number
  /// is a registration again if it comes from the same lease, and else changes nothing.
  synchronized void connected(
      Lease lease, AccountId account, int device, long number, boolean settling) {
    if (!lease.live()) {
      return;
    }
    int slot = entries.find(account, device);
    if (slot != EntryTable.NONE) {
      Optional<Lease> holder = leases.at(entries.lease(slot));
      boolean elsewhere = holder.isPresent() && holder.get() != lease;
      long held = entries.number(slot);
      if (holder.isPresent() && Long.compareUnsigned(held, number) > 0) {
        lease.outbox().displaced(address(account, device), held);
        return;
      }
      if (elsewhere && held == number) {
        return;
      }
      if (elsewhere) {
        holder.get().outbox().displaced(address(account, device), number);
      }
    }
    entries.put(account, device, lease.index(), number);
    tell(account, settling);
  }

  /// A stream closed.
  synchronized void disconnected(
      Lease lease, AccountId account, int device, long number, boolean settling) {
    int slot = entries.find(account, device);
    if (isOf(slot, lease, number)) {
      entries.remove(slot);
      tell(account, settling);
    }
  }

  /// A connected device says who may see it.
  ///
  /// @param audience SHA-256 hashes of access keys, one behind the other, or [EntryTable#NOBODY]
  synchronized void published(
      Lease lease, AccountId account, int device, long number, byte[] audience, boolean settling) {
    int slot = entries.find(account, device);
    if (isOf(slot, lease, number)) {
      entries.audience(slot, audience);
      tell(account, settling);
    }
  }

  synchronized void watch(Watch watch, boolean settling) {
    watched.computeIfAbsent(watch.account(), _ -> new LinkedHashSet<>()).add(watch);
    watch.outbox().seen(watch, online(watch), settling);
  }

  synchronized void unwatch(Watch watch) {
    Set<Watch> watches = watched.getOrDefault(watch.account(), Set.of());
    if (watches.remove(watch) && watches.isEmpty()) {
      watched.remove(watch.account());
    }
    watch.outbox().forget(watch);
  }

  synchronized List<Location> locate(AccountId account) {
    List<Location> locations = new ArrayList<>(1);
    for (int slot = entries.first(account);
        slot != EntryTable.NONE;
        slot = entries.next(account, slot)) {
      int at = slot;
      leases
          .at(entries.lease(slot))
          .ifPresent(lease ->
              locations.add(
                  Location.newBuilder()
                      .setDevice(entries.device(at))
                      .setRelay(lease.relay())
                      .setConnectionNumber(entries.number(at))
                      .build()));
    }
    return locations;
  }

  /// Removes the entries of dead leases and tells those who watch.
  ///
  /// @param dead by lease index
  synchronized void removeLeases(IntPredicate dead, boolean settling) {
    entries.removeLeases(dead);
    tellAll(settling);
  }

  /// Tells every watcher what has changed.
  synchronized void tellAll(boolean settling) {
    watched.keySet().forEach(account -> tell(account, settling));
  }

  synchronized int size() {
    return entries.size();
  }

  private boolean isOf(int slot, Lease lease, long number) {
    return slot != EntryTable.NONE
        && lease.live()
        && entries.lease(slot) == lease.index()
        && entries.number(slot) == number;
  }

  private void tell(AccountId account, boolean settling) {
    for (Watch watch : watched.getOrDefault(account, Set.of())) {
      watch.outbox().seen(watch, online(watch), settling);
    }
  }

  private boolean online(Watch watch) {
    AccountId account = watch.account();
    boolean online = false;
    for (int slot = entries.first(account);
        slot != EntryTable.NONE;
        slot = entries.next(account, slot)) {
      boolean admitted = watch.admittedBy(entries.audience(slot));
      online |= admitted && leases.at(entries.lease(slot)).isPresent();
    }
    return online;
  }

  private static DeviceAddress address(AccountId account, int device) {
    return new DeviceAddress(account, new DeviceId(device));
  }
}
