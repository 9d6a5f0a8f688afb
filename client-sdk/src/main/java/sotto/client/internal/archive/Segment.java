package sotto.client.internal.archive;

import java.util.List;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.internal.store.ArchivedMessage;

/// What a segment's blob holds.
///
/// @param id what its key is derived for
/// @param owner whose history it is
/// @param peer the account at the conversation's other end
/// @param hint the username that the contact had; may be empty
/// @param messages its messages in the conversation's order, at least one
record Segment(
    Bytes id, AccountId owner, AccountId peer, String hint, List<ArchivedMessage> messages) {
  /// The most messages of one segment.
  static final int MAX_MESSAGES = 1000;

  /// What the messages of a segment may have, in bytes; a single larger one is a segment of its
  /// own.
  static final int MAX_BYTES = 1 << 20;

  Segment {
    messages = List.copyOf(messages);
  }
}
