package sotto.relay.route;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import sotto.chain.AccountId;
import sotto.mesh.PodList;

/// The presence pods as this relay knows them.
///
/// @param current the newest list
/// @param previous the one before it; empty if there was none
/// @param changing whether the list has just changed: a relay that does not know it yet, or does
///   not reach the new pods, may not be known to them at all
record PodLists(PodList current, PodList previous, boolean changing) {
  /// On how many pods an account's presence is kept.
  static final int COPIES = 2;

  static final PodLists NONE = new PodLists(PodList.EMPTY, PodList.EMPTY, false);

  /// The lists after a change.
  PodLists then(PodList next) {
    return new PodLists(next, current, !current.names().isEmpty());
  }

  /// The lists when every relay has had time to learn of the change.
  PodLists settled() {
    return new PodLists(current, previous, false);
  }

  /// The pods that an account's presence is kept on.
  static List<String> of(AccountId account, PodList list) {
    return list.ranked(account.low(), COPIES);
  }

  /// Every pod of either list but these.
  List<String> without(Collection<String> asked) {
    var others = new ArrayList<>(current.names());
    previous.names().stream().filter(pod -> !others.contains(pod)).forEach(others::add);
    others.removeAll(asked);
    return others;
  }
}
