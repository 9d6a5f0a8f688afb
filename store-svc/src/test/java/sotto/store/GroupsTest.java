package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.AppendLinkRequest;
import sotto.admin.v1.AccountRef;
import sotto.admin.v1.DisableAccountRequest;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.group.Action;
import sotto.group.ChangeBody;
import sotto.group.GroupChange;
import sotto.group.GroupOptions;
import sotto.group.Role;
import sotto.group.testing.TestGroup;
import sotto.group.v1.ApplyResponse;
import sotto.group.v1.CheckSendResponse;
import sotto.group.v1.GetChangesResponse;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// The chains of groups at their owner.
@ContractTest
final class GroupsTest {
  private static final DeviceId FIRST = DeviceId.FIRST;
  private static final ByteString NO_PROOF = ByteString.EMPTY;

  @TempDir Path folder;
  private Rig rig;
  private GroupAsker asker;
  private TestAccount alice;
  private TestAccount bob;
  private TestAccount carol;
  private TestAccount dave;
  private TestGroup group;

  @BeforeEach
  void open() {
    open(Rig.open(folder));
    alice = rig.register(1, "alice");
    bob = rig.register(2, "bob");
    carol = rig.register(3, "carol");
    dave = rig.register(4, "dave");
    group = TestGroup.found(1, alice, Map.of(bob, Role.ADMIN, carol, Role.MEMBER));
  }

  private void open(Rig opened) {
    rig = opened;
    asker = new GroupAsker(rig.channel());
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private ApplyResponse apply(TestAccount by, GroupChange change) {
    return asker.apply(by.address(FIRST), group, change);
  }

  private ApplyResponse found() {
    return apply(alice, group.changes().getFirst());
  }

  private ApplyResponse append(TestAccount by, Action action) {
    return apply(by, group.append(by, action));
  }

  private Action rename() {
    return new Action.SetAttributes(group.attributes());
  }

  private static void assertRefused(ApplyResponse response, String reason) {
    assertThat(response.getRefused().getReason()).isEqualTo(reason);
  }

  private CheckSendResponse check(TestAccount from, long revision, TestAccount... to) {
    return asker.check(from.id(), group, revision, List.of(to));
  }

  private GetChangesResponse changes(TestAccount by, long from, ByteString proof) {
    return asker.changes(by.address(FIRST), group, from, proof);
  }

  private GetChangesResponse changes(TestAccount by) {
    return changes(by, 0, NO_PROOF);
  }

  private List<ByteString> allBytes() {
    return group.bytes().stream().map(ByteString::copyFrom).toList();
  }

  @Test
  void founding_isKeptAndTellsItsMembers() {
    assertThat(GroupAsker.told(found()))
        .containsExactlyInAnyOrder(alice.id(), bob.id(), carol.id());
    open(rig.reopen());
    assertThat(changes(carol).getChangesList()).isEqualTo(allBytes());
    assertThat(changes(carol).getRevision()).isZero();
  }

  @Test
  void sameBytesAgain_answerTheSameHoweverManyCameBehindThem() {
    found();
    GroupChange removal = group.append(alice, new Action.RemoveMembers(List.of(carol.id())));
    var members = List.of(alice.id(), bob.id(), carol.id());
    for (int times = 0; times < 2; times++) {
      assertThat(GroupAsker.told(apply(alice, removal))).hasSameElementsAs(members);
      assertThat(GroupAsker.told(found())).hasSameElementsAs(members);
    }
    append(bob, new Action.AddMembers(List.of(dave.id()), Role.MEMBER));
    append(bob, new Action.Leave());
    assertThat(GroupAsker.told(apply(alice, removal))).hasSameElementsAs(members);
    assertThat(GroupAsker.told(found())).hasSameElementsAs(members);
    assertThat(changes(alice).getChangesList()).isEqualTo(allBytes());
  }

  @Test
  void whoGoes_isToldAsAreThoseWhoStay() {
    found();
    assertThat(GroupAsker.told(append(carol, new Action.Leave())))
        .containsExactlyInAnyOrder(alice.id(), bob.id(), carol.id());
    assertThat(
            GroupAsker.told(append(alice, new Action.AddMembers(List.of(dave.id()), Role.ADMIN))))
        .containsExactlyInAnyOrder(alice.id(), bob.id(), dave.id());
    assertThat(GroupAsker.told(append(alice, new Action.End())))
        .containsExactlyInAnyOrder(alice.id(), bob.id(), dave.id());
  }

  @Test
  void anotherChangeOfARevision_isStale() {
    found();
    GroupChange late = group.sign(bob, rename());
    append(alice, rename());
    assertThat(apply(bob, late).getStale().getRevision()).isEqualTo(1);
    append(alice, rename());
    GroupChange missing = group.append(alice, rename());
    GroupChange tooEarly = group.append(alice, rename());
    assertThat(apply(alice, tooEarly).getStale().getRevision()).isEqualTo(2);
    assertThat(apply(alice, missing).hasApplied()).isTrue();
    assertThat(apply(alice, tooEarly).hasApplied()).isTrue();
  }

  @Test
  void ofManyAtOnce_oneGetsTheRevision() throws Exception {
    found();
    List<GroupChange> changes =
        IntStream.range(0, 8).mapToObj(_ -> group.sign(alice, rename())).toList();
    List<Future<ApplyResponse>> answers = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      answers.addAll(
          threads.invokeAll(
              changes.stream()
                  .<Callable<ApplyResponse>>map(change -> () -> apply(alice, change))
                  .toList()));
    }
    assertThat(answers.stream().filter(answer -> answer.resultNow().hasApplied())).hasSize(1);
    assertThat(answers.stream().filter(answer -> answer.resultNow().hasStale())).hasSize(7);
    assertThat(changes(alice).getRevision()).isEqualTo(1);
  }

