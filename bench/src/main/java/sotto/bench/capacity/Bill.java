package sotto.bench.capacity;

import static sotto.bench.capacity.Input.PRICE_CORE_HOUR;
import static sotto.bench.capacity.Input.PRICE_EGRESS;
import static sotto.bench.capacity.Input.PRICE_MEMORY;
import static sotto.bench.capacity.Input.PRICE_OBJECT;
import static sotto.bench.capacity.Input.PRICE_SSD;
import static sotto.bench.capacity.Input.SHARD_DISK;

import java.util.List;
import java.util.OptionalDouble;

/// What a month costs, by the prices that were given.
///
/// @param items everything that has a price on the market, given or not
record Bill(List<Item> items) {
  private static final double HOURS = 730;
  private static final double DAYS = 30;
  private static final double GIGABYTE = 1e9;

  /// One thing that is paid for.
  ///
  /// @param name for people, with its unit
  /// @param amount of a month
  /// @param price of one; empty = nobody has said
  record Item(String name, double amount, OptionalDouble price) {
    /// What it costs.
    OptionalDouble cost() {
      return price.isPresent()
          ? OptionalDouble.of(amount * price.getAsDouble())
          : OptionalDouble.empty();
    }
  }

  /// That of an installation.
  static Bill of(Plan plan) {
    Given given = plan.given();
    double cores = 0;
    double memory = 0;
    for (Tier tier : plan.tiers()) {
      cores += plan.machines(tier) * given.of(tier.role().cores());
      memory += plan.machines(tier) * given.of(tier.role().memory());
    }
    double egress = (plan.traffic().toClients() + plan.traffic().downloaded()) * Traffic.DAY * DAYS;
    return new Bill(
        List.of(
            new Item("cores, hours", cores * HOURS, given.price(PRICE_CORE_HOUR)),
            new Item("memory, GB", memory / GIGABYTE, given.price(PRICE_MEMORY)),
            new Item(
                "shards' disks, GB",
                plan.machines(plan.shards()) * given.of(SHARD_DISK) / GIGABYTE,
                given.price(PRICE_SSD)),
            new Item(
                "object storage, GB",
                plan.stored().objects() / GIGABYTE,
                given.price(PRICE_OBJECT)),
            new Item("to clients, GB", egress / GIGABYTE, given.price(PRICE_EGRESS))));
  }

  /// The sum of what has a price; empty if nothing has.
  OptionalDouble sum() {
    return items.stream().anyMatch(item -> item.price().isPresent())
        ? OptionalDouble.of(items.stream().mapToDouble(item -> item.cost().orElse(0)).sum())
        : OptionalDouble.empty();
  }
}
