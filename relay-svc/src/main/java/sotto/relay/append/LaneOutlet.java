package sotto.relay.append;

import sotto.chat.v1.SendResult;

/// What a lane does to the world beside appending. Every method returns at once and none calls the
/// lane back before it has returned.
public interface LaneOutlet {
  /// Where the owner of the lane's account is reached now.
  Binding bind();

  /// Hands an append over; the answer comes back through [Lane#answered] or [Lane#broken] in the
  /// stream's turn.
  ///
  /// @param to what [#bind] answered for this generation of the lane
  /// @param epoch that of the binding, or as it was learned since
  void append(Lane lane, Outgoing outgoing, Appends to, long lane64, int generation, long epoch);

  /// Answers the client.
  void answer(SendResult result);

  /// Calls [Lane#resume] after back-off.
  ///
  /// @param failures how many restarts in a row came to nothing, at least 1
  void resumeLater(Lane lane, int failures);

  /// The relay's monotonic time, milliseconds.
  long now();
}
