package sotto.presence;

import java.util.Arrays;
import java.util.function.IntPredicate;
import sotto.chain.AccountId;

/// A hash table from (account, device) to (lease, connection number, audience) in parallel arrays.
///
/// Open addressing with linear probing, hashed by the account alone, so that one scan meets all
/// devices of an account. A hash becomes a slot by multiplication (Lemire, *Fast random integer
/// generation in an interval*, 2019), so the capacity need not be a power of two and grows by half.
/// Removal shifts the followers back (Knuth, TAOCP 3, 6.4, algorithm R): no tombstones.
///
/// ```
/// high, low   8 + 8 bytes   the account
/// number      8 bytes       the connection number
/// place       4 bytes       lease index << 7 | device; 0 = free
/// audience    4 bytes       reference to the hashes of the access keys that may see the device
/// ```
///
/// A slot number is good until the next change. Not thread-safe.
final class EntryTable {
  /// No slot.
  static final int NONE = -1;

  /// The audience of a device that nobody may see. Recognised by identity.
  static final byte[] NOBODY = {};

  /// Leases that can be told apart.
  static final int MAX_LEASES = 1 << 24;

  private static final int DEVICE_BITS = 7;
  private static final int DEVICE_MASK = (1 << DEVICE_BITS) - 1;
  private static final int SMALLEST = 16;
  private static final double FULL = 0.7;

  private final SipHash hash;
  private long[] high;
  private long[] low;
  private long[] number;
  private int[] place;
  private byte[][] audience;
  private int size;

  EntryTable(SipHash hash) {
    this.hash = hash;
    high = new long[SMALLEST];
    low = new long[SMALLEST];
    number = new long[SMALLEST];
    place = new int[SMALLEST];
    audience = new byte[SMALLEST][];
  }

  int size() {
    return size;
  }

  int capacity() {
    return place.length;
  }

  /// The slot of a device, or [#NONE].
  int find(AccountId account, int device) {
    for (int slot = first(account); slot != NONE; slot = next(account, slot)) {
      if (device(slot) == device) {
        return slot;
      }
    }
    return NONE;
  }

  /// The first slot of an account's devices, or [#NONE].
  int first(AccountId account) {
    return scan(account, home(account.high(), account.low()));
  }

  /// The slot of the account's next device behind `slot`, or [#NONE].
  int next(AccountId account, int slot) {
    return scan(account, follower(slot));
  }

  int device(int slot) {
    return place[slot] & DEVICE_MASK;
  }

  int lease(int slot) {
    return place[slot] >>> DEVICE_BITS;
  }

  long number(int slot) {
    return number[slot];
  }

  /// The SHA-256 hashes, one behind the other, or [#NOBODY]. Not to be changed.
  byte[] audience(int slot) {
    return audience[slot];
  }

  void audience(int slot, byte[] hashes) {
    audience[slot] = hashes;
  }

  /// Sets the entry of a device. A connection with another number starts with the audience
  /// [#NOBODY].
  void put(AccountId account, int device, int lease, long connectionNumber) {
    int slot = find(account, device);
    if (slot == NONE) {
      if (size + 1 > place.length * FULL) {
        grow();
      }
      slot = free(home(account.high(), account.low()));
      high[slot] = account.high();
      low[slot] = account.low();
      audience[slot] = NOBODY;
      size++;
    } else if (number[slot] != connectionNumber) {
      audience[slot] = NOBODY;
    }
    number[slot] = connectionNumber;
    place[slot] = lease << DEVICE_BITS | device;
  }

  /// Frees a slot.
  void remove(int slot) {
    int hole = slot;
    for (int i = follower(slot); place[i] != 0; i = follower(i)) {
      int home = home(high[i], low[i]);
      boolean reachable = hole <= i ? hole < home && home <= i : hole < home || home <= i;
      if (!reachable) {
        copy(i, hole);
        hole = i;
      }
    }
    place[hole] = 0;
    audience[hole] = NOBODY;
    size--;
  }

  /// Frees every slot whose lease is among `leases`. Reads only the `place` column of the others.
  void removeLeases(IntPredicate leases) {
    // What a removal shifts across the array's end has been looked at before.
    for (int slot = 0; slot < place.length; slot++) {
      while (place[slot] != 0 && leases.test(lease(slot))) {
        remove(slot);
      }
    }
  }

  private int scan(AccountId account, int from) {
    for (int slot = from; place[slot] != 0; slot = follower(slot)) {
      if (high[slot] == account.high() && low[slot] == account.low()) {
        return slot;
      }
    }
    return NONE;
  }

  private int free(int from) {
    int slot = from;
    while (place[slot] != 0) {
      slot = follower(slot);
    }
    return slot;
  }

  private int home(long accountHigh, long accountLow) {
    return (int) Math.unsignedMultiplyHigh(hash.of(accountHigh, accountLow), place.length);
  }

  private int follower(int slot) {
    return slot + 1 == place.length ? 0 : slot + 1;
  }

  private void copy(int from, int to) {
    high[to] = high[from];
    low[to] = low[from];
    number[to] = number[from];
    place[to] = place[from];
    audience[to] = audience[from];
  }

  private void grow() {
    long[] oldHigh = high;
    long[] oldLow = low;
    long[] oldNumber = number;
    int[] oldPlace = place;
    byte[][] oldAudience = audience;
    int capacity = Math.addExact(oldPlace.length, oldPlace.length / 2);
    high = new long[capacity];
    low = new long[capacity];
    number = new long[capacity];
    place = new int[capacity];
    audience = new byte[capacity][];
    Arrays.fill(audience, NOBODY);
    for (int i = 0; i < oldPlace.length; i++) {
      if (oldPlace[i] != 0) {
        int slot = free(home(oldHigh[i], oldLow[i]));
        high[slot] = oldHigh[i];
        low[slot] = oldLow[i];
        number[slot] = oldNumber[i];
        place[slot] = oldPlace[i];
        audience[slot] = oldAudience[i];
      }
    }
  }
}
