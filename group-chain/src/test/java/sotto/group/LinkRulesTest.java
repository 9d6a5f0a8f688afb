package sotto.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.group.testing.TestGroup;

/// Who comes by link.
class LinkRulesTest {
  private final TestAccount owner = TestAccount.found(1);
  private final TestAccount admin = TestAccount.found(2);
  private final TestAccount member = TestAccount.found(3);
  private final TestAccount stranger = TestAccount.found(4);
  private final TestAccount stranger2 = TestAccount.found(5);
  private final TestGroup group =
      TestGroup.found(1, owner, Map.of(admin, Role.ADMIN, member, Role.MEMBER));

  LinkRulesTest() {
    group.knows(stranger);
    group.knows(stranger2);
  }

  private Optional<GroupRefusal> outcome(TestAccount by, Action action) {
    return switch (group.chain().append(group.sign(by, action), group)) {
      case GroupChain.Extended _ -> Optional.empty();
      case GroupChain.Refused(GroupRefusal reason) -> Optional.of(reason);
      case GroupChain.AlreadyThere there -> throw new AssertionError(there);
    };
  }

  private Action join(TestAccount account) {
    return new Action.Join(group.proof(account));
  }

  private Action ask(TestAccount account) {
    return new Action.RequestToJoin(group.proof(account));
  }

  private static Collection<AccountId> ids(TestAccount... accounts) {
    return List.of(accounts).stream().map(TestAccount::id).toList();
  }

  @Test
  void whoHasTheLink_joinsAsAMember() {
    group.newLink(false);
    group.append(stranger, join(stranger));
    assertThat(group.chain().member(stranger.id()))
        .contains(new Member(stranger.id(), Role.MEMBER, 2));
    assertThat(outcome(stranger, join(stranger))).contains(GroupRefusal.ALREADY_MEMBER);
    assertThat(outcome(owner, join(owner))).contains(GroupRefusal.ALREADY_MEMBER);
  }

  @Test
  void withoutALink_nobodyJoinsOrAsks() {
    assertThat(outcome(stranger, join(stranger))).contains(GroupRefusal.NO_LINK);
    assertThat(outcome(stranger, ask(stranger))).contains(GroupRefusal.NO_LINK);
    group.newLink(false);
    group.append(admin, new Action.DropLink());
    assertThat(outcome(stranger, join(stranger))).contains(GroupRefusal.NO_LINK);
  }

  @Test
  void linkWithApproval_letsAsk_andOneWithoutLetsJoin() {
    group.newLink(true);
    assertThat(outcome(stranger, join(stranger))).contains(GroupRefusal.APPROVAL_NEEDED);
    assertThat(outcome(stranger, ask(stranger))).isEmpty();
    group.newLink(false);
    assertThat(outcome(stranger, join(stranger))).isEmpty();
    assertThat(outcome(stranger, ask(stranger))).contains(GroupRefusal.APPROVAL_NOT_NEEDED);
  }

  @Test
  void proof_isForOneAccountOneGroupAndOneLink() {
    group.newLink(false);
    JoinProof old = group.proof(stranger);
    JoinProof forAnother = group.proof(stranger2);
    assertThat(outcome(stranger, new Action.Join(forAnother))).contains(GroupRefusal.BAD_PROOF);
    TestGroup other = TestGroup.found(2, owner, Map.of());
    other.append(owner, new Action.SetLink(group.link(false)));
    group.knows(stranger);
    assertThat(other.chain().append(signedIn(other, old), group))
        .isEqualTo(new GroupChain.Refused(GroupRefusal.BAD_PROOF));
    group.newLink(false);
    assertThat(outcome(stranger, new Action.Join(old))).contains(GroupRefusal.BAD_PROOF);
    assertThat(outcome(stranger, join(stranger))).isEmpty();
    group.newLink(true);
    assertThat(outcome(stranger, new Action.RequestToJoin(old))).contains(GroupRefusal.BAD_PROOF);
  }

  private GroupChange signedIn(TestGroup other, JoinProof proof) {
    return other.sign(stranger, new Action.Join(proof));
  }

  @Test
  void proofByADevice_isNoProofByTheLink() {
    group.newLink(false);
    JoinProof byDevice =
        JoinProof.sign(stranger.signer(DeviceId.FIRST), group.chain().id(), stranger.id());
    assertThat(outcome(stranger, new Action.Join(byDevice))).contains(GroupRefusal.BAD_PROOF);
  }

  @Test
  void request_isAnsweredByOwnersAndAdmins() {
    group.newLink(true);
    group.append(stranger, ask(stranger));
    assertThat(group.chain().requests())
        .isEqualTo(Map.of(stranger.id(), new JoinRequest(stranger.id(), 2)));
    assertThat(group.chain().member(stranger.id())).isEmpty();
    for (Action answer :
        List.<Action>of(new Action.Approve(ids(stranger)), new Action.Decline(ids(stranger)))) {
      assertThat(outcome(owner, answer)).isEmpty();
      assertThat(outcome(admin, answer)).isEmpty();
      assertThat(outcome(member, answer)).contains(GroupRefusal.NOT_ALLOWED);
      assertThat(outcome(stranger, answer)).contains(GroupRefusal.NOT_A_MEMBER);
    }
    group.append(admin, new Action.Approve(ids(stranger)));
    assertThat(group.chain().requests()).isEmpty();
    assertThat(group.chain().member(stranger.id()))
        .contains(new Member(stranger.id(), Role.MEMBER, 3));
  }

