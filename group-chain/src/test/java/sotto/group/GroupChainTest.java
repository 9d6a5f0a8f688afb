package sotto.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceId;
import sotto.chain.LinkHash;
import sotto.chain.LinkSigner;
import sotto.chain.testing.TestAccount;
import sotto.group.testing.TestGroup;

/// The chain: order, signatures, comparing. [RulesTest] has who may do what.
class GroupChainTest {
  private final TestAccount alice = TestAccount.found(1);
  private final TestAccount bob = TestAccount.found(2);
  private final TestAccount carol = TestAccount.found(3);
  private final TestGroup group =
      TestGroup.found(1, alice, Map.of(bob, Role.ADMIN, carol, Role.MEMBER));

  private static GroupChain read(List<byte[]> changes, Authors authors) {
    return ((GroupChain.Extended) GroupChain.of(changes, authors)).chain();
  }

  private void refused(GroupRefusal reason, GroupChange change) {
    GroupChain.Refused refused = new GroupChain.Refused(reason);
    assertThat(group.chain().append(change, group)).isEqualTo(refused);
    assertThat(group.chain().append(change.bytes(), group)).isEqualTo(refused);
  }

  private void listRefused(GroupRefusal reason, List<byte[]> changes) {
    assertThat(GroupChain.of(changes, group)).isEqualTo(new GroupChain.Refused(reason));
  }

  private GroupChange rename(TestAccount by) {
    return group.sign(by, new Action.SetAttributes(group.attributes()));
  }

  private ChangeBody leaveOf(TestAccount by, Author author) {
    GroupChain chain = group.chain();
    assertThat(chain.member(by.id())).isPresent();
    return ChangeBody.next(chain, author, new Action.Leave(), 5);
  }

  @Test
  void founding_makesMembersWithRoles() {
    GroupChain chain = group.chain();
    assertThat(chain.members().values())
        .containsExactlyInAnyOrder(
            new Member(alice.id(), Role.OWNER, 0),
            new Member(bob.id(), Role.ADMIN, 0),
            new Member(carol.id(), Role.MEMBER, 0));
    assertThat(chain.revision()).isZero();
    assertThat(chain.options()).isEqualTo(GroupOptions.DEFAULT);
    assertThat(chain.link()).isEmpty();
    assertThat(chain.requests()).isEmpty();
    assertThat(chain.ended()).isFalse();
    assertThat(chain.id()).isEqualTo(group.changes().getFirst().group());
    assertThat(chain.headHash()).isEqualTo(group.changes().getFirst().hash());
  }

