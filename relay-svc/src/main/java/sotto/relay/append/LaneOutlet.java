package sotto.relay.append;

import sotto.chat.v1.SendResult;

/// What a lane does to the world beside appending. Every method returns at once and none calls the
/// lane back before it has returned.
public interface LaneOutlet {
  /// Hands an append over; the answer comes back through [Lane#answered] or [Lane#broken] in the
  /// stream's turn.
  void append(Lane lane, Outgoing outgoing, long lane64, int generation, long epoch);

  /// The epoch of the lane's bucket as last heard, 0 when it is not known.
  long knownEpoch();

  /// Answers the client.
  void answer(SendResult result);

  /// Calls [Lane#resume] after back-off.
  ///
  /// @param failures how many restarts in a row came to nothing, at least 1
  void resumeLater(Lane lane, int failures);

  /// The relay's monotonic time, milliseconds.
  long now();
}
