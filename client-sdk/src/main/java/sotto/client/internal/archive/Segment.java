package sotto.client.internal.archive;

import java.util.List;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.internal.store.ArchivedMessage;
import sotto.client.internal.store.CopiedRow;
import sotto.client.internal.store.OtherEnd;

/// What a segment's blob holds.
///
/// @param id what its key is derived for
/// @param owner whose history it is
/// @param peer the conversation's other end
/// @param messages its messages in the conversation's order, at least one
public record Segment(Bytes id, AccountId owner, OtherEnd peer, List<ArchivedMessage> messages) {
  /// The most messages of one segment.
  public static final int MAX_MESSAGES = 1000;

  /// What the messages of a segment may have, in bytes; a single larger one is a segment of its
  /// own.
  public static final int MAX_BYTES = 1 << 20;

  /// Copies the messages.
  public Segment {
    messages = List.copyOf(messages);
  }

  /// Whether nothing more is expected of its messages, as in the archive.
  boolean settled() {
    return messages.stream()
        .allMatch(m ->
            switch (m.status()) {
              case READ -> true;
              case DELIVERED, FAILED -> !m.incoming();
              case QUEUED, SENT -> false;
            });
  }

  /// As many of the first as fit into a segment, at least one.
  public static List<CopiedRow> fitting(List<CopiedRow> rows) {
    int bytes = 0;
    int count = 0;
    for (CopiedRow row : rows) {
      bytes += SegmentFormat.size(row.message());
      if (count > 0 && bytes > MAX_BYTES) {
        break;
      }
      count++;
    }
    return rows.subList(0, count);
  }
}
