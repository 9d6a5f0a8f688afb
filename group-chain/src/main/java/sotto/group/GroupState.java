package sotto.group;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import sotto.chain.AccountId;

/// What a chain's changes come to. Never changed once made; what a change leaves alone is shared
/// with the state before.
///
/// @param members who is in the group; once it has ended, who was there last
/// @param options how it is used
/// @param attributes what it is called
/// @param link the invite link
/// @param requests who asks to join
/// @param barred who may not come back by link, the longest barred first; at most
///   [GroupChain#MAX_BARRED]
/// @param ended whether it is over
record GroupState(
    SortedMap<AccountId, Member> members,
    GroupOptions options,
    SealedAttributes attributes,
    Optional<InviteLink> link,
    SortedMap<AccountId, JoinRequest> requests,
    Set<AccountId> barred,
    boolean ended) {
  static GroupState founded(Action.Found found) {
    SortedMap<AccountId, Member> members = new TreeMap<>();
    found.members().forEach((account, role) -> members.put(account, new Member(account, role, 0)));
    return new GroupState(
        members,
        found.options(),
        found.attributes(),
        Optional.empty(),
        new TreeMap<>(),
        Set.of(),
        false);
  }

  /// What a change that the rules allow makes of it.
  GroupState after(Action action, AccountId author, long revision) {
    return switch (action) {
      case Action.Found _ -> throw new IllegalStateException("founded twice");
      case Action.AddMembers(var accounts, Role role) -> adding(accounts, role, revision);
      case Action.RemoveMembers(var accounts) -> without(accounts).barring(accounts);
      case Action.Leave _ -> members.size() == 1 ? over() : without(Set.of(author));
      case Action.SetRole(AccountId account, Role role) -> withRole(account, role);
      case Action.SetAttributes(SealedAttributes next) ->
          new GroupState(members, options, next, link, requests, barred, ended);
      case Action.SetOptions(GroupOptions next) ->
          new GroupState(members, next, attributes, link, requests, barred, ended);
      case Action.SetLink(InviteLink next) -> withLink(Optional.of(next));
      case Action.DropLink _ -> withLink(Optional.empty());
      case Action.Join _ -> adding(Set.of(author), Role.MEMBER, revision);
      case Action.RequestToJoin _ -> {
        SortedMap<AccountId, JoinRequest> next = new TreeMap<>(requests);
        next.put(author, new JoinRequest(author, revision));
        yield withRequests(next);
      }
      case Action.Approve(var accounts) -> adding(accounts, Role.MEMBER, revision);
      case Action.Decline(var accounts) -> withoutRequests(accounts).barring(accounts);
      case Action.End _ -> over();
    };
  }

  /// Who is in is neither asking nor barred.
  private GroupState adding(Collection<AccountId> accounts, Role role, long revision) {
    SortedMap<AccountId, Member> next = new TreeMap<>(members);
    accounts.forEach(account -> next.put(account, new Member(account, role, revision)));
    return withMembers(next).withoutRequests(accounts).admitting(accounts);
  }

  private GroupState without(Collection<AccountId> accounts) {
    SortedMap<AccountId, Member> next = new TreeMap<>(members);
    next.keySet().removeAll(accounts);
    return withMembers(next);
  }

  private GroupState withRole(AccountId account, Role role) {
    SortedMap<AccountId, Member> next = new TreeMap<>(members);
    next.computeIfPresent(account, (a, member) -> new Member(a, role, member.since()));
    return withMembers(next);
  }

  private GroupState withoutRequests(Collection<AccountId> accounts) {
    if (Collections.disjoint(requests.keySet(), accounts)) {
      return this;
    }
    SortedMap<AccountId, JoinRequest> next = new TreeMap<>(requests);
    next.keySet().removeAll(accounts);
    return withRequests(next);
  }

  private GroupState barring(Collection<AccountId> accounts) {
    Set<AccountId> next = new LinkedHashSet<>(barred);
    next.addAll(accounts);
    var oldest = next.iterator();
    for (int over = next.size() - GroupChain.MAX_BARRED; over > 0; over--) {
      oldest.next();
      oldest.remove();
    }
    return withBarred(next);
  }

  private GroupState admitting(Collection<AccountId> accounts) {
    if (Collections.disjoint(barred, accounts)) {
      return this;
    }
    Set<AccountId> next = new LinkedHashSet<>(barred);
    next.removeAll(accounts);
    return withBarred(next);
  }

  private GroupState withMembers(SortedMap<AccountId, Member> next) {
    return new GroupState(next, options, attributes, link, requests, barred, ended);
  }

  private GroupState withLink(Optional<InviteLink> next) {
    return new GroupState(members, options, attributes, next, new TreeMap<>(), barred, ended);
  }

  private GroupState withRequests(SortedMap<AccountId, JoinRequest> next) {
    return new GroupState(members, options, attributes, link, next, barred, ended);
  }

  private GroupState withBarred(Set<AccountId> next) {
    return new GroupState(members, options, attributes, link, requests, next, ended);
  }

  /// The members stay, so that they can be told.
  private GroupState over() {
    return new GroupState(
        members, options, attributes, Optional.empty(), new TreeMap<>(), Set.of(), true);
  }
}
