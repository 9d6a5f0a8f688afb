package sotto.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.group.testing.TestGroup;

/// Who may do what.
class RulesTest {
  private final TestAccount owner = TestAccount.found(1);
  private final TestAccount owner2 = TestAccount.found(2);
  private final TestAccount admin = TestAccount.found(3);
  private final TestAccount admin2 = TestAccount.found(4);
  private final TestAccount member = TestAccount.found(5);
  private final TestAccount member2 = TestAccount.found(6);
  private final TestAccount stranger = TestAccount.found(7);
  private final TestAccount stranger2 = TestAccount.found(8);
  private final TestGroup group =
      TestGroup.found(
          1,
          owner,
          Map.of(
              owner2, Role.OWNER,
              admin, Role.ADMIN,
              admin2, Role.ADMIN,
              member, Role.MEMBER,
              member2, Role.MEMBER));

  RulesTest() {
    group.knows(stranger);
    group.knows(stranger2);
  }

  private static Optional<GroupRefusal> outcome(TestGroup of, TestAccount by, Action action) {
    return switch (of.chain().append(of.sign(by, action), of)) {
      case GroupChain.Extended _ -> Optional.empty();
      case GroupChain.Refused(GroupRefusal reason) -> Optional.of(reason);
      case GroupChain.AlreadyThere there -> throw new AssertionError(there);
    };
  }

  private void allowed(Action action, TestAccount... authors) {
    for (TestAccount by : authors) {
      assertThat(outcome(group, by, action)).as("%s by %s", action, name(by)).isEmpty();
    }
  }

  private void refused(GroupRefusal reason, Action action, TestAccount... authors) {
    for (TestAccount by : authors) {
      assertThat(outcome(group, by, action)).as("%s by %s", action, name(by)).contains(reason);
    }
  }

  private String name(TestAccount by) {
    return group.chain().member(by.id()).map(m -> m.role().toString()).orElse("stranger");
  }

  private Role role(TestAccount of) {
    return group.chain().member(of.id()).orElseThrow().role();
  }

  private static Action add(Role role, TestAccount... accounts) {
    return new Action.AddMembers(ids(accounts), role);
  }

  private static Action remove(TestAccount... accounts) {
    return new Action.RemoveMembers(ids(accounts));
  }

  private static List<AccountId> ids(TestAccount... accounts) {
    return List.of(accounts).stream().map(TestAccount::id).toList();
  }

  @Test
  void adding_isForOwnersAndAdmins_andForMembersWhereOptionsSaySo() {
    Action add = add(Role.MEMBER, stranger);
    allowed(add, owner, admin);
    refused(GroupRefusal.NOT_ALLOWED, add, member);
    refused(GroupRefusal.NOT_A_MEMBER, add, stranger, stranger2);
    group.append(owner, new Action.SetOptions(new GroupOptions(false, true)));
    allowed(add, owner, admin, member);
    refused(GroupRefusal.NOT_A_MEMBER, add, stranger, stranger2);
  }

  @Test
  void rolesAboveMember_areGivenByOwnersOnly() {
    group.append(owner, new Action.SetOptions(new GroupOptions(false, true)));
    allowed(add(Role.ADMIN, stranger), owner);
    allowed(add(Role.OWNER, stranger), owner);
    refused(GroupRefusal.NOT_ALLOWED, add(Role.ADMIN, stranger), admin, member);
    refused(GroupRefusal.NOT_ALLOWED, add(Role.OWNER, stranger), admin, member);
    for (Role role : Role.values()) {
      if (role != Role.MEMBER) {
        allowed(new Action.SetRole(member2.id(), role), owner);
      }
      if (role != Role.ADMIN) {
        allowed(new Action.SetRole(admin2.id(), role), owner);
      }
      refused(GroupRefusal.NOT_ALLOWED, new Action.SetRole(member2.id(), role), admin, member);
      refused(GroupRefusal.NOT_ALLOWED, new Action.SetRole(admin2.id(), role), admin, member);
      refused(GroupRefusal.NOT_ALLOWED, new Action.SetRole(owner2.id(), role), admin, member);
      refused(GroupRefusal.NOT_A_MEMBER, new Action.SetRole(member2.id(), role), stranger);
    }
  }

  @Test
  void nobodyRaisesHimself() {
    refused(GroupRefusal.NOT_ALLOWED, new Action.SetRole(admin.id(), Role.OWNER), admin);
    refused(GroupRefusal.NOT_ALLOWED, new Action.SetRole(member.id(), Role.OWNER), member);
    refused(GroupRefusal.NOT_ALLOWED, new Action.SetRole(member.id(), Role.ADMIN), member);
    refused(GroupRefusal.NOT_A_MEMBER, new Action.SetRole(stranger.id(), Role.OWNER), stranger);
    refused(GroupRefusal.NOT_A_MEMBER, add(Role.OWNER, stranger), stranger);
  }

