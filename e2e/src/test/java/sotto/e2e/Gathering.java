package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import sotto.chain.AccountId;
import sotto.client.Group;
import sotto.client.MessageView;
import sotto.client.SentMessage;
import sotto.client.ServerAddress;
import sotto.client.Sotto;
import sotto.client.Status;
import sotto.client.Username;
import sotto.group.GroupId;

/// Users of the SDK in this process who are members of one group, which the first has founded.
final class Gathering implements AutoCloseable {
  private final List<Sotto> members = new ArrayList<>();
  private final Duration patience;
  private final GroupId group;

  /// Registers them and founds the group.
  ///
  /// @param folder for their homes
  /// @param patience how long anything may take
  Gathering(ServerAddress server, Path folder, int count, Duration patience) {
    this.patience = patience;
    try {
      IntStream.range(0, count).forEach(i -> member(server, folder, i));
      this.group =
          members
              .getFirst()
              .createGroup("All", members.stream().skip(1).map(Gathering::id).toList())
              .id();
      members.forEach(member -> await(() -> member.group(group).isPresent()));
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void member(ServerAddress server, Path folder, int number) {
    Sotto sotto = new Person("m" + number, folder.resolve("m" + number)).open();
    members.add(sotto);
    sotto.register(server, Username.of("member" + number));
  }

  List<Sotto> members() {
    return members;
  }

  static AccountId id(Sotto sotto) {
    return sotto.account().orElseThrow().id();
  }

  private void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      LockSupport.parkNanos(20_000_000);
    }
  }

  /// The group as a member has it.
  Group of(Sotto member) {
    return member.group(group).orElseThrow();
  }

  /// A member writes to the group.
  SentMessage send(int member, String text) {
    return of(members.get(member)).conversation().send(text);
  }

  /// What a member has of the group.
  List<String> texts(Sotto member) {
    return of(member).conversation().messages(10_000).stream()
        .filter(m -> m.kind() == MessageView.Kind.MESSAGE)
        .map(MessageView::text)
        .toList();
  }

  /// Messages come to *delivered*, each.
  void delivered(List<SentMessage> sent) {
    sent.forEach(m -> assertThat(m.await(Status.DELIVERED, patience)).isEqualTo(Status.DELIVERED));
  }

  /// A member comes to have all of some texts of the form `SENDER NUMBER`, once each, those of one
  /// sender in order. Its own must have been sent by then: they have their times only when they go.
  void hasAllOnce(Sotto member, Set<String> all) {
    await(() -> new HashSet<>(texts(member)).containsAll(all));
    List<String> texts = texts(member);
    assertThat(texts).doesNotHaveDuplicates();
    texts.stream()
        .map(Gathering::sender)
        .distinct()
        .forEach(sender -> {
          List<Integer> numbers =
              texts.stream()
                  .filter(text -> text.startsWith(sender + " "))
                  .map(text -> Integer.parseInt(text.substring(text.indexOf(' ') + 1)))
                  .toList();
          assertThat(numbers).as("of %s at %s", sender, id(member)).isSorted();
        });
  }

  private static String sender(String text) {
    return text.substring(0, text.indexOf(' '));
  }

  @Override
  public void close() {
    members.forEach(Sotto::close);
  }
}