  @Test
  void whatTheRulesRefuse_isRefusedByName() {
    found();
    assertRefused(apply(carol, group.sign(carol, rename())), "NOT_ALLOWED");
    assertRefused(
        apply(bob, group.sign(bob, new Action.RemoveMembers(List.of(alice.id())))), "NOT_ALLOWED");
    GroupChange change = group.sign(alice, rename());
    assertRefused(apply(bob, change), "WRONG_AUTHOR");
    assertRefused(
        asker.apply(alice.address(FIRST), group, 5, ByteString.copyFrom(change.bytes())),
        "OTHER_GROUP");
    assertRefused(
        asker.apply(alice.address(FIRST), group, 1, ByteString.copyFromUtf8("x")), "MALFORMED");
    byte[] forged = change.bytes();
    forged[forged.length - 1] ^= 1;
    assertRefused(
        asker.apply(alice.address(FIRST), group, 1, ByteString.copyFrom(forged)), "BAD_SIGNATURE");
    assertThat(changes(alice).getRevision()).isZero();
  }

  @Test
  void removedDevice_changesNothingThoughItNamesAHeadThatListedIt() {
    DeviceId second = rig.addDevice(alice);
    found();
    GroupChange change =
        ChangeBody.next(group.chain(), TestGroup.author(alice, second), rename(), 5)
            .sign(alice.signer(second));
    alice.removeDevice(second);
    assertThat(
            rig.accounts(alice.address(FIRST))
                .appendLink(
                    AppendLinkRequest.newBuilder()
                        .setLink(ByteString.copyFrom(alice.chain().links().getLast().bytes()))
                        .build())
                .hasAppended())
        .isTrue();
    assertRefused(
        asker.apply(new DeviceAddress(alice.id(), second), group, change), "UNKNOWN_AUTHOR");
  }

  @Test
  void strangers_hearOfNoGroup() {
    found();
    GroupChange ofDave = group.sign(dave, new Action.Leave());
    assertRefused(apply(dave, ofDave), "UNKNOWN_GROUP");
    assertThat(changes(dave)).isEqualTo(GetChangesResponse.getDefaultInstance());
    assertThat(check(dave, 0, alice).getRefused().getReason()).isEqualTo("UNKNOWN_GROUP");
    TestGroup nowhere = TestGroup.found(9, alice, Map.of());
    GroupChange next = nowhere.sign(alice, new Action.SetOptions(new GroupOptions(true, true)));
    assertRefused(asker.apply(alice.address(FIRST), nowhere, next), "UNKNOWN_GROUP");
    assertThat(asker.changes(alice.address(FIRST), nowhere, 0, NO_PROOF).getFound()).isFalse();
  }

  @Test
  void changes_areAllForMembersAndEndForOthersWithTheChangeTheyWentBy() {
    found();
    append(alice, new Action.RemoveMembers(List.of(carol.id())));
    append(bob, new Action.Leave());
    append(alice, rename());
    assertThat(changes(alice).getChangesList()).isEqualTo(allBytes());
    assertThat(changes(alice, 2, NO_PROOF).getChangesList()).isEqualTo(allBytes().subList(2, 4));
    assertThat(changes(carol).getChangesList()).isEqualTo(allBytes().subList(0, 2));
    assertThat(changes(carol).getRevision()).isEqualTo(1);
    assertThat(changes(bob).getRevision()).isEqualTo(2);
    assertThat(changes(bob, 3, NO_PROOF).getChangesList()).isEmpty();
    open(rig.reopen());
    assertThat(changes(carol).getRevision()).isEqualTo(1);
    append(alice, new Action.AddMembers(List.of(carol.id()), Role.MEMBER));
    assertThat(changes(carol).getChangesList()).isEqualTo(allBytes());
  }

