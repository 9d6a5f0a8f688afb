package sotto.relay.route;

import java.util.ArrayList;
import java.util.List;
import sotto.chain.AccountId;
import sotto.presence.v1.Change;

/// What this relay keeps at presence pods: a stream's registration or a watch. Which pods have it
/// is touched in the turn of [PresencePods] only.
sealed interface Entry permits Registration, Watching {
  /// Whose presence it is about; decides the pods.
  AccountId account();

  /// Where it is.
  Places places();

  /// What brings it to a pod, in order, at least one change.
  List<Change> arrival();

  /// What takes it away from a pod.
  Change departure();

  /// The pods that are to have an entry, and those of them that have said so.
  final class Places {
    final List<PresenceLink> wanted = new ArrayList<>(2);
    final List<PresenceLink> acknowledged = new ArrayList<>(2);

    void drop(PresenceLink link) {
      wanted.remove(link);
      acknowledged.remove(link);
    }
  }
}