  @Test
  void whoDidNotAsk_isNeitherApprovedNorDeclined() {
    group.newLink(true);
    group.append(stranger, ask(stranger));
    for (Collection<AccountId> who : List.of(ids(stranger2), ids(stranger, stranger2))) {
      assertThat(outcome(admin, new Action.Approve(who))).contains(GroupRefusal.UNKNOWN_REQUEST);
      assertThat(outcome(admin, new Action.Decline(who))).contains(GroupRefusal.UNKNOWN_REQUEST);
    }
  }

  @Test
  void secondRequest_isRefused() {
    group.newLink(true);
    group.append(stranger, ask(stranger));
    assertThat(outcome(stranger, ask(stranger))).contains(GroupRefusal.ALREADY_ASKED);
    assertThat(outcome(stranger, new Action.Leave())).contains(GroupRefusal.NOT_A_MEMBER);
  }

  @Test
  void whoWasAdded_hasNoRequestLeft() {
    group.newLink(true);
    group.append(stranger, ask(stranger));
    group.append(admin, new Action.AddMembers(ids(stranger), Role.MEMBER));
    assertThat(group.chain().requests()).isEmpty();
    assertThat(outcome(admin, new Action.Approve(ids(stranger))))
        .contains(GroupRefusal.UNKNOWN_REQUEST);
  }

  @Test
  void anotherLinkOrNone_dropsTheRequests() {
    group.newLink(true);
    group.append(stranger, ask(stranger));
    group.newLink(true);
    assertThat(group.chain().requests()).isEmpty();
    group.append(stranger, ask(stranger));
    group.append(owner, new Action.DropLink());
    assertThat(group.chain().requests()).isEmpty();
    assertThat(group.chain().link()).isEmpty();
  }

  @Test
  void requests_areAtMost256() {
    group.newLink(true);
    TestAccount last = TestAccount.found(1000);
    for (int n = 0; n < GroupChain.MAX_REQUESTS; n++) {
      TestAccount next = TestAccount.found(1001 + n);
      group.append(next, ask(next));
    }
    group.knows(last);
    assertThat(outcome(last, ask(last))).contains(GroupRefusal.TOO_MANY_REQUESTS);
    group.append(admin, new Action.Decline(List.copyOf(group.chain().requests().keySet())));
    assertThat(outcome(last, ask(last))).isEmpty();
  }

  @Test
  void whoWasRemoved_comesBackByAnOwnerOrAdminOnly() {
    group.append(owner, new Action.SetOptions(new GroupOptions(false, true)));
    group.append(owner, new Action.AddMembers(ids(stranger), Role.MEMBER));
    group.append(admin, new Action.RemoveMembers(ids(stranger)));
    assertThat(group.chain().barred(stranger.id())).isTrue();
    group.newLink(false);
    assertThat(outcome(stranger, join(stranger))).contains(GroupRefusal.BARRED);
    group.newLink(true);
    assertThat(outcome(stranger, ask(stranger))).contains(GroupRefusal.BARRED);
    Action add = new Action.AddMembers(ids(stranger, stranger2), Role.MEMBER);
    assertThat(outcome(member, add)).contains(GroupRefusal.BARRED);
    assertThat(outcome(owner, add)).isEmpty();
    group.append(admin, add);
    group.append(stranger, new Action.Leave());
    assertThat(group.chain().barred(stranger.id())).isFalse();
    assertThat(outcome(stranger, ask(stranger))).isEmpty();
  }

  @Test
  void whoWasDeclined_cannotAskAgain() {
    group.newLink(true);
    group.append(stranger, ask(stranger));
    group.append(admin, new Action.Decline(ids(stranger)));
    assertThat(group.chain().requests()).isEmpty();
    assertThat(outcome(stranger, ask(stranger))).contains(GroupRefusal.BARRED);
  }

  @Test
  void whoWasBarredBefore1024Others_isForgotten() {
    group.append(owner, new Action.AddMembers(ids(stranger, stranger2), Role.MEMBER));
    group.append(admin, new Action.RemoveMembers(ids(stranger)));
    group.append(admin, new Action.RemoveMembers(ids(stranger2)));
    List<AccountId> crowd = Histories.accounts(GroupChain.MAX_BARRED - 4);
    group.append(admin, new Action.AddMembers(crowd, Role.MEMBER));
    group.append(admin, new Action.RemoveMembers(crowd));
    List<AccountId> more = List.of(new AccountId(-1, 1), new AccountId(-1, 2));
    group.append(admin, new Action.AddMembers(more, Role.MEMBER));
    group.append(admin, new Action.RemoveMembers(more));
    assertThat(group.chain().barred(stranger.id())).isTrue();
    List<AccountId> one = List.of(new AccountId(-1, 3));
    group.append(admin, new Action.AddMembers(one, Role.MEMBER));
    group.append(admin, new Action.RemoveMembers(one));
    assertThat(group.chain().barred(stranger.id())).isFalse();
    assertThat(group.chain().barred(stranger2.id())).isTrue();
    assertThat(group.chain().barred(one.getFirst())).isTrue();
  }
}
