package sotto.relay.pods;

import java.util.HashMap;
import java.util.Map;

/// What is known of one bucket: who owns it, who said so, and which pods have just said that they
/// do not take it.
///
/// @param owner the pod; empty = not known
/// @param namedBy the pod that named it and reaches it; empty = it answered as the owner itself
/// @param without pods that answered *moved to nobody*, and when, by the wheel
record Place(String owner, String namedBy, Map<String, Long> without) {
  static final Place UNKNOWN = new Place("", "", Map.of());

  Place {
    without = Map.copyOf(without);
  }

  Place ownedBy(String pod, String saidBy) {
    var rest = new HashMap<>(without);
    rest.remove(pod);
    return new Place(pod, saidBy, rest);
  }

  Place notOwnedBy(String pod, long nowMillis) {
    var rest = new HashMap<>(without);
    rest.put(pod, nowMillis);
    return new Place(owner.equals(pod) ? "" : owner, owner.equals(pod) ? "" : namedBy, rest);
  }
}
