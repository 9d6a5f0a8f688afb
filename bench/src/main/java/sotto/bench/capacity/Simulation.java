package sotto.bench.capacity;

import static sotto.bench.capacity.Input.COMMIT_TIME;
import static sotto.bench.capacity.Input.COPIES;
import static sotto.bench.capacity.Input.PEAK;
import static sotto.bench.capacity.Input.WRITERS;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import sotto.chain.AccountId;
import sotto.mesh.PodList;

/// Who is responsible for what in an installation of a plan's size, by the hash that the mesh uses
/// ([PodList]) over ids as accounts have them: all buckets, and a sample of the accounts. One
/// thread; the same seed gives the same figures.
///
/// @param seed of everything that was drawn
/// @param sample accounts that were drawn
/// @param spreads how evenly things lie
/// @param moves what moves when a node comes or goes
/// @param fan from relay to relay
/// @param presence what a presence pod bears
/// @param rowsOfCommit rows that have gathered at a writer when its last commit is through
record Simulation(
    long seed,
    int sample,
    List<Spread> spreads,
    List<Move> moves,
    Fan fan,
    PresenceLoad presence,
    double rowsOfCommit) {
  /// What one node more, or less, moves.
  ///
  /// @param what happens, for people
  /// @param moved the part that has another place afterwards
  /// @param least the part that must, for all to have the same again
  record Move(String what, double moved, double least) {}

  /// Draws it.
  ///
  /// @param sample how many accounts, 1,000 or more
  /// @param progress told what is going on
  static Simulation of(Plan plan, long seed, int sample, Consumer<String> progress) {
    SplittableRandom random = new SplittableRandom(seed);
    PodList stores = Owners.pods("store", plan.stores().nodes());
    PodList pods = Owners.pods("presence", plan.presence().nodes());
    List<Spread> spreads = new ArrayList<>();
    List<Move> moves = new ArrayList<>();

    progress.accept("buckets on %,d stores".formatted(stores.names().size()));
    List<List<String>> owners = owners(stores);
    spreads.add(
        Spread.ofKeys("buckets on stores", stores, Spread.counted(owners), AccountId.BUCKETS));
    moves.add(moved("a store joins: buckets", owners, owners(more("store", stores)), stores, 1));
    moves.add(moved("a store leaves: buckets", owners, owners(less(stores)), stores, 0));

    long[] accounts = random.longs(sample).toArray();
    int copies = (int) plan.given().of(COPIES);
    String said = "accounts on %,d presence pods".formatted(pods.names().size());
    List<List<String>> places = places(accounts, pods, copies, said, progress);
    PresenceLoad load = PresenceLoad.drawn(plan, places, pods, random);
    spreads.addAll(load.spreads());
    List<List<String>> some = places.subList(0, sample / 4);
    long[] few = Arrays.copyOf(accounts, sample / 4);
    PodList joined = more("presence", pods);
    moves.add(
        moved(
            "a presence pod joins: entries",
            some,
            places(few, joined, copies, "one presence pod more", progress),
            pods,
            1));
    moves.add(
        moved(
            "a presence pod leaves: entries",
            some,
            places(few, less(pods), copies, "one presence pod less", progress),
            pods,
            0));

    progress.accept("forwards among %,d relays".formatted(plan.relays().nodes()));
    double forwards = plan.given().of(PEAK) * plan.traffic().forwards() / plan.relays().nodes();
    Fan fan = Fan.drawn(random, plan.relays().nodes(), forwards);
    return new Simulation(seed, sample, spreads, moves, fan, load, rowsOfCommit(plan));
  }

  /// What is there when a writer's last commit is through, one row at least. A writer commits to
  /// one shard after the other, and a bucket has one writer.
  private static double rowsOfCommit(Plan plan) {
    double writers = Math.min(AccountId.BUCKETS, plan.stores().nodes() * plan.given().of(WRITERS));
    double rows = plan.given().of(PEAK) * plan.traffic().envelopes();
    double gathered = rows / writers * plan.given().of(COMMIT_TIME);
    return gathered / -Math.expm1(-gathered);
  }

  private static List<List<String>> owners(PodList stores) {
    return IntStream.range(0, AccountId.BUCKETS)
        .mapToObj(bucket -> stores.ranked(bucket, 1))
        .toList();
  }

  private static List<List<String>> places(
      long[] accounts, PodList pods, int copies, String what, Consumer<String> progress) {
    List<List<String>> places = new ArrayList<>(accounts.length);
    for (int i = 0; i < accounts.length; i++) {
      if (i % Math.max(1, accounts.length / 4) == 0) {
        progress.accept("%s: %d %%".formatted(what, Math.round(100.0 * i / accounts.length)));
      }
      places.add(List.copyOf(pods.ranked(accounts[i], copies)));
    }
    return places;
  }

  private static PodList more(String service, PodList pods) {
    return Owners.pods(service, pods.names().size() + 1);
  }

  private static PodList less(PodList pods) {
    return new PodList(pods.names().subList(1, pods.names().size()));
  }

  private static Move moved(
      String what, List<List<String>> before, List<List<String>> after, PodList pods, int joined) {
    return new Move(
        what, Spread.moved(before, after), 1.0 / Math.max(1, pods.names().size() + joined));
  }
}
