package sotto.client.internal.engine;

import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;
import sotto.chain.AccountId;
import sotto.client.internal.store.ContactRow;
import sotto.group.Action;
import sotto.group.GroupChain;
import sotto.group.GroupChange;
import sotto.group.GroupOptions;
import sotto.group.InviteLink;
import sotto.group.Role;

/// Who did what to a group, in words. For the lane only.
final class GroupSentences {
  private static final int NAMED = 8;

  private final Core core;

  GroupSentences(Core core) {
    this.core = core;
  }

  /// What somebody is called here.
  String name(AccountId account) {
    if (core.identity().map(Identity::id).equals(Optional.of(account))) {
      return "you";
    }
    return core.store()
        .contacts()
        .find(account)
        .map(ContactRow::contact)
        .map(contact -> contact.name())
        .orElseGet(account::toString);
  }

  private String names(Collection<AccountId> accounts) {
    String first = accounts.stream().limit(NAMED).map(this::name).collect(Collectors.joining(", "));
    int more = accounts.size() - NAMED;
    return more <= 0 ? first : first + " and " + more + " more";
  }

  /// What a change did.
  ///
  /// @param before the chain that it follows
  String of(GroupChange change, Optional<GroupChain> before) {
    String who = name(change.body().author().account());
    return who + " " + did(change.body().action(), before);
  }

  private String did(Action action, Optional<GroupChain> before) {
    return switch (action) {
      case Action.Found found -> "founded the group with " + count(found.members().size());
      case Action.AddMembers(var accounts, Role role) ->
          "added " + names(accounts) + (role.leads() ? " as " + word(role) : "");
      case Action.RemoveMembers(var accounts) -> "removed " + names(accounts);
      case Action.Leave _ -> "left";
      case Action.SetRole(AccountId account, Role role) ->
          "made " + name(account) + " " + word(role);
      case Action.SetAttributes _ -> "changed what the group is called";
      case Action.SetOptions(GroupOptions options) -> options(options, before);
      case Action.SetLink(InviteLink link) ->
          link.approval()
              ? "made an invite link, with approval of each who comes by it"
              : "made an invite link";
      case Action.DropLink _ -> "took the invite link back";
      case Action.Join _ -> "joined by the invite link";
      case Action.RequestToJoin _ -> "asks to join";
      case Action.Approve(var accounts) -> "let " + names(accounts) + " in";
      case Action.Decline(var accounts) -> "declined " + names(accounts);
      case Action.End _ -> "ended the group";
    };
  }

  private static String count(int members) {
    return members == 1 ? "nobody else" : (members - 1) + " others";
  }

  private static String options(GroupOptions options, Optional<GroupChain> before) {
    boolean other =
        before.map(chain -> chain.options().announcementOnly()).orElse(false)
            != options.announcementOnly();
    if (other) {
      return options.announcementOnly()
          ? "lets only owners and admins write"
          : "lets all members write";
    }
    return options.membersAdd()
        ? "lets all members add others"
        : "lets only owners and admins add others";
  }

  static String word(Role role) {
    return switch (role) {
      case OWNER -> "an owner";
      case ADMIN -> "an admin";
      case MEMBER -> "a member";
    };
  }
}
