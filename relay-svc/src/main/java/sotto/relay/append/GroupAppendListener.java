package sotto.relay.append;

import sotto.mailbox.v1.GroupAppendResult;

/// Who is told what became of one group append: exactly one call, on any thread, not to be blocked.
public interface GroupAppendListener {
  /// The store has answered for every recipient.
  void answered(GroupAppendResult result);

  /// The stream to the store has ended before an answer, or before the append left: for whom it was
  /// stored is not known.
  void broken();
}
