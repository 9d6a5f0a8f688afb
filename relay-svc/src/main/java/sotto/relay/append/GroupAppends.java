package sotto.relay.append;

import sotto.mailbox.v1.GroupAppend;

/// A stream that takes one envelope for many accounts, too.
public interface GroupAppends extends Appends {
  /// Hands one group append over.
  ///
  /// @param append without its request number
  /// @param listener told the outcome later, never before this returns
  void append(GroupAppend append, GroupAppendListener listener);
}
