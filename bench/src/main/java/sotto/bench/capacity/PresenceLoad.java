package sotto.bench.capacity;

import static sotto.bench.capacity.Input.AWAY;
import static sotto.bench.capacity.Input.COPIES;
import static sotto.bench.capacity.Input.DEVICES;
import static sotto.bench.capacity.Input.OFFLINE;
import static sotto.bench.capacity.Input.PEAK;
import static sotto.bench.capacity.Input.RECONNECTS;
import static sotto.bench.capacity.Input.REMEMBERED;
import static sotto.bench.capacity.Input.USERS;
import static sotto.bench.capacity.Input.WATCHES;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import sotto.mesh.PodList;

/// What the presence pods bear of some accounts that were drawn, each with its devices, how often
/// they connect, who watches it and how often it is looked for.
///
/// @param spreads of entries, watches, changes and look-ups on pods
/// @param loads what all pods have of it, for all users, beside what the model says
record PresenceLoad(List<Spread> spreads, List<Load> loads) {
  /// One thing that pods bear.
  ///
  /// @param what for people
  /// @param drawn all pods together, for all users, at the peak
  /// @param planned the model's
  record Load(String what, double drawn, double planned) {}

  private static final double MANY = 50;

  private enum Borne {
    ENTRIES("entries"),
    WATCHES("watches"),
    CHANGES("changes a second"),
    LOOK_UPS("look-ups a second");

    private final String title;

    Borne(String title) {
      this.title = title;
    }
  }

  /// Draws it.
  ///
  /// @param places the pods of each account, the one that is asked first in front
  static PresenceLoad drawn(
      Plan plan, List<List<String>> places, PodList pods, SplittableRandom random) {
    Given given = plan.given();
    double peak = given.of(PEAK);
    double devices = given.of(DEVICES);
    double watched = given.of(WATCHES) * devices;
    double sends = plan.traffic().sends() / given.of(USERS) * Traffic.DAY;
    double absent = given.of(OFFLINE) + given.of(AWAY);
    Map<Borne, Map<String, Double>> counts = new EnumMap<>(Borne.class);
    for (List<String> own : places) {
      double streams = rounded(random, devices);
      double watchers = drawn(random, watched);
      double connections = drawn(random, streams * given.of(RECONNECTS));
      double others = drawn(random, streams * given.of(RECONNECTS) * given.of(WATCHES));
      double asked = drawn(random, sends);
      double missed = drawn(random, asked * absent);
      for (String pod : own) {
        add(counts, Borne.ENTRIES, pod, streams);
        add(counts, Borne.WATCHES, pod, watchers);
        // It connects, publishes and ends; its watchers are told twice; watches begin and end.
        add(counts, Borne.CHANGES, pod, connections * (3 + 2 * watchers / streams) + 2 * others);
        // Who is not there is looked for at every pod, and never remembered.
        add(counts, Borne.LOOK_UPS, pod, missed);
      }
      add(
          counts,
          Borne.LOOK_UPS,
          own.getFirst(),
          drawn(random, (asked - missed) * (1 - given.of(REMEMBERED))));
    }
    double scale = given.of(USERS) / places.size();
    double second = peak / Traffic.DAY;
    double copies = given.of(COPIES);
    return new PresenceLoad(
        spreads(pods, places, counts, given.of(USERS)),
        List.of(
            load(Borne.ENTRIES, counts, scale, copies * plan.traffic().streams()),
            load(
                Borne.WATCHES,
                counts,
                scale,
                copies * plan.traffic().streams() * given.of(WATCHES)),
            load(Borne.CHANGES, counts, scale * second, peak * Plan.changes(given, plan.traffic())),
            load(
                Borne.LOOK_UPS,
                counts,
                scale * second,
                peak * Plan.lookUps(given, plan.traffic()))));
  }

  private static List<Spread> spreads(
      PodList pods,
      List<List<String>> places,
      Map<Borne, Map<String, Double>> counts,
      double users) {
    List<Spread> spreads = new ArrayList<>();
    double whole = users * places.getFirst().size();
    spreads.add(Spread.ofKeys("accounts on presence pods", pods, Spread.counted(places), whole));
    for (Borne borne : Borne.values()) {
      String what = borne.title + " on presence pods";
      spreads.add(Spread.ofLoad(what, pods, of(counts, borne), places.size(), users));
    }
    return spreads;
  }

  private static Load load(
      Borne borne, Map<Borne, Map<String, Double>> counts, double scale, double planned) {
    double all = of(counts, borne).values().stream().mapToDouble(d -> d).sum();
    return new Load(borne.title, all * scale, planned);
  }

  private static Map<String, Double> of(Map<Borne, Map<String, Double>> counts, Borne borne) {
    return counts.getOrDefault(borne, Map.of());
  }

  private static void add(
      Map<Borne, Map<String, Double>> counts, Borne borne, String pod, double more) {
    counts.computeIfAbsent(borne, _ -> new HashMap<>()).merge(pod, more, Double::sum);
  }

  /// A whole number of this mean, one of the two next to it.
  private static double rounded(SplittableRandom random, double mean) {
    double whole = Math.floor(mean);
    return whole + (random.nextDouble() < mean - whole ? 1 : 0);
  }

  /// So many arrivals when this is their mean, by Poisson's law; of many a normal one, rounded.
  private static double drawn(SplittableRandom random, double mean) {
    if (mean > MANY) {
      return Math.max(0, Math.rint(mean + Math.sqrt(mean) * random.nextGaussian()));
    }
    int arrivals = -1;
    for (double time = 0; time <= mean; time += random.nextExponential()) {
      arrivals++;
    }
    return arrivals;
  }
}