  @Test
  void steppingDown_isEverybodysOwn() {
    group.append(admin, new Action.SetRole(admin.id(), Role.MEMBER));
    group.append(owner2, new Action.SetRole(owner2.id(), Role.ADMIN));
    assertThat(role(admin)).isEqualTo(Role.MEMBER);
    assertThat(role(owner2)).isEqualTo(Role.ADMIN);
    refused(GroupRefusal.NOT_ALLOWED, remove(member), admin);
  }

  @Test
  void newRole_keepsSinceWhenOneIsThere() {
    group.append(admin, add(Role.MEMBER, stranger));
    group.append(owner, new Action.SetRole(stranger.id(), Role.ADMIN));
    assertThat(group.chain().member(stranger.id()))
        .contains(new Member(stranger.id(), Role.ADMIN, 1));
  }

  @Test
  void whoIsThere_isNotAddedTwice() {
    refused(GroupRefusal.ALREADY_MEMBER, add(Role.MEMBER, member2), owner, admin);
    refused(GroupRefusal.ALREADY_MEMBER, add(Role.OWNER, member2), owner);
    refused(GroupRefusal.ALREADY_MEMBER, add(Role.MEMBER, stranger, member2), owner, admin);
    refused(GroupRefusal.ALREADY_MEMBER, add(Role.MEMBER, owner), owner);
  }

  @Test
  void removing_isOfThoseBelow_andOwnersMayRemoveOwners() {
    allowed(remove(member2), owner, admin);
    allowed(remove(admin2), owner);
    allowed(remove(owner2), owner);
    allowed(remove(owner2, admin2, member2), owner);
    refused(GroupRefusal.NOT_ALLOWED, remove(admin2), admin);
    refused(GroupRefusal.NOT_ALLOWED, remove(owner2), admin);
    refused(GroupRefusal.NOT_ALLOWED, remove(member2, owner2), admin);
    refused(GroupRefusal.NOT_ALLOWED, remove(member2), member);
    refused(GroupRefusal.NOT_ALLOWED, remove(owner), member);
    refused(GroupRefusal.NOT_A_MEMBER, remove(member2), stranger);
  }

  @Test
  void removingSelfOrWhoIsNotThere_isRefused() {
    refused(GroupRefusal.REMOVES_SELF, remove(owner), owner);
    refused(GroupRefusal.REMOVES_SELF, remove(owner, member), owner);
    refused(GroupRefusal.REMOVES_SELF, remove(admin), admin);
    refused(GroupRefusal.UNKNOWN_MEMBER, remove(stranger), owner, admin);
    refused(GroupRefusal.UNKNOWN_MEMBER, remove(member, stranger), owner, admin);
    refused(GroupRefusal.UNKNOWN_MEMBER, new Action.SetRole(stranger.id(), Role.MEMBER), owner);
  }

  @Test
  void whoWasRemovedOrLeft_doesNothingMore() {
    group.append(owner, remove(admin));
    group.append(member, new Action.Leave());
    refused(GroupRefusal.NOT_A_MEMBER, remove(member2), admin);
    refused(GroupRefusal.NOT_A_MEMBER, new Action.Leave(), admin, member, stranger);
    assertThat(group.chain().member(admin.id())).isEmpty();
    assertThat(group.chain().maySend(admin.id())).isFalse();
  }

  @Test
  void lastOwner_neitherLeavesNorStepsDownWhileOthersAreThere() {
    allowed(new Action.Leave(), owner, owner2, admin, member);
    group.append(owner2, new Action.Leave());
    refused(GroupRefusal.LAST_OWNER, new Action.Leave(), owner);
    refused(GroupRefusal.LAST_OWNER, new Action.SetRole(owner.id(), Role.ADMIN), owner);
    refused(GroupRefusal.LAST_OWNER, new Action.SetRole(owner.id(), Role.MEMBER), owner);
    group.append(owner, new Action.SetRole(member.id(), Role.OWNER));
    allowed(new Action.Leave(), owner);
    allowed(new Action.SetRole(owner.id(), Role.MEMBER), owner);
  }

  @Test
  void lastMembersLeave_endsTheGroup() {
    TestGroup alone = TestGroup.found(2, owner, Map.of(member, Role.MEMBER));
    alone.append(member, new Action.Leave());
    assertThat(alone.chain().ended()).isFalse();
    assertThat(outcome(alone, owner, new Action.SetRole(owner.id(), Role.MEMBER)))
        .contains(GroupRefusal.LAST_OWNER);
    alone.append(owner, new Action.Leave());
    assertThat(alone.chain().ended()).isTrue();
    assertThat(alone.chain().members()).containsOnlyKeys(owner.id());
    assertThat(outcome(alone, owner, new Action.End())).contains(GroupRefusal.ENDED);
  }

