package sotto.cli;

import sotto.client.Conversation;
import sotto.client.Sotto;

/// To whom or whose, as it was typed: a username, or `#` and the name or id of a group.
///
/// @param text what was typed
public record Addressee(String text) {
  /// The conversation.
  ///
  /// @throws sotto.client.SottoException UNKNOWN_USER, INVALID_INPUT
  public Conversation conversation(Sotto sotto) {
    return Peers.conversation(sotto, text);
  }

  @Override
  public String toString() {
    return text;
  }
}
