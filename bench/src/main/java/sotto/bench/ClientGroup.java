package sotto.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;
import sotto.client.Conversation;
import sotto.client.Sotto;
import sotto.group.GroupId;

/// Processor time of SDKs for a message to a group, beside one to each of the same people. Never
/// are the sender's home and a member's open at once. Everybody comes once, and gets the keys;
/// after that [#VISITED] of them come, and the others' mailboxes fill.
final class ClientGroup {
  private static final int WARM_UP = 2;
  private static final int LEAST_MESSAGES = 5;
  private static final int VISITED = 100;

  private final Homes homes;
  private final int recipients;
  private final Table all =
      new Table(
          "What clients take for a message to many",
          "Processor µs for a recipient, in which the Java compiler's and collector's are. Members are"
              + " beside the sender; they have a session with him and the group's keys, and have not"
              + " accepted him, so that single sends are not sealed. What opening and connecting a home"
              + " takes is taken off from recipients and confirmations.",
          new Column("trial", 0),
          new Column("members", 0),
          new Column("sent", 0),
          new Column("messages", 0),
          new Column("sender µs", 0),
          new Column("recipients µs", 0),
          new Column("sender µs, confirmations", 0),
          new Column("recipients a second, sending", 0),
          new Column("opening a home, ms", 1));
  private final Table ratios =
      ClientTimes.compared(
          "A message to a group beside one to each, clients",
          "Medians of the trials, and the ratio of each trial's own two figures.",
          "to the group",
          "to each");

  ClientGroup(Homes homes, int recipients) {
    this.homes = homes;
    this.recipients = recipients;
  }

  void run(Bench bench, int trials, List<Integer> sizes) {
    int most = sizes.stream().mapToInt(Integer::intValue).max().orElse(0);
    Bench.say("making " + most + " accounts and their homes");
    List<Homes.Owner> people = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      people.add(homes.register("member-" + i));
    }
    for (int size : sizes) {
      new Circle(homes.register("sender-" + size), people.subList(0, size)).run(trials);
    }
    bench.report().add(ratios);
    bench.report().add(all);
  }

  /// A sender and members of one group.
  private final class Circle {
    private final Homes.Owner sender;
    private final List<Homes.Owner> members;
    private final List<Homes.Owner> visited;
    private final GroupId group;
    private final int messages;
    private final ClientTimes.Compared compared = new ClientTimes.Compared();
    private long toGroup;
    private long toEach;

    Circle(Homes.Owner sender, List<Homes.Owner> members) {
      this.sender = sender;
      this.members = members;
      this.visited = members.subList(0, Math.min(VISITED, members.size()));
      this.messages = Math.max(LEAST_MESSAGES, recipients / members.size());
      try (Sotto sotto = homes.open(sender.home())) {
        sotto.awaitOnline(Homes.LONG);
        group =
            sotto.createGroup("bench", members.stream().map(Homes.Owner::account).toList()).id();
      }
    }

    void run(int trials) {
      // The first makes the sessions and gives the keys; the others are for the compiler.
      var _ = trip(true, 1, members);
      for (int i = 0; i < WARM_UP; i++) {
        var _ = trip(true, Math.min(messages, LEAST_MESSAGES), visited);
        var _ = trip(false, Math.min(messages, LEAST_MESSAGES), visited);
      }
      for (int trial = 1; trial <= trials; trial++) {
        long opening = opening();
        boolean groupFirst = trial % 2 == 1;
        trial(trial, groupFirst, opening);
        trial(trial, !groupFirst, opening);
      }
      compared.into(ratios, members.size() + " members: ");
    }

    private void trial(int trial, boolean asGroup, long opening) {
      Trip trip = trip(asGroup, messages, visited);
      int count = messages * members.size();
      int received = messages * visited.size();
      ClientTimes times =
          new ClientTimes(
              ClientTimes.micros(trip.sender(), count),
              ClientTimes.micros(trip.recipients() - opening * visited.size(), received),
              ClientTimes.micros(trip.confirmed() - opening, received));
      compared.add(asGroup, times);
      String sent = asGroup ? "to the group" : "to each";
      all.row(
          trial,
          members.size(),
          sent,
          messages,
          times.sender(),
          times.recipients(),
          times.confirmed(),
          count / trip.seconds(),
          opening / 1e6);
      Bench.say(
          String.format(
              Locale.ROOT,
              "trial %d, %d members, %s: sender %.0f, recipients %.0f µs for a recipient",
              trial,
              members.size(),
              sent,
              times.sender(),
              times.recipients()));
    }

    /// Processor time to open a home for which nothing waits, the mean of who comes.
    private long opening() {
      long before = Homes.processorNanos();
      visited.forEach(member -> homes.visit(member, _ -> {}));
      return (Homes.processorNanos() - before) / visited.size();
    }

    private Trip trip(boolean asGroup, int count, List<Homes.Owner> coming) {
      long before;
      double seconds;
      long sent;
      try (Sotto sotto = homes.open(sender.home())) {
        Homes.received(sotto);
        Homes.sent(sotto);
        before = Homes.processorNanos();
        long begun = System.nanoTime();
        for (int i = 0; i < count; i++) {
          send(sotto, asGroup, i);
        }
        Homes.sent(sotto);
        sent = Homes.processorNanos() - before;
        seconds = (System.nanoTime() - begun) / 1e9;
      }
      toGroup += asGroup ? count : 0;
      toEach += asGroup ? 0 : count;
      before = Homes.processorNanos();
      coming.forEach(member -> homes.visit(member, this::check));
      long received = Homes.processorNanos() - before;
      before = Homes.processorNanos();
      homes.visit(sender, _ -> {});
      return new Trip(sent, received, Homes.processorNanos() - before, seconds);
    }

    private void send(Sotto sotto, boolean asGroup, int number) {
      String text = ClientTalk.TEXT + number;
      if (asGroup) {
        sotto.group(group).orElseThrow().conversation().send(text);
      } else {
        members.forEach(member -> sotto.conversationWith(member.account()).send(text));
      }
    }

    private void check(Sotto sotto) {
      // Whoever is new asks the server for the group once its key has come.
      Homes.await(() -> sotto.group(group).isPresent());
      Conversation inGroup = sotto.group(group).orElseThrow().conversation();
      Conversation alone = sotto.conversationWith(sender.account());
      if (inGroup.messageCount() != toGroup || alone.messageCount() != toEach) {
        throw new CannotMeasure(
            "a member has %d messages of the group's %d and %d of %d others"
                .formatted(inGroup.messageCount(), toGroup, alone.messageCount(), toEach));
      }
    }
  }

  private record Trip(long sender, long recipients, long confirmed, double seconds) {}
}
