package sotto.presence;

import com.google.protobuf.ByteString;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import sotto.chain.AccountId;
import sotto.presence.v1.Connected;
import sotto.presence.v1.Disconnected;
import sotto.presence.v1.Located;
import sotto.presence.v1.Published;

/// Who is connected where, by the word of the relays that hold a lease. Thread-safe.
///
/// For one lease's life after the start nobody can say who is not connected: relays that were
/// attached to the process before are still on their way. Until then, and while a relay has not
/// registered all its streams for the reader's list of pods (protocol C4), what is not there is
/// *warming*, not absent.
final class Directory {
  private final SipHash hash;
  private final LeaseTime time;
  private final long settledAt;
  private final Leases leases;
  private final Stripe[] stripes;
  private volatile boolean settling = true;

  /// @param hash decides the stripe and the slot of an account
  Directory(PresenceConfig config, LeaseTime time, SipHash hash) {
    this.hash = hash;
    this.time = time;
    this.settledAt = time.now() + config.leaseLife().toMillis();
    // A frame is dated by the last tick, so a lease gets one more.
    this.leases = new Leases(config.leaseLife().plus(config.tick()).toMillis(), config.maxRelays());
    this.stripes =
        Stream.generate(() -> new Stripe(leases, hash))
            .limit(config.stripes())
            .toArray(Stripe[]::new);
  }

  /// A relay's stream says who it is.
  Lease attach(String relay, long epoch, Outbox outbox) {
    return leases.attach(relay, epoch, outbox, time.now());
  }

  /// A relay gave a sign of life.
  void renew(Lease lease) {
    lease.renewed(time.now());
  }

  /// A relay leaves: what it registered is gone at once.
  ///
  /// @param stream the one on which it says so
  void leave(Lease lease, Outbox stream) {
    leases.leave(lease, stream);
  }

  void connected(Lease lease, Connected change) {
    AccountId account = account(change.getAccountId());
    stripe(account)
        .connected(lease, account, change.getDevice(), change.getConnectionNumber(), settling);
  }

  void disconnected(Lease lease, Disconnected change) {
    AccountId account = account(change.getAccountId());
    stripe(account)
        .disconnected(lease, account, change.getDevice(), change.getConnectionNumber(), settling);
  }

  void published(Lease lease, Published change) {
    AccountId account = account(change.getAccountId());
    byte[] audience =
        change.getVisible()
            ? ByteString.copyFrom(change.getAccessKeyHashesList()).toByteArray()
            : EntryTable.NOBODY;
    stripe(account)
        .published(
            lease, account, change.getDevice(), change.getConnectionNumber(), audience, settling);
  }

  void watch(Watch watch) {
    stripe(watch.account()).watch(watch, settling);
  }

  void unwatch(Watch watch) {
    stripe(watch.account()).unwatch(watch);
  }

  /// Where the devices of accounts are.
  ///
  /// @param podsVersion the reader's list of pods
  List<Located> locate(List<ByteString> accounts, long podsVersion) {
    boolean warming = settling || !leases.complete(podsVersion);
    return accounts.stream()
        .map(Directory::account)
        .map(account ->
            Located.newBuilder()
                .addAllLocations(stripe(account).locate(account))
                .setWarming(warming)
                .build())
        .toList();
  }

  /// Lets time pass: ends leases, removes what they held, tells watchers. By one thread.
  void tick() {
    long now = time.advance();
    leases.lapse(now);
    boolean settles = settling && now >= settledAt;
    if (settles) {
      settling = false;
    }
    List<Lease> dead = leases.dead();
    if (!dead.isEmpty()) {
      var indices = new BitSet();
      dead.forEach(lease -> indices.set(lease.index()));
      for (Stripe stripe : stripes) {
        stripe.removeLeases(indices::get, settling);
      }
      leases.buried(dead);
    } else if (settles) {
      for (Stripe stripe : stripes) {
        stripe.tellAll(false);
      }
    }
  }

  /// Registered devices, those of dead leases that are not yet removed included.
  long devices() {
    long devices = 0;
    for (Stripe stripe : stripes) {
      devices += stripe.size();
    }
    return devices;
  }

  /// Relays with a live lease.
  int relays() {
    return leases.size();
  }

  /// Leases that ended without their relays saying so, since the start.
  long lapsed() {
    return leases.lapsed();
  }

  static AccountId account(ByteString bytes) {
    return new AccountId(bytes.toByteArray());
  }

  private Stripe stripe(AccountId account) {
    // The table takes the high bits of the same hash, the stripe the low ones.
    return stripes[(int) hash.of(account.high(), account.low()) & (stripes.length - 1)];
  }
}
