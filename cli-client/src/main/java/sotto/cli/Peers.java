package sotto.cli;

import java.util.Optional;
import sotto.chain.AccountId;
import sotto.client.Contact;
import sotto.client.Conversation;
import sotto.client.ConversationSummary;
import sotto.client.Sotto;
import sotto.client.Username;

/// The contact that an argument names: by username, or by the account id that stands in the list of
/// conversations for one whose name is not known.
final class Peers {
  private Peers() {}

  static Conversation conversation(Sotto sotto, String user) {
    Optional<AccountId> nameless =
        sotto.conversations().stream()
            .map(ConversationSummary::peer)
            .filter(peer -> peer.username().isEmpty() && peer.name().equals(user))
            .findFirst()
            .flatMap(Contact::account);
    return nameless
        .map(sotto::conversationWith)
        .orElseGet(() -> sotto.conversationWith(Username.of(user)));
  }
}
