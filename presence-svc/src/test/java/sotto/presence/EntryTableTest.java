package sotto.presence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.chain.AccountId;

final class EntryTableTest {
  private static final SipHash HASH = new SipHash(11, 22);

  /// Eight leases over the whole range of indices.
  private static final int LEASE_STEP = (EntryTable.MAX_LEASES - 1) / 7;

  private record Key(AccountId account, int device) {}

  /// @param audience the first byte of the device's audience; 0 = nobody
  private record Value(int lease, long number, int audience) {
    static Value at(EntryTable table, int slot) {
      byte[] audience = table.audience(slot);
      return new Value(
          table.lease(slot), table.number(slot), audience.length == 0 ? 0 : audience[0]);
    }
  }

  /// Few accounts: long clusters, many devices each. Many accounts: growth.
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 20, 400, 20_000})
  void behavesAsAMapDoes(int accounts) {
    for (long seed = 1; seed <= 5; seed++) {
      var random = new Random(seed);
      var model = new HashMap<Key, Value>();
      var table = new EntryTable(HASH);
      for (int step = 0; step < 30_000; step++) {
        step(random, accounts, model, table);
        assertThat(table.size()).as("seed %d step %d", seed, step).isEqualTo(model.size());
      }
      check(seed, accounts, model, table);
    }
  }

  private static void step(Random random, int accounts, Map<Key, Value> model, EntryTable table) {
    var key = new Key(account(random.nextInt(accounts)), 1 + random.nextInt(127));
    int slot = table.find(key.account(), key.device());
    int dice = random.nextInt(100);
    if (dice == 0) {
      int lease = random.nextInt(8) * LEASE_STEP;
      table.removeLeases(index -> index == lease);
      model.values().removeIf(value -> value.lease() == lease);
    } else if (dice < 40) {
      assertThat(slot != EntryTable.NONE).isEqualTo(model.remove(key) != null);
      if (slot != EntryTable.NONE) {
        table.remove(slot);
      }
    } else if (dice < 50 && slot != EntryTable.NONE) {
      byte audience = (byte) (1 + random.nextInt(100));
      table.audience(slot, new byte[] {audience});
      model.computeIfPresent(key, (_, v) -> new Value(v.lease(), v.number(), audience));
    } else {
      int lease = random.nextInt(8) * LEASE_STEP;
      long number = 1L + random.nextInt(3);
      table.put(key.account(), key.device(), lease, number);
      model.merge(
          key,
          new Value(lease, number, 0),
          (old, put) -> old.number() == number ? new Value(lease, number, old.audience()) : put);
    }
  }

  private static void check(long seed, int accounts, Map<Key, Value> model, EntryTable table) {
    for (int i = 0; i < accounts; i++) {
      AccountId account = account(i);
      List<Integer> devices = new ArrayList<>();
      for (int slot = table.first(account);
          slot != EntryTable.NONE;
          slot = table.next(account, slot)) {
        devices.add(table.device(slot));
        assertThat(model)
            .as("seed %d", seed)
            .containsEntry(new Key(account, table.device(slot)), Value.at(table, slot));
      }
      assertThat(devices).as("seed %d", seed).doesNotHaveDuplicates();
    }
    for (Key key : model.keySet()) {
      int slot = table.find(key.account(), key.device());
      assertThat(slot).as("seed %d: lost %s", seed, key).isNotEqualTo(EntryTable.NONE);
    }
  }

  @Test
  void anotherConnectionStartsUnseen() {
    var table = new EntryTable(HASH);
    table.put(account(1), 1, 5, 7);
    table.audience(table.find(account(1), 1), new byte[Watch.HASH_LENGTH]);

    table.put(account(1), 1, 5, 8);

    assertThat(table.audience(table.find(account(1), 1))).isSameAs(EntryTable.NOBODY);
  }

  @Test
  void isNeverFullerThanSeventyPercentAndNeverEmptierThanFortySix() {
    var table = new EntryTable(HASH);
    for (int i = 0; i < 200_000; i++) {
      table.put(account(i), 1, 0, 1);
      double load = (double) table.size() / table.capacity();
      assertThat(load).isLessThanOrEqualTo(0.7);
      if (i > 100) {
        assertThat(load).isGreaterThan(0.46);
      }
    }
  }

  private static AccountId account(int i) {
    var random = new Random(i);
    return new AccountId(random.nextLong(), random.nextLong());
  }
}
