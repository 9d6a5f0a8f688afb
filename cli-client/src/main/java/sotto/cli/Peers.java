package sotto.cli;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import sotto.chain.AccountId;
import sotto.client.Contact;
import sotto.client.Conversation;
import sotto.client.ConversationSummary;
import sotto.client.Group;
import sotto.client.GroupInfo;
import sotto.client.GroupMember;
import sotto.client.Sotto;
import sotto.client.SottoException;
import sotto.client.Username;

/// The contact that an argument names: by username, or by the account id that stands in the list of
/// conversations for one whose name is not known; or `#` and the name or id of a group.
final class Peers {
  private Peers() {}

  static Conversation conversation(Sotto sotto, String user) {
    if (user.startsWith("#")) {
      return group(sotto, user).conversation();
    }
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

  /// A group by its name, in whatever case, or its id; with or without `#`.
  ///
  /// @throws SottoException INVALID_INPUT if there is none, or several have the name
  static Group group(Sotto sotto, String typed) {
    String name = typed.startsWith("#") ? typed.substring(1) : typed;
    List<GroupInfo> named =
        sotto.groups().stream()
            .filter(
                group -> group.id().toString().equals(name) || group.title().equalsIgnoreCase(name))
            .toList();
    if (named.isEmpty()) {
      throw SottoException.invalid("group", "There is no group '" + name + "' here.");
    }
    if (named.size() > 1) {
      throw SottoException.invalid(
          "group",
          "Several groups have that name; take the id: "
              + named.stream().map(g -> "#" + g.id()).collect(Collectors.joining(", ")));
    }
    return sotto.group(named.getFirst().id()).orElseThrow();
  }

  /// The account of a user: a member of a group by the name or account id that stands in its list,
  /// or else anybody by username.
  static AccountId account(Sotto sotto, GroupInfo group, String user) {
    return Stream.concat(
            group.members().stream().map(GroupMember::contact), group.requests().stream())
        .filter(contact -> contact.name().equals(user))
        .findFirst()
        .flatMap(Contact::account)
        .or(() -> conversation(sotto, user).peer().account())
        .orElseThrow(() ->
            SottoException.invalid("user", "The account of '" + user + "' is not known yet."));
  }
}
