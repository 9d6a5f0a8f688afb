package sotto.group;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import sotto.chain.AccountId;

/// Who may do what to a group, as the table in [GroupChain]'s comment has it.
///
/// @param group the group
/// @param state what it is before the change
/// @param author whose change it is
/// @param signatures what is made of the proofs in it
record Rules(GroupId group, GroupState state, AccountId author, Signatures signatures) {
  /// Why the action must not be, or empty if it may.
  Optional<GroupRefusal> refusal(Action action) {
    return switch (action) {
      case Action.Found _ -> refuse(GroupRefusal.NOT_A_FOUNDING);
      case Action.Join(JoinProof proof) -> join(proof);
      case Action.RequestToJoin(JoinProof proof) -> request(proof);
      default -> {
        Member member = state.members().get(author);
        yield member == null ? refuse(GroupRefusal.NOT_A_MEMBER) : byMember(action, member.role());
      }
    };
  }

  private Optional<GroupRefusal> byMember(Action action, Role role) {
    return switch (action) {
      case Action.Found _, Action.Join _, Action.RequestToJoin _ ->
          throw new IllegalStateException("takes no member");
      case Action.AddMembers(var accounts, Role given) -> add(accounts, given, role);
      case Action.RemoveMembers(var accounts) -> remove(accounts, role);
      case Action.Leave _ ->
          lastOwner() && state.members().size() > 1
              ? refuse(GroupRefusal.LAST_OWNER)
              : Optional.empty();
      case Action.SetRole(AccountId account, Role given) -> setRole(account, given, role);
      case Action.SetAttributes(SealedAttributes next) ->
          set(role, next.equals(state.attributes()));
      case Action.SetOptions(GroupOptions next) -> set(role, next.equals(state.options()));
      case Action.SetLink(InviteLink next) -> set(role, state.link().equals(Optional.of(next)));
      case Action.DropLink _ -> set(role, state.link().isEmpty());
      case Action.Approve(var accounts) -> answer(accounts, role).or(() -> crowd(accounts.size()));
      case Action.Decline(var accounts) -> answer(accounts, role);
      case Action.End _ -> role == Role.OWNER ? Optional.empty() : notAllowed();
    };
  }

  private Optional<GroupRefusal> add(Collection<AccountId> accounts, Role given, Role role) {
    boolean mayAdd = role.leads() || state.options().membersAdd();
    boolean mayGive = role == Role.OWNER || given == Role.MEMBER;
    if (!mayAdd || !mayGive) {
      return notAllowed();
    }
    if (!Collections.disjoint(state.members().keySet(), accounts)) {
      return refuse(GroupRefusal.ALREADY_MEMBER);
    }
    if (!role.leads() && !Collections.disjoint(state.barred(), accounts)) {
      return refuse(GroupRefusal.BARRED);
    }
    return crowd(accounts.size());
  }

  private Optional<GroupRefusal> remove(Collection<AccountId> accounts, Role role) {
    if (accounts.contains(author)) {
      return refuse(GroupRefusal.REMOVES_SELF);
    }
    for (AccountId account : accounts) {
      Member member = state.members().get(account);
      if (member == null) {
        return refuse(GroupRefusal.UNKNOWN_MEMBER);
      }
      // Below a member is nobody.
      if (role != Role.OWNER && !role.above(member.role())) {
        return notAllowed();
      }
    }
    return Optional.empty();
  }

  private Optional<GroupRefusal> setRole(AccountId account, Role given, Role role) {
    boolean stepsDown = account.equals(author) && role.above(given);
    if (role != Role.OWNER && !stepsDown) {
      return notAllowed();
    }
    Member member = state.members().get(account);
    if (member == null) {
      return refuse(GroupRefusal.UNKNOWN_MEMBER);
    }
    if (member.role() == given) {
      return refuse(GroupRefusal.NO_CHANGE);
    }
    return stepsDown && lastOwner() ? refuse(GroupRefusal.LAST_OWNER) : Optional.empty();
  }

  private static Optional<GroupRefusal> set(Role role, boolean same) {
    if (!role.leads()) {
      return notAllowed();
    }
    return same ? refuse(GroupRefusal.NO_CHANGE) : Optional.empty();
  }

  private Optional<GroupRefusal> answer(Collection<AccountId> accounts, Role role) {
    if (!role.leads()) {
      return notAllowed();
    }
    return state.requests().keySet().containsAll(accounts)
        ? Optional.empty()
        : refuse(GroupRefusal.UNKNOWN_REQUEST);
  }

  private Optional<GroupRefusal> join(JoinProof proof) {
    return byLink(proof, false).or(() -> crowd(1));
  }

  private Optional<GroupRefusal> request(JoinProof proof) {
    Optional<GroupRefusal> refusal = byLink(proof, true);
    if (refusal.isPresent()) {
      return refusal;
    }
    if (state.requests().containsKey(author)) {
      return refuse(GroupRefusal.ALREADY_ASKED);
    }
    return state.requests().size() < GroupChain.MAX_REQUESTS
        ? Optional.empty()
        : refuse(GroupRefusal.TOO_MANY_REQUESTS);
  }

  private Optional<GroupRefusal> byLink(JoinProof proof, boolean asks) {
    if (state.members().containsKey(author)) {
      return refuse(GroupRefusal.ALREADY_MEMBER);
    }
    if (state.link().isEmpty()) {
      return refuse(GroupRefusal.NO_LINK);
    }
    InviteLink link = state.link().get();
    if (link.approval() != asks) {
      return refuse(asks ? GroupRefusal.APPROVAL_NOT_NEEDED : GroupRefusal.APPROVAL_NEEDED);
    }
    if (!signatures.hold(proof, link.key(), group, author)) {
      return refuse(GroupRefusal.BAD_PROOF);
    }
    return state.barred().contains(author) ? refuse(GroupRefusal.BARRED) : Optional.empty();
  }

  private Optional<GroupRefusal> crowd(int more) {
    return state.members().size() + more <= GroupChain.MAX_MEMBERS
        ? Optional.empty()
        : refuse(GroupRefusal.TOO_MANY_MEMBERS);
  }

  /// Whether the author is an owner and no other is there.
  private boolean lastOwner() {
    return state.members().values().stream()
        .filter(member -> member.role() == Role.OWNER)
        .limit(2)
        .map(Member::account)
        .toList()
        .equals(List.of(author));
  }

  private static Optional<GroupRefusal> notAllowed() {
    return refuse(GroupRefusal.NOT_ALLOWED);
  }

  private static Optional<GroupRefusal> refuse(GroupRefusal reason) {
    return Optional.of(reason);
  }
}
