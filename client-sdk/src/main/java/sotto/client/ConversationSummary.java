package sotto.client;

import java.util.Optional;

/// A line in the list of conversations.
///
/// @param peer with whom
/// @param unread incoming messages not yet read
/// @param last the newest message
public record ConversationSummary(Contact peer, int unread, Optional<MessageView> last) {
  /// Whether a stranger wrote whom the user has neither accepted nor blocked: a request.
  public boolean request() {
    return !peer.accepted() && !peer.blocked();
  }
}