  @Test
  void changes_areAllForWhoHasTheLink_asLongAsTheGroupHasIt() {
    found();
    group.newLink(false);
    apply(alice, group.changes().getLast());
    ByteString proof = ByteString.copyFrom(group.proof(dave).signature().toArray());
    assertThat(changes(dave, 0, proof).getChangesList()).isEqualTo(allBytes());
    assertThat(changes(carol, 0, proof).getFound()).as("a member needs none").isTrue();
    assertThat(asker.changes(rig.register(5, "erin").address(FIRST), group, 0, proof).getFound())
        .as("the proof of another")
        .isFalse();
    GroupChange join = group.sign(dave, new Action.Join(group.proof(dave)));
    append(alice, new Action.DropLink());
    assertThat(changes(dave, 0, proof).getFound()).isFalse();
    assertRefused(apply(dave, join), "UNKNOWN_GROUP");
  }

  @Test
  void whoIsBarred_seesNoMoreByTheLinkThanWithout() {
    found();
    group.newLink(true);
    apply(alice, group.changes().getLast());
    append(dave, new Action.RequestToJoin(group.proof(dave)));
    append(alice, new Action.Decline(List.of(dave.id())));
    append(alice, new Action.RemoveMembers(List.of(carol.id())));
    append(alice, rename());
    ByteString declined = ByteString.copyFrom(group.proof(dave).signature().toArray());
    ByteString removed = ByteString.copyFrom(group.proof(carol).signature().toArray());
    assertThat(changes(dave, 0, declined).getFound()).isFalse();
    assertThat(changes(carol, 0, removed)).isEqualTo(changes(carol));
    assertThat(changes(carol).getRevision()).isEqualTo(4);
    append(alice, new Action.AddMembers(List.of(carol.id()), Role.MEMBER));
    assertThat(changes(carol).getChangesList()).isEqualTo(allBytes());
  }

  @Test
  void whoHasTheLink_joinsAndIsToldOfARevisionThatIsTaken() {
    found();
    group.newLink(false);
    apply(alice, group.changes().getLast());
    GroupChange late = group.sign(dave, new Action.Join(group.proof(dave)));
    append(alice, rename());
    assertThat(apply(dave, late).getStale().getRevision()).isEqualTo(2);
    assertThat(GroupAsker.told(append(dave, new Action.Join(group.proof(dave)))))
        .contains(dave.id());
    assertThat(check(dave, 3, alice).hasMaySend()).isTrue();
  }

  @Test
  void changes_comeInPagesOfBoundedSize() {
    found();
    for (int i = 0; i < 300; i++) {
      append(alice, rename());
    }
    GetChangesResponse page = changes(carol);
    assertThat(page.getChangesList()).isEqualTo(allBytes().subList(0, 256));
    assertThat(page.getRevision()).isEqualTo(300);
    assertThat(changes(carol, 256, NO_PROOF).getChangesList())
        .isEqualTo(allBytes().subList(256, 301));
  }

  @Test
  void send_mayGoToMembersUnderTheGroupsRevision() {
    found();
    assertThat(check(carol, 0, alice, bob, carol).hasMaySend()).isTrue();
    assertThat(check(carol, 0, alice, dave).getRefused().getReason())
        .isEqualTo("RECIPIENT_NOT_A_MEMBER");
    append(alice, rename());
    assertThat(check(carol, 0, alice).getStale().getRevision()).isEqualTo(1);
    assertThat(check(carol, 2, alice).getStale().getRevision()).isEqualTo(1);
    append(alice, new Action.SetOptions(new GroupOptions(true, false)));
    assertThat(check(carol, 2, alice).getRefused().getReason()).isEqualTo("MAY_NOT_SEND");
    assertThat(check(bob, 2, alice).hasMaySend()).isTrue();
    append(alice, new Action.RemoveMembers(List.of(carol.id())));
    assertThat(check(carol, 3, alice).getRefused().getReason()).isEqualTo("NOT_A_MEMBER");
    append(alice, new Action.End());
    assertThat(check(alice, 4, bob).getRefused().getReason()).isEqualTo("MAY_NOT_SEND");
  }

  @Test
  void disabledAccount_changesNothing() {
    found();
    rig.admin()
        .disableAccount(
            DisableAccountRequest.newBuilder()
                .setAccount(AccountRef.newBuilder().setUsername("alice"))
                .build());
    assertThatThrownBy(() -> append(alice, rename()))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.ACCOUNT_DISABLED));
  }
}