  @Test
  void everyKindOfChange_isReadBackFromBytes() {
    TestGroup whole = Histories.ofEveryKind();
    GroupChain again = read(whole.bytes(), whole);
    GroupChain chain = whole.chain();
    assertThat(
            whole.changes().stream()
                .<Class<?>>map(change -> change.body().action().getClass())
                .collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(Action.class.getPermittedSubclasses());
    assertThat(again.compareWith(chain)).isEqualTo(GroupOrder.EQUAL);
    assertThat(again.members()).isEqualTo(chain.members());
    assertThat(again.attributes()).isEqualTo(chain.attributes());
    assertThat(again.options()).isEqualTo(chain.options());
    assertThat(again.ended()).isTrue();
  }

  @Test
  void sameBytesAgain_areASuccess() {
    group.append(bob, new Action.SetAttributes(group.attributes()));
    group.append(alice, new Action.End());
    for (GroupChange change : group.changes()) {
      assertThat(group.chain().append(change.bytes(), group))
          .isEqualTo(new GroupChain.AlreadyThere(group.chain()));
    }
  }

  @Test
  void anotherDevicesSignature_isRefused() {
    DeviceId second = carol.addDevice();
    ChangeBody body = leaveOf(carol, TestGroup.author(carol));
    refused(GroupRefusal.BAD_SIGNATURE, body.sign(carol.signer(second)));
    refused(GroupRefusal.BAD_SIGNATURE, body.sign(alice.signer(DeviceId.FIRST)));
    refused(GroupRefusal.BAD_SIGNATURE, body.sign(carol.recoverySigner()));
    assertThat(group.chain().append(body.sign(carol.signer(DeviceId.FIRST)), group))
        .isInstanceOf(GroupChain.Extended.class);
  }

  @Test
  void foundingByAnotherKey_isRefused() {
    GroupChange founding = group.changes().getFirst();
    assertThat(GroupChain.found(founding.body().sign(bob.signer(DeviceId.FIRST)), group))
        .isEqualTo(new GroupChain.Refused(GroupRefusal.BAD_SIGNATURE));
  }

  @Test
  void signatureOverTheBodyWithAnotherPrefix_isRefused() {
    ChangeBody body = leaveOf(carol, TestGroup.author(carol));
    LinkSigner signer = carol.signer(DeviceId.FIRST);
    byte[] encoded = ChangeFormat.encode(body);
    byte[] asLink = prefixed("sotto/link/1", encoded);
    assertThat(body.signedBytes()).isEqualTo(prefixed("sotto/group-change/1", encoded));
    for (byte[] other : List.of(asLink, encoded, Domain.JOIN.before(encoded))) {
      refused(GroupRefusal.BAD_SIGNATURE, new GroupChange(body, Bytes.of(signer.sign(other))));
    }
  }

  private static byte[] prefixed(String domain, byte[] bytes) {
    byte[] start = domain.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(2 + start.length + bytes.length)
        .putShort((short) start.length)
        .put(start)
        .put(bytes)
        .array();
  }

  @Test
  void authorThatNobodyVouchesFor_isRefused() {
    DeviceId second = carol.addDevice();
    Author author = TestGroup.author(carol, second);
    LinkSigner signer = carol.signer(second);
    refused(
        GroupRefusal.UNKNOWN_AUTHOR,
        leaveOf(
                carol,
                new Author(carol.id(), second, author.sequence(), new LinkHash(new byte[32])))
            .sign(signer));
    refused(
        GroupRefusal.UNKNOWN_AUTHOR,
        group.sign(TestAccount.found(4), new Action.Join(group.proof(carol))));
    ChangeBody body = leaveOf(carol, author);
    carol.removeDevice(second);
    refused(GroupRefusal.UNKNOWN_AUTHOR, body.sign(signer));
  }

  @Test
  void foundingThatNobodyVouchesFor_isRefused() {
    assertThat(GroupChain.found(group.changes().getFirst(), _ -> Optional.empty()))
        .isEqualTo(new GroupChain.Refused(GroupRefusal.UNKNOWN_AUTHOR));
  }

  @Test
  void secondChangeAtARevision_isAFork() {
    GroupChange hidden = group.sign(alice, new Action.RemoveMembers(List.of(carol.id())));
    GroupChain before = group.chain();
    group.append(bob, new Action.SetAttributes(group.attributes()));
    GroupChain left = group.chain();
    GroupChain right = ((GroupChain.Extended) before.append(hidden, group)).chain();
    refused(GroupRefusal.REVISION_TAKEN, hidden);
    assertThat(left.compareWith(right)).isEqualTo(GroupOrder.FORKS);
    assertThat(right.compareWith(left)).isEqualTo(GroupOrder.FORKS);
    assertThat(left.compareWith(before)).isEqualTo(GroupOrder.EXTENDS);
    assertThat(before.compareWith(left)).isEqualTo(GroupOrder.OLDER);
    assertThat(left.compareWith(left)).isEqualTo(GroupOrder.EQUAL);
    assertThat(left.compareWith(TestGroup.found(2, alice, Map.of()).chain()))
        .isEqualTo(GroupOrder.OTHER_GROUP);
  }

  @Test
  void forkThatBothSidesWentOnFrom_isSeen() {
    GroupChange hidden = group.sign(alice, new Action.RemoveMembers(List.of(carol.id())));
    GroupChain right = ((GroupChain.Extended) group.chain().append(hidden, group)).chain();
    group.append(bob, new Action.SetAttributes(group.attributes()));
    group.append(bob, new Action.SetAttributes(group.attributes()));
    assertThat(right.compareWith(group.chain())).isEqualTo(GroupOrder.FORKS);
    assertThat(group.chain().compareWith(right)).isEqualTo(GroupOrder.FORKS);
    refused(
        GroupRefusal.WRONG_PREVIOUS,
        new ChangeBody(
                group.chain().id(),
                group.chain().revision() + 1,
                right.headHash(),
                5,
                TestGroup.author(bob),
                new Action.Leave())
            .sign(bob.signer(DeviceId.FIRST)));
  }

  @Test
  void anchor_liesInTheChainItWasTakenFromOnly() {
    GroupChange hidden = group.sign(alice, new Action.RemoveMembers(List.of(carol.id())));
    GroupChain before = group.chain();
    GroupChain right = ((GroupChain.Extended) before.append(hidden, group)).chain();
    group.append(bob, new Action.SetAttributes(group.attributes()));
    group.append(bob, new Action.SetAttributes(group.attributes()));
    for (GroupChange change : group.changes()) {
      assertThat(group.chain().contains(change.body().revision(), change.hash())).isTrue();
      assertThat(group.chain().contains(change.body().revision() + 1, change.hash())).isFalse();
    }
    assertThat(group.chain().contains(1, right.headHash())).isFalse();
    assertThat(before.contains(1, right.headHash())).isFalse();
    assertThat(group.chain().contains(-1, right.headHash())).isFalse();
    assertThat(group.chain().contains(1L << 32, group.chain().headHash())).isFalse();
  }

  @Test
  void changeOfAnotherGroup_isRefused() {
    TestGroup other = TestGroup.found(2, alice, Map.of(bob, Role.ADMIN, carol, Role.MEMBER));
    assertThat(other.chain().id()).isNotEqualTo(group.chain().id());
    refused(GroupRefusal.OTHER_GROUP, other.sign(carol, new Action.Leave()));
    refused(GroupRefusal.NOT_A_FOUNDING, other.changes().getFirst());
    other.append(carol, new Action.Leave());
    group.append(bob, new Action.SetAttributes(group.attributes()));
    refused(GroupRefusal.OTHER_GROUP, other.changes().getLast());
    // The group stands in the signed bytes: its number alone cannot be changed.
    GroupChange leave = other.changes().getLast();
    ChangeBody moved =
        new ChangeBody(
            group.chain().id(),
            2,
            group.chain().headHash(),
            leave.body().createdAtMillis(),
            leave.body().author(),
            leave.body().action());
    refused(GroupRefusal.BAD_SIGNATURE, new GroupChange(moved, leave.signature()));
  }

  @Test
  void changeSignedAgainstAnOldHead_isRefused() {
    GroupChange stale = rename(bob);
    group.append(alice, new Action.SetRole(bob.id(), Role.MEMBER));
    refused(GroupRefusal.REVISION_TAKEN, stale);
    refused(
        GroupRefusal.REVISION_AHEAD,
        new ChangeBody(
                group.chain().id(),
                group.chain().revision() + 2,
                group.chain().headHash(),
                5,
                TestGroup.author(alice),
                new Action.End())
            .sign(alice.signer(DeviceId.FIRST)));
  }

  @Test
  void reorderedTruncatedOrRepeatedChanges_areRefused() {
    for (int n = 0; n < 3; n++) {
      group.append(bob, new Action.SetAttributes(group.attributes()));
    }
    List<byte[]> changes = group.bytes();
    List<byte[]> reordered = new ArrayList<>(changes);
    Collections.swap(reordered, 1, 2);
    List<byte[]> repeated = new ArrayList<>(changes);
    repeated.add(2, changes.get(1));
    List<byte[]> repeatedLast = new ArrayList<>(changes);
    repeatedLast.add(changes.getLast());
    listRefused(GroupRefusal.REVISION_AHEAD, reordered);
    listRefused(GroupRefusal.NOT_A_FOUNDING, changes.subList(1, 4));
    listRefused(GroupRefusal.REVISION_AHEAD, List.of(changes.get(0), changes.get(2)));
    listRefused(GroupRefusal.REVISION_TAKEN, repeated);
    listRefused(GroupRefusal.REVISION_TAKEN, repeatedLast);
    listRefused(GroupRefusal.NOT_A_FOUNDING, List.of());
    listRefused(GroupRefusal.MALFORMED, List.of(new byte[300]));
    assertThat(read(changes.subList(0, 3), group).compareWith(group.chain()))
        .isEqualTo(GroupOrder.OLDER);
  }

  @Test
  void oldChain_staysAsItWas_whenAnotherGrowsFromIt() {
    GroupChain before = group.chain();
    Map<AccountId, Member> members = Map.copyOf(before.members());
    group.append(alice, new Action.RemoveMembers(List.of(carol.id())));
    group.append(alice, new Action.SetRole(bob.id(), Role.OWNER));
    group.append(bob, new Action.End());
    assertThat(before.members()).isEqualTo(members);
    assertThat(before.barred(carol.id())).isFalse();
    assertThat(before.ended()).isFalse();
    assertThat(before.revision()).isZero();
  }

  @Test
  void endedGroup_takesNoMoreChanges_andNamesWhoWasThereLast() {
    Map<AccountId, Member> members = Map.copyOf(group.chain().members());
    group.append(alice, new Action.End());
    refused(GroupRefusal.ENDED, rename(alice));
    refused(GroupRefusal.ENDED, group.sign(alice, new Action.End()));
    assertThat(group.chain().ended()).isTrue();
    assertThat(group.chain().members()).isEqualTo(members);
  }

  @Test
  void fullChain_canOnlyShrinkItsGroup() {
    Action add = new Action.AddMembers(Histories.accounts(1000), Role.MEMBER);
    Action remove = new Action.RemoveMembers(Histories.accounts(1000));
    while (group.offer(alice, add) instanceof GroupChain.Extended) {
      group.append(alice, remove);
    }
    refused(GroupRefusal.TOO_LONG, group.sign(alice, add));
    int renamed = 0;
    while (group.offer(bob, new Action.SetAttributes(group.attributes()))
        instanceof GroupChain.Extended) {
      renamed++;
    }
    refused(GroupRefusal.TOO_LONG, rename(bob));
    assertThat(renamed).isPositive();
    assertThat(group.bytes().stream().mapToInt(bytes -> bytes.length).sum())
        .isBetween(GroupChain.MAX_BYTES - rename(bob).bytes().length, GroupChain.MAX_BYTES);
    group.append(carol, new Action.Leave());
    group.append(alice, new Action.RemoveMembers(List.of(bob.id())));
    group.append(alice, new Action.End());
    assertThat(group.chain().ended()).isTrue();
  }

  @Test
  void linkKeysOfAStranger_areNoDevices() {
    KeyPair link = alice.keyPair();
    ChangeBody body = leaveOf(carol, TestGroup.author(carol));
    refused(GroupRefusal.BAD_SIGNATURE, body.sign(LinkSigner.of(link.getPrivate())));
  }

  @Test
  void chainMadeAgain_isTheSameAndChecksAllButSignatures() {
    TestGroup whole = Histories.ofEveryKind();
    GroupChain again = again(GroupChain.foundAgain(whole.changes().getFirst()));
    for (GroupChange change : whole.changes().subList(1, whole.changes().size())) {
      again = again(again.appendAgain(change));
    }
    assertThat(again.compareWith(whole.chain())).isEqualTo(GroupOrder.EQUAL);
    assertThat(again.members()).isEqualTo(whole.chain().members());

    GroupChain founded = group.chain();
    GroupChange byBob = rename(bob);
    GroupChange unsigned = new GroupChange(byBob.body(), Bytes.of(new byte[64]));
    refused(GroupRefusal.BAD_SIGNATURE, unsigned);
    assertThat(founded.appendAgain(unsigned)).isInstanceOf(GroupChain.Extended.class);
    assertThat(founded.appendAgain(rename(carol)))
        .isEqualTo(new GroupChain.Refused(GroupRefusal.NOT_ALLOWED));
    assertThat(GroupChain.foundAgain(byBob))
        .isEqualTo(new GroupChain.Refused(GroupRefusal.NOT_A_FOUNDING));
  }

  private static GroupChain again(GroupChain.Outcome outcome) {
    return ((GroupChain.Extended) outcome).chain();
  }

  @Test
  void proofIsByLink_forItsAccountAsLongAsTheGroupHasTheLink() {
    TestAccount dave = TestAccount.found(4);
    group.newLink(true);
    JoinProof proof = group.proof(dave);
    assertThat(group.chain().isByLink(proof, dave.id())).isTrue();
    assertThat(group.chain().isByLink(proof, carol.id())).isFalse();
    group.append(alice, new Action.DropLink());
    assertThat(group.chain().isByLink(proof, dave.id())).isFalse();
  }
}