  @Test
  void attributesOptionsAndLink_areForOwnersAndAdmins() {
    for (Action set :
        List.of(
            new Action.SetAttributes(group.attributes()),
            new Action.SetOptions(new GroupOptions(true, false)),
            new Action.SetLink(group.link(true)))) {
      allowed(set, owner, admin);
      refused(GroupRefusal.NOT_ALLOWED, set, member);
      refused(GroupRefusal.NOT_A_MEMBER, set, stranger);
    }
    group.newLink(false);
    allowed(new Action.DropLink(), owner, admin);
    refused(GroupRefusal.NOT_ALLOWED, new Action.DropLink(), member);
    refused(GroupRefusal.NOT_A_MEMBER, new Action.DropLink(), stranger);
  }

  @Test
  void whatChangesNothing_isRefused() {
    refused(GroupRefusal.NO_CHANGE, new Action.DropLink(), owner);
    group.newLink(false);
    refused(GroupRefusal.NO_CHANGE, new Action.SetLink(group.link(false)), owner, admin);
    allowed(new Action.SetLink(group.link(true)), owner, admin);
    refused(GroupRefusal.NO_CHANGE, new Action.SetOptions(GroupOptions.DEFAULT), owner, admin);
    refused(GroupRefusal.NO_CHANGE, new Action.SetAttributes(group.chain().attributes()), owner);
    refused(GroupRefusal.NO_CHANGE, new Action.SetRole(member.id(), Role.MEMBER), owner);
    refused(GroupRefusal.NO_CHANGE, new Action.SetRole(owner.id(), Role.OWNER), owner);
  }

  @Test
  void ending_isForOwners() {
    allowed(new Action.End(), owner, owner2);
    refused(GroupRefusal.NOT_ALLOWED, new Action.End(), admin, member);
    refused(GroupRefusal.NOT_A_MEMBER, new Action.End(), stranger);
  }

  @Test
  void foundingTwice_isRefused() {
    GroupChange founding = group.changes().getFirst();
    GroupChange another =
        new ChangeBody(
                GroupId.NONE,
                0,
                ChangeHash.NONE,
                6,
                founding.body().author(),
                founding.body().action())
            .sign(owner.signer(DeviceId.FIRST));
    assertThat(group.chain().append(another, group))
        .isEqualTo(new GroupChain.Refused(GroupRefusal.NOT_A_FOUNDING));
  }

  @Test
  void announcements_areSentByOwnersAndAdmins() {
    assertThat(senders()).containsOnly(owner, owner2, admin, admin2, member, member2);
    group.append(admin, new Action.SetOptions(new GroupOptions(true, false)));
    assertThat(senders()).containsOnly(owner, owner2, admin, admin2);
    group.append(owner, new Action.End());
    assertThat(senders()).isEmpty();
  }

  private List<TestAccount> senders() {
    List<TestAccount> all =
        new ArrayList<>(List.of(owner, owner2, admin, admin2, member, member2, stranger));
    all.removeIf(account -> !group.chain().maySend(account.id()));
    return all;
  }

  @Test
  void thousandAndTwentyFourMembers_areTheMost() {
    List<AccountId> crowd = Histories.accounts(GroupChain.MAX_MEMBERS - 6);
    List<AccountId> more = Histories.accounts(GroupChain.MAX_MEMBERS - 5);
    refused(GroupRefusal.TOO_MANY_MEMBERS, new Action.AddMembers(more, Role.MEMBER), owner);
    group.append(owner, new Action.SetLink(group.link(true)));
    group.append(stranger, new Action.RequestToJoin(group.proof(stranger)));
    group.append(admin, new Action.AddMembers(crowd, Role.MEMBER));
    assertThat(group.chain().members()).hasSize(GroupChain.MAX_MEMBERS);
    refused(GroupRefusal.TOO_MANY_MEMBERS, add(Role.MEMBER, stranger2), owner);
    refused(GroupRefusal.TOO_MANY_MEMBERS, new Action.Approve(ids(stranger)), owner);
    group.append(owner, new Action.SetLink(group.link(false)));
    refused(GroupRefusal.TOO_MANY_MEMBERS, new Action.Join(group.proof(stranger)), stranger);
    group.append(admin, new Action.RemoveMembers(crowd));
    allowed(new Action.Join(group.proof(stranger)), stranger);
  }
}
