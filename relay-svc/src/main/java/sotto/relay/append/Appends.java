package sotto.relay.append;

import sotto.mailbox.v1.Append;

/// One stream of appends to a store pod, and no other after it: when it has broken, every append is
/// answered *broken*.
public interface Appends {
  /// Hands one append over; those of one lane leave in the order of the calls.
  ///
  /// @param append without its request number
  /// @param listener told the outcome later, never before this returns
  void append(Append append, AppendListener listener);
}
