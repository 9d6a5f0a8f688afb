package sotto.bench.capacity;

import static sotto.bench.capacity.Input.COPIES;
import static sotto.bench.capacity.Input.PEAK;
import static sotto.bench.capacity.Input.USERS;
import static sotto.bench.capacity.Input.WATCHES;
import static sotto.bench.capacity.Input.WRITERS;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import sotto.chain.AccountId;

/// Settings and bounds of the code that an installation of this size meets, and what nobody has
/// tried.
final class Limits {
  // Defaults in docs/configuration.md.
  private static final double MAX_STREAMS = 200_000;
  private static final double MAX_RELAYS = 4_096;
  private static final double MAX_WATCHES = 1e6;
  private static final double HELLOS_A_SECOND = 500;
  private static final double MOST_WRITERS = 64;
  // Constants of sotto.store.Wired and sotto.relay.route.Locations.
  private static final double CACHED_ACCOUNTS = 50_000;
  private static final double LOCATIONS = 100_000;
  private static final double LOCATION_SECONDS = 30;
  // docs/performance.md.
  private static final double MOST_STREAMS_MEASURED = 10_000;

  private Limits() {}

  /// Sentences for people; those that it does not meet are left out.
  static List<String> of(Plan plan) {
    List<String> met = new ArrayList<>();
    double streams = plan.streamsEach();
    double watches =
        streams * plan.given().of(WATCHES) * plan.given().of(COPIES) / plan.presence().nodes();
    double accounts = plan.given().of(USERS) / plan.stores().nodes();
    double sends =
        plan.given().of(PEAK) * plan.traffic().sends() / plan.relays().nodes() * LOCATION_SECONDS;
    if (streams > MAX_STREAMS) {
      met.add(
          String.format(
              Locale.ROOT,
              "A relay holds %,.0f streams: raise `relay.max-streams` and `edge.max-connections` (%,.0f).",
              streams,
              MAX_STREAMS));
    }
    if (streams > MOST_STREAMS_MEASURED) {
      met.add(
          String.format(
              Locale.ROOT,
              "More than %,.0f streams on one relay were never measured.",
              MOST_STREAMS_MEASURED));
    }
    if (streams / HELLOS_A_SECOND > 60) {
      met.add(
          String.format(
              Locale.ROOT,
              "When all relays have started anew, their streams come back in %,.0f minutes by"
                  + " `relay.hellos` (%,.0f a second).",
              streams / HELLOS_A_SECOND / 60,
              HELLOS_A_SECOND));
    }
    if (plan.relays().nodes() > MAX_RELAYS) {
      met.add(
          String.format(
              Locale.ROOT,
              "There are more relays than `presence.max-relays` (%,.0f).",
              MAX_RELAYS));
    }
    if (watches > MAX_WATCHES) {
      met.add(
          String.format(
              Locale.ROOT,
              "A relay has %,.0f watches at a presence pod: raise `presence.max-watches-per-relay`"
                  + " (%,.0f).",
              watches,
              MAX_WATCHES));
    }
    if (accounts > CACHED_ACCOUNTS) {
      met.add(
          String.format(
              Locale.ROOT,
              "%,.0f connected accounts belong to a store, whose cache has room for %,.0f: appends read"
                  + " the account first, which was never measured.",
              accounts,
              CACHED_ACCOUNTS));
    }
    if (sends > LOCATIONS) {
      met.add(
          String.format(
              Locale.ROOT,
              "A relay has %,.0f sends in the 30 s for which it remembers where devices are, and"
                  + " remembers %,.0f: `--remembered` cannot be much.",
              sends,
              LOCATIONS));
    }
    double useful = plan.stores().binding().nodes();
    if (plan.stores().nodes() > 1.25 * useful && useful > plan.stores().role().least()) {
      met.add(
          String.format(
              Locale.ROOT,
              "%,d stores do the work of %,.0f: a store owns whole buckets of %,d in all, and the fullest"
                  + " has %.1f times the mean. Fewer and larger ones are better (`--store-cores`).",
              plan.stores().nodes(),
              Math.ceil(useful),
              AccountId.BUCKETS,
              Owners.fullest(plan.stores().nodes()) * plan.stores().nodes()));
    }
    if (plan.shards().nodes() > plan.given().of(WRITERS)) {
      met.add(
          String.format(
              Locale.ROOT,
              "There are more shards than `store.writers` (%,.0f, at most %,.0f): a writer that has"
                  + " several stands still for all when one of them fails over.",
              plan.given().of(WRITERS),
              MOST_WRITERS));
    }
    if (plan.shards().nodes() > AccountId.BUCKETS / 2.0) {
      met.add(
          String.format(
              Locale.ROOT,
              "There are only %,.0f buckets: neither stores nor shards can be split further than that.",
              (double) AccountId.BUCKETS));
    }
    return met;
  }
}
