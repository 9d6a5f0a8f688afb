package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.TwoPeople.PATIENCE;
import static sotto.client.TwoPeople.await;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.group.Role;

/// Groups: who is in them, and what they write.
final class GroupTest {
  @TempDir Path folder;
  private TwoPeople people;
  private Sotto alice;
  private Sotto bob;
  private Sotto carol;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    alice = people.register("alice");
    bob = people.register("bob");
    carol = people.register("carol");
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private Group climbers() {
    Group group = alice.createGroup("Climbers", List.of(people.id("bob"), people.id("carol")));
    for (Sotto member : List.of(bob, carol)) {
      await(() -> member.group(group.id()).isPresent());
    }
    return group;
  }

  private static Group of(Sotto member, Group group) {
    return member.group(group.id()).orElseThrow();
  }

  static List<String> texts(Sotto member, Group group) {
    return of(member, group).conversation().messages(100).stream()
        .filter(message -> message.kind() == MessageView.Kind.MESSAGE)
        .map(MessageView::text)
        .toList();
  }

  private static void awaitTexts(Sotto member, Group group, String... texts) {
    await(() -> texts(member, group).size() >= texts.length);
    assertThat(texts(member, group)).containsExactly(texts);
  }

  @Test
  void newGroup_isThereForItsMembers_byTheSameName() {
    Group group = climbers();
    GroupInfo atBob = of(bob, group).info();
    assertThat(atBob.title()).isEqualTo("Climbers");
    assertThat(atBob.role()).hasValue(Role.MEMBER);
    assertThat(atBob.members())
        .extracting(GroupMember::role)
        .containsExactly(Role.OWNER, Role.MEMBER, Role.MEMBER);
    assertThat(group.info().role()).hasValue(Role.OWNER);
  }

