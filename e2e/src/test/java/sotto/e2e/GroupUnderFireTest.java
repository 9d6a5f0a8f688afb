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
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.AccountId;
import sotto.client.Group;
import sotto.client.MessageView;
import sotto.client.SentMessage;
import sotto.client.Sotto;
import sotto.client.Status;
import sotto.client.Username;
import sotto.group.GroupId;

/// Groups at a real server with clients in this process: many members, members who are removed
/// while others write, and a server that is killed in the middle.
@Timeout(value = 1500, unit = TimeUnit.SECONDS)
final class GroupUnderFireTest {
  private static final boolean LONG = Boolean.getBoolean("sotto.long");
  private static final Duration PATIENCE = Duration.ofMinutes(LONG ? 15 : 3);

  @TempDir Path folder;
  private final List<Sotto> open = new ArrayList<>();

  @AfterEach
  void close() {
    open.forEach(Sotto::close);
  }

  private Sotto member(ServerProcess server, int number) {
    Sotto sotto = new Person("m" + number, folder.resolve("m" + number)).open();
    open.add(sotto);
    sotto.register(Person.addressOf(server), Username.of("member" + number));
    return sotto;
  }

  private List<Sotto> members(ServerProcess server, int count) {
    return IntStream.range(0, count).mapToObj(i -> member(server, i)).toList();
  }

  private static AccountId id(Sotto sotto) {
    return sotto.account().orElseThrow().id();
  }

  private static GroupId group(List<Sotto> members) {
    GroupId id =
        members
            .getFirst()
            .createGroup("All", members.stream().skip(1).map(GroupUnderFireTest::id).toList())
            .id();
    members.forEach(member -> await(() -> member.group(id).isPresent()));
    return id;
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      LockSupport.parkNanos(20_000_000);
    }
  }

  private static Group of(Sotto member, GroupId group) {
    return member.group(group).orElseThrow();
  }

  private static List<String> texts(Sotto member, GroupId group) {
    return of(member, group).conversation().messages(10_000).stream()
        .filter(m -> m.kind() == MessageView.Kind.MESSAGE)
        .map(MessageView::text)
        .toList();
  }

  private static String sender(String text) {
    return text.substring(0, text.indexOf(' '));
  }

  private static void hasAllOnce(Sotto member, GroupId group, Set<String> all) {
    await(() -> new HashSet<>(texts(member, group)).containsAll(all));
    List<String> texts = texts(member, group);
    assertThat(texts).doesNotHaveDuplicates();
    // Those of one sender are in order.
    texts.stream()
        .map(GroupUnderFireTest::sender)
        .distinct()
        .forEach(sender -> {
          List<Integer> numbers =
              texts.stream()
                  .filter(text -> text.startsWith(sender + " "))
                  .map(text -> Integer.parseInt(text.substring(text.indexOf(' ') + 1)))
                  .toList();
          assertThat(numbers).as(sender).isSorted();
        });
  }

  @Test
  void manyMembersAndSenders_everyStoreHasEveryMessageOnce() {
    int count = LONG ? 650 : 24;
    int senders = LONG ? 20 : 6;
    int messages = LONG ? 5 : 8;
    try (var server =
        ServerProcess.start(Checkout.find(), folder.resolve("server"), Stage::manyFromOneAddress)) {
      List<Sotto> members = members(server, count);
      GroupId group = group(members);
      Set<String> all = new HashSet<>();
      List<SentMessage> sent = new ArrayList<>();
      long begun = System.nanoTime();
      for (int i = 0; i < messages; i++) {
        for (int s = 0; s < senders; s++) {
          String text = "s" + s + " " + i;
          all.add(text);
          sent.add(of(members.get(s), group).conversation().send(text));
        }
      }
      members.forEach(member -> hasAllOnce(member, group, all));
      sent.forEach(
          m -> assertThat(m.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED));
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
    try (var server =
        ServerProcess.start(Checkout.find(), folder.resolve("server"), Stage::manyFromOneAddress)) {
      List<Sotto> members = members(server, senders + 2);
      Sotto removed = members.getLast();
      GroupId group = group(members);
      Set<String> all = new HashSet<>();
      List<SentMessage> sent = new ArrayList<>();
      List<SentMessage> after = new ArrayList<>();
      Thread remover =
          Thread.ofVirtual()
              .unstarted(() -> of(members.getFirst(), group).remove(List.of(id(removed))));
      long period = TimeUnit.SECONDS.toNanos(1) / rate;
      long next = System.nanoTime();
      for (int i = 0; i < rate * seconds; i++) {
        for (int s = 0; s < senders; s++) {
          String text = "s" + s + " " + i;
          all.add(text);
          SentMessage m = of(members.get(s), group).conversation().send(text);
          sent.add(m);
          if (of(members.get(s), group).info().members().size() == senders + 1) {
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
      members.stream().limit(senders + 1).forEach(member -> hasAllOnce(member, group, all));
      sent.forEach(
          m -> assertThat(m.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED));
      assertThat(after).isNotEmpty();
      Set<String> had = new HashSet<>(texts(removed, group));
      assertThat(after).noneMatch(m -> had.contains(m.view().text()));
      assertThat(of(removed, group).info().role()).isEmpty();
      assertThat(of(removed, group).conversation().send("x 1").await(Status.SENT, PATIENCE))
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
    try (var server =
        ServerProcess.start(Checkout.find(), folder.resolve("server"), Stage::manyFromOneAddress)) {
      List<Sotto> members = members(server, 6);
      GroupId group = group(members);
      Set<String> all = new HashSet<>();
      List<SentMessage> sent = new ArrayList<>();
      for (int kill = 0; kill <= kills; kill++) {
        int first = sent.size();
        for (int i = 0; i < 20; i++) {
          int sender = i % 3;
          String text = "s" + sender + " " + (kill * 20 + i);
          all.add(text);
          sent.add(of(members.get(sender), group).conversation().send(text));
        }
        if (kill < kills) {
          sent.get(first + random.nextInt(20)).await(Status.SENT, PATIENCE);
          server.kill();
          server.restart();
        }
      }
      members.forEach(member -> hasAllOnce(member, group, all));
      sent.forEach(
          m -> assertThat(m.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED));
    }
  }
}
