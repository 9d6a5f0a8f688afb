package sotto.relay.append;

import sotto.mailbox.v1.AppendResult;

/// Who is told what became of one append: exactly one call, on any thread, not to be blocked.
public interface AppendListener {
  /// The store has answered.
  void answered(AppendResult result);

  /// The stream to the store has ended before an answer, or before the append left: whether it was
  /// stored is not known.
  void broken();
}
