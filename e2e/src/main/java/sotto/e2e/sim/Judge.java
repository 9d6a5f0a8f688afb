package sotto.e2e.sim;

import java.util.List;

/// Looks at the world after every event.
final class Judge {
  private final World world;
  private long seen;
  private long asked = -1;
  private boolean clean;

  Judge(World world) {
    this.world = world;
  }

  /// What must hold at every moment. What clients see is checked as they see it ([Ledger]); here is
  /// what the database must hold, looked at whenever it has changed.
  void look() {
    world.net().check();
    long commits = world.database().commits();
    if (commits != seen) {
      seen = commits;
      world.database().check(world.ledger(), world.cold());
    }
  }

  /// Whether all that was sent is accepted, and all that was accepted has arrived.
  boolean isQuiet() {
    return world.ledger().unaccepted().isEmpty()
        && world.ledger().outstanding().isEmpty()
        && endedAreClean()
        && behind().isEmpty();
  }

  /// Devices that were told of changes and do not know them.
  private List<String> behind() {
    return world.clients().stream()
        .filter(client -> !client.isGone() && !world.isRemoved(client.self()))
        .filter(client ->
            world.ledger().groups().history().all().stream()
                .anyMatch(group -> client.isBehind(group)))
        .map(SimClient::name)
        .toList();
  }

  /// Asked again only when something was committed since.
  private boolean endedAreClean() {
    long commits = world.database().commits();
    if (asked != commits) {
      asked = commits;
      clean = !world.database().holdsAnyOf(world.ended());
    }
    return clean;
  }

  /// What must hold in the end.
  void last() {
    world.database().checkEnded(world.ended());
    world.cold().checkBlobs(world.database().database());
    var unaccepted = world.ledger().unaccepted();
    if (!unaccepted.isEmpty()) {
      throw new Violation("G6", "long after all was well, these are not accepted: " + unaccepted);
    }
    var outstanding = world.ledger().outstanding();
    if (!behind().isEmpty()) {
      throw new Violation(
          "0021",
          "long after all was well, these know less of a group than they heard: " + behind());
    }
    if (!outstanding.isEmpty()) {
      throw new Violation("G9", "long after all was well, these have not arrived: " + outstanding);
    }
  }
}