  @Test
  void message_reachesAllMembers_inOneFrame() {
    Group group = climbers();
    SentMessage sent = group.conversation().send("up!");
    assertThat(sent.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    awaitTexts(bob, group, "up!");
    awaitTexts(carol, group, "up!");
    assertThat(people.server.groups.received).hasSize(1);
    assertThat(people.server.groups.received.getFirst().getRecipientsCount()).isEqualTo(2);
    MessageView atBob = of(bob, group).conversation().messages(1).getFirst();
    assertThat(atBob.from().name()).isEqualTo("alice");
    assertThat(atBob.to().name()).isEqualTo("#Climbers");
  }

  @Test
  void allMembersWrite_inOrder() {
    Group group = climbers();
    for (int i = 0; i < 20; i++) {
      group.conversation().send("a" + i);
    }
    assertThat(alice.awaitOutbox(PATIENCE)).isTrue();
    of(bob, group).conversation().send("b").await(Status.DELIVERED, PATIENCE);
    await(() -> texts(carol, group).size() == 21);
    assertThat(texts(carol, group).subList(0, 20))
        .isEqualTo(java.util.stream.IntStream.range(0, 20).mapToObj(i -> "a" + i).toList());
    await(() -> texts(alice, group).size() == 21);
  }

  @Test
  void memberWhoReads_isCounted() {
    Group group = climbers();
    SentMessage sent = group.conversation().send("read me");
    sent.await(Status.DELIVERED, PATIENCE);
    of(bob, group).conversation().accept();
    of(bob, group).conversation().markRead();
    await(() -> sent.members().stream().anyMatch(m -> m.status() == Status.READ));
    assertThat(sent.members())
        .extracting(MemberStatus::status)
        .containsExactlyInAnyOrder(Status.READ, Status.DELIVERED);
    assertThat(sent.status()).isEqualTo(Status.DELIVERED);
    of(carol, group).conversation().accept();
    of(carol, group).conversation().markRead();
    assertThat(sent.await(Status.READ, PATIENCE)).isEqualTo(Status.READ);
  }

  @Test
  void removedMember_readsNothingThatIsSentAfterwards() {
    Group group = climbers();
    group.conversation().send("before").await(Status.DELIVERED, PATIENCE);
    group.remove(List.of(people.id("carol")));
    await(() -> of(carol, group).info().role().isEmpty());
    group.conversation().send("after").await(Status.DELIVERED, PATIENCE);
    awaitTexts(bob, group, "before", "after");
    assertThat(texts(carol, group)).containsExactly("before");
    assertThat(of(carol, group).conversation().send("let me in").await(Status.SENT, PATIENCE))
        .isEqualTo(Status.FAILED);
  }

  @Test
  void keyOfBefore_isNotUsedAfterARemoval() {
    Group group = climbers();
    group.conversation().send("before").await(Status.DELIVERED, PATIENCE);
    group.remove(List.of(people.id("carol")));
    group.conversation().send("after").await(Status.DELIVERED, PATIENCE);
    var frames = people.server.groups.received;
    assertThat(
            sotto.crypto.GroupCrypto.distributionOf(frames.getLast().getCiphertext().toByteArray()))
        .isNotEqualTo(
            sotto.crypto.GroupCrypto.distributionOf(
                frames.getFirst().getCiphertext().toByteArray()));
  }

  @Test
  void newMember_readsWhatIsSentFromThenOn() {
    Group group = alice.createGroup("Climbers", List.of(people.id("bob")));
    await(() -> bob.group(group.id()).isPresent());
    group.conversation().send("before").await(Status.DELIVERED, PATIENCE);
    group.add(List.of(people.id("carol")));
    await(() -> carol.group(group.id()).isPresent());
    group.conversation().send("welcome").await(Status.DELIVERED, PATIENCE);
    awaitTexts(bob, group, "before", "welcome");
    awaitTexts(carol, group, "welcome");
    of(bob, group).conversation().send("hi carol").await(Status.DELIVERED, PATIENCE);
    awaitTexts(carol, group, "welcome", "hi carol");
  }

  @Test
  void membersSeeWhoDidWhat() {
    Group group = climbers();
    group.setRole(people.id("bob"), Role.ADMIN);
    group.rename("Boulderers");
    await(() -> of(bob, group).info().title().equals("Boulderers"));
    assertThat(of(bob, group).log())
        .extracting(GroupNote::sentence)
        .containsExactly(
            people.id("alice") + " founded the group with 2 others",
            people.id("alice") + " made you an admin",
            people.id("alice") + " changed what the group is called");
    assertThat(group.log())
        .extracting(GroupNote::sentence)
        .first()
        .asString()
        .startsWith("you founded");
  }

  @Test
  void lastOwner_cannotLeaveOthersBehind() {
    Group group = climbers();
    assertThatThrownBy(group::leave)
        .isInstanceOf(SottoException.class)
        .hasMessageContaining("without an owner");
    group.setRole(people.id("bob"), Role.OWNER);
    group.leave();
    await(() -> of(bob, group).info().members().size() == 2);
    assertThat(group.info().role()).isEmpty();
  }

  @Test
  void member_cannotDoWhatOnlyAdminsMay() {
    Group group = climbers();
    assertThatThrownBy(() -> of(bob, group).rename("Bob's"))
        .isInstanceOf(SottoException.class)
        .hasMessageContaining("role");
    assertThatThrownBy(() -> of(bob, group).remove(List.of(people.id("carol"))))
        .isInstanceOf(SottoException.class);
    assertThat(group.info().members()).hasSize(3);
  }

  @Test
  void link_letsStrangersIn_untilItIsTakenBack() {
    Group group = alice.createGroup("Open", List.of(people.id("bob")));
    String link = group.makeLink(false);
    Group joined = carol.joinGroup(link);
    assertThat(joined.info().title()).isEqualTo("Open");
    await(() -> group.info().members().size() == 3);
    joined.conversation().send("hello").await(Status.DELIVERED, PATIENCE);
    awaitTexts(alice, group, "hello");
    group.dropLink();
    Sotto dave = people.register("dave");
    assertThatThrownBy(() -> dave.joinGroup(link)).isInstanceOf(SottoException.class);
    assertThat(dave.groups()).isEmpty();
  }

  @Test
  void linkWithApproval_letsInWhomAnAdminLetsIn() {
    Group group = alice.createGroup("Club", List.of());
    String link = group.makeLink(true);
    Group asked = carol.joinGroup(link);
    assertThat(asked.info().role()).isEmpty();
    await(() -> group.info().requests().size() == 1);
    group.approve(List.of(people.id("carol")));
    await(() -> asked.info().role().isPresent());
    group.conversation().send("welcome").await(Status.DELIVERED, PATIENCE);
    awaitTexts(carol, group, "welcome");
  }

  @Test
  void announcements_areForAdmins() {
    Group group = climbers();
    group.announcementOnly(true);
    await(() -> of(bob, group).info().announcementOnly());
    SentMessage refused = of(bob, group).conversation().send("may I?");
    assertThat(refused.await(Status.SENT, PATIENCE)).isEqualTo(Status.FAILED);
    assertThat(refused.failure().orElseThrow().code()).isEqualTo("may_not_write");
    group.conversation().send("news").await(Status.DELIVERED, PATIENCE);
    awaitTexts(carol, group, "news");
  }
}
