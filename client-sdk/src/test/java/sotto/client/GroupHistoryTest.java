package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.client.TwoPeople.PATIENCE;
import static sotto.client.TwoPeople.await;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What people wrote to groups, on a new device, in a backup and after a restart.
final class GroupHistoryTest {
  @TempDir Path folder;
  private TwoPeople people;
  private Sotto alice;
  private Group group;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    alice = people.register("alice");
    Sotto bob = people.register("bob");
    group = alice.createGroup("Climbers", List.of(people.id("bob")));
    await(() -> bob.group(group.id()).isPresent());
    group.conversation().send("from alice").await(Status.DELIVERED, PATIENCE);
    bob.group(group.id())
        .orElseThrow()
        .conversation()
        .send("from bob")
        .await(Status.DELIVERED, PATIENCE);
    await(() -> GroupTest.texts(alice, group).size() == 2);
  }

  @AfterEach
  void stop() {
    people.close();
  }

  @Test
  void newDevice_hasWhatWasWrittenBefore_byWhoWroteIt() {
    Sotto second = TwoDevices.link(people, alice, "alice-2");
    await(() -> second.group(group.id()).isPresent());
    await(() -> GroupTest.texts(second, group).equals(List.of("from alice", "from bob")));
    List<MessageView> all = second.group(group.id()).orElseThrow().conversation().messages(10);
    assertThat(all.get(0).incoming()).isFalse();
    assertThat(all.get(1).from().account()).hasValue(people.id("bob"));
    assertThat(all.get(1).to().name()).isEqualTo("#Climbers");
  }

  @Test
  void home_hasItsGroupsAndMessages_whenItIsOpenedAgain() {
    alice.close();
    Sotto again = people.open("alice");
    assertThat(again.groups()).extracting(GroupInfo::title).containsExactly("Climbers");
    assertThat(GroupTest.texts(again, group)).containsExactly("from alice", "from bob");
    again
        .group(group.id())
        .orElseThrow()
        .conversation()
        .send("later")
        .await(Status.DELIVERED, PATIENCE);
    assertThat(people.server.groups.received).hasSize(3);
  }

  @Test
  void archivedMessages_comeBackFromTheArchive() {
    alice.group(group.id()).orElseThrow().conversation().markRead();
    await(() -> alice.conversations().getFirst().unread() == 0);
    var outcome = alice.archive().moveOlderThan(java.time.Duration.ZERO, _ -> {});
    assertThat(outcome).isNotNull();
    assertThat(GroupTest.texts(alice, group)).containsExactly("from alice", "from bob");
  }

  @Test
  void backup_bringsGroupsAndWhatWasWrittenBack() {
    String code = alice.recoveryCode().orElseThrow();
    await(() -> people.server.recoveryVersion(people.id("alice")) == 1);
    assertThat(alice.backup().keep(_ -> {})).isInstanceOf(BackupOutcome.Saved.class);
    alice.close();
    Sotto fresh = people.open("restored");
    var _ = fresh.restore(people.server.address(), Username.of("alice"), code, _ -> {});
    await(() -> fresh.group(group.id()).isPresent());
    assertThat(fresh.groups()).extracting(GroupInfo::title).containsExactly("Climbers");
    assertThat(GroupTest.texts(fresh, group)).containsExactly("from alice", "from bob");
    Sotto bob = people.of("bob");
    bob.group(group.id())
        .orElseThrow()
        .conversation()
        .send("welcome back")
        .await(Status.DELIVERED, PATIENCE);
    await(() -> GroupTest.texts(fresh, group).contains("welcome back"));
  }
}
