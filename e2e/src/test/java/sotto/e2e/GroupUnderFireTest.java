package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sotto.client.SentMessage;
import sotto.client.Sotto;
import sotto.client.Status;

/// Groups at a real server with clients in this process: many members, members who are removed
/// while others write, and a server that is killed in the middle.
@Timeout(value = 1500, unit = TimeUnit.SECONDS)
final class GroupUnderFireTest {
  private static final boolean LONG = Boolean.getBoolean("sotto.long");
  private static final Duration PATIENCE = Duration.ofMinutes(LONG ? 15 : 3);

  @TempDir Path folder;

  private ServerProcess server() {
    return ServerProcess.start(
        Checkout.find(), folder.resolve("server"), Stage::manyFromOneAddress);
  }

  private Gathering gathering(ServerProcess server, int members) {
    return new Gathering(Person.addressOf(server), folder, members, PATIENCE);
  }

  @Test
  void manyMembersAndSenders_everyStoreHasEveryMessageOnce() {
    int count = LONG ? 650 : 24;
    int senders = LONG ? 20 : 6;
    int messages = LONG ? 5 : 8;
    try (var server = server();
        var group = gathering(server, count)) {
      Set<String> all = new HashSet<>();
      List<SentMessage> sent = new ArrayList<>();
      long begun = System.nanoTime();
      for (int i = 0; i < messages; i++) {
        for (int s = 0; s < senders; s++) {
          String text = "s" + s + " " + i;
          all.add(text);
          sent.add(group.send(s, text));
        }
      }
      group.delivered(sent);
      group.members().forEach(member -> group.hasAllOnce(member, all));
      System.out.printf(
          "%d members, %d senders, %d messages: all delivered after %.1f s%n",
          count, senders, sent.size(), (System.nanoTime() - begun) / 1e9);
    }
  }

  @Test
  void memberRemovedWhileOthersWrite_missesAllAfterwards_andNobodyElseMissesAny() {
    int senders = 5;
    int rate = LONG ? 50 : 20;
    int seconds = LONG ? 20 : 4;
    try (var server = server();
        var group = gathering(server, senders + 2)) {
      List<Sotto> members = group.members();
      Sotto removed = members.getLast();
      Set<String> all = new HashSet<>();
      List<SentMessage> sent = new ArrayList<>();
      List<SentMessage> after = new ArrayList<>();
      Thread remover =
          Thread.ofVirtual()
              .unstarted(() -> group.of(members.getFirst()).remove(List.of(Gathering.id(removed))));
      long period = TimeUnit.SECONDS.toNanos(1) / rate;
      long next = System.nanoTime();
      for (int i = 0; i < rate * seconds; i++) {
        for (int s = 0; s < senders; s++) {
          String text = "s" + s + " " + i;
          all.add(text);
          SentMessage m = group.send(s, text);
          sent.add(m);
          if (group.of(members.get(s)).info().members().size() == senders + 1) {
            // Its sender knew by then.
            after.add(m);
          }
        }
        if (i == rate * seconds / 2) {
          remover.start();
        }
        next += period;
        LockSupport.parkNanos(next - System.nanoTime());
      }
      group.delivered(sent);
      members.stream().limit(senders + 1).forEach(member -> group.hasAllOnce(member, all));
      assertThat(after).isNotEmpty();
      Set<String> had = new HashSet<>(group.texts(removed));
      assertThat(after).noneMatch(m -> had.contains(m.view().text()));
      assertThat(group.of(removed).info().role()).isEmpty();
      assertThat(group.of(removed).conversation().send("x 1").await(Status.SENT, PATIENCE))
          .isEqualTo(Status.FAILED);
      System.out.printf(
          "%d messages, %d of them after the removal was known; the removed one had %d%n",
          sent.size(), after.size(), had.size());
    }
  }

  @Test
  void serverKilledInTheMiddleOfFanOuts_losesNothingDoublesNothing() {
    long seed = Long.getLong("sotto.seed", new Random().nextLong());
    System.out.println("GroupUnderFireTest seed " + seed);
    Random random = new Random(seed);
    int kills = LONG ? 20 : 3;
    try (var server = server();
        var group = gathering(server, 6)) {
      Set<String> all = new HashSet<>();
      List<SentMessage> sent = new ArrayList<>();
      for (int kill = 0; kill <= kills; kill++) {
        int first = sent.size();
        for (int i = 0; i < 20; i++) {
          int sender = i % 3;
          String text = "s" + sender + " " + (kill * 20 + i);
          all.add(text);
          sent.add(group.send(sender, text));
        }
        if (kill < kills) {
          sent.get(first + random.nextInt(20)).await(Status.SENT, PATIENCE);
          server.kill();
          server.restart();
        }
      }
      group.delivered(sent);
      group.members().forEach(member -> group.hasAllOnce(member, all));
    }
  }
}
