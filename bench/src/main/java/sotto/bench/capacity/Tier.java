package sotto.bench.capacity;

import java.util.Comparator;
import java.util.List;

/// Nodes of one kind: as many as the scarcest of their resources wants.
///
/// @param needs what is needed of each resource
/// @param nodes how many there are
record Tier(Role role, List<Need> needs, long nodes) {
  /// What is needed of one resource.
  ///
  /// @param resource for people
  /// @param unit what it is counted in
  /// @param amount of all nodes together
  /// @param room of one node, as far as it is to be used
  record Need(String resource, String unit, double amount, double room) {
    /// How many nodes that makes, not rounded; endless if a node has no room.
    double nodes() {
      return room > 0 ? amount / room : Double.POSITIVE_INFINITY;
    }
  }

  Tier {
    needs = List.copyOf(needs);
  }

  /// One that spreads its load evenly.
  ///
  /// @throws IllegalArgumentException if a node has no room at all; the message is for people
  static Tier of(Role role, Need... needs) {
    Tier least = new Tier(role, List.of(needs), role.least());
    Need most = least.binding();
    if (!(most.nodes() < Integer.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "no number of %s is enough: one has too little %s"
              .formatted(role.title(), most.resource()));
    }
    return least.with(Math.max(role.least(), (long) Math.ceil(most.nodes())));
  }

  /// The need that says how many there are.
  Need binding() {
    return needs.stream().max(Comparator.comparingDouble(Need::nodes)).orElseThrow();
  }

  /// What binds, for people: of tiers so small that it does not matter, *the least*.
  String bound() {
    return binding().nodes() <= role.least() ? "the least" : binding().resource();
  }

  /// The same with another number of nodes.
  Tier with(long count) {
    return new Tier(role, needs, count);
  }
}
