package sotto.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;
import sotto.client.Sotto;

/// Processor time of SDKs for messages of which the server does not know the sender, beside plain
/// ones: to somebody who has answered, and to somebody who has read and never answered, so that the
/// sender has not got the access key. Never are two homes open at once.
final class ClientSealing {
  private static final int WARM_UP = 2;
  private static final int ACQUAINTED = 20;

  private final Homes homes;
  private final int messages;
  private final ClientTimes.Compared compared = new ClientTimes.Compared();
  private final Table all =
      new Table(
          "What clients take for a message, sealed and plain",
          "Processor µs for a message, in which the Java compiler's and collector's are. What opening and"
              + " connecting a home takes is taken off from recipient and confirmations. *Sealed of"
              + " them* are those of which the server's mailbox names no sender.",
          new Column("trial", 0),
          new Column("sent", 0),
          new Column("messages", 0),
          new Column("sealed of them", 0),
          new Column("sender µs", 0),
          new Column("recipient µs", 0),
          new Column("sender µs, confirmations", 0),
          new Column("a second, sending", 0));

  ClientSealing(Homes homes, int messages) {
    this.homes = homes;
    this.messages = messages;
  }

  void run(Bench bench, int trials) throws Exception {
    Homes.Owner sender = homes.register("sealing");
    Homes.Owner friend = homes.register("friend");
    Homes.Owner stranger = homes.register("stranger");
    Path mailboxes = mailboxes(bench.folder().resolve("data"));
    acquaint(sender, friend, mailboxes);
    for (int trial = 1 - WARM_UP; trial <= trials; trial++) {
      boolean sealedFirst = trial % 2 == 0;
      trial(trial, sender, sealedFirst ? friend : stranger, sealedFirst, mailboxes);
      trial(trial, sender, sealedFirst ? stranger : friend, !sealedFirst, mailboxes);
    }
    Table ratios =
        ClientTimes.compared(
            "Sealed beside plain, clients",
            "Medians of the trials, and the ratio of each trial's own two figures.",
            "sealed",
            "plain");
    compared.into(ratios, "");
    bench.report().add(ratios);
    bench.report().add(all);
  }

  /// Until what the sender writes goes sealed.
  private void acquaint(Homes.Owner sender, Homes.Owner friend, Path mailboxes) throws Exception {
    for (int i = 0; i < ACQUAINTED; i++) {
      write(sender, friend);
      boolean sealed = waiting(mailboxes).sealed() > 0;
      write(friend, sender);
      if (sealed) {
        homes.visit(sender, _ -> {});
        homes.visit(friend, _ -> {});
        return;
      }
    }
    throw new CannotMeasure("after " + ACQUAINTED + " messages none is sealed");
  }

  private void write(Homes.Owner from, Homes.Owner to) {
    try (Sotto sotto = homes.open(from.home())) {
      Homes.received(sotto);
      sotto.conversationWith(to.account()).send("how do you do");
      Homes.sent(sotto);
      // The profile goes by itself, and with it who may be let in.
      if (!sotto.awaitProfile(Homes.LONG)) {
        throw new CannotMeasure("a profile was not published");
      }
    }
  }

  private void trial(int trial, Homes.Owner sender, Homes.Owner to, boolean sealed, Path mailboxes)
      throws Exception {
    long opening = opening(to);
    long openingSender = opening(sender);
    long sent;
    double seconds;
    try (Sotto sotto = homes.open(sender.home())) {
      Homes.received(sotto);
      Homes.sent(sotto);
      long before = Homes.processorNanos();
      long begun = System.nanoTime();
      for (int i = 0; i < messages; i++) {
        sotto.conversationWith(to.account()).send(ClientTalk.TEXT + i);
      }
      Homes.sent(sotto);
      sent = Homes.processorNanos() - before;
      seconds = (System.nanoTime() - begun) / 1e9;
    }
    Waiting waiting = waiting(mailboxes);
    long received = opening(to) - opening;
    long confirmed = opening(sender) - openingSender;
    if (trial <= 0) {
      return;
    }
    ClientTimes times = ClientTimes.of(sent, received, confirmed, messages);
    compared.add(sealed, times);
    all.row(
        trial,
        sealed ? "sealed" : "plain",
        waiting.all(),
        waiting.sealed(),
        times.sender(),
        times.recipients(),
        times.confirmed(),
        messages / seconds);
    Bench.say(
        String.format(
            Locale.ROOT,
            "trial %d, %s: sender %.0f, recipient %.0f µs a message",
            trial,
            sealed ? "sealed" : "plain",
            times.sender(),
            times.recipients()));
  }

  /// Processor time to open a home until it has got and confirmed everything.
  private long opening(Homes.Owner owner) {
    long before = Homes.processorNanos();
    homes.visit(owner, _ -> {});
    return Homes.processorNanos() - before;
  }

  private record Waiting(int all, int sealed) {}

  /// What lies in all mailboxes.
  private static Waiting waiting(Path mailboxes) throws SQLException {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + mailboxes);
        var statement = connection.createStatement();
        var found = statement.executeQuery("SELECT count(*), count(sender_tag) FROM inbox")) {
      found.next();
      return new Waiting(found.getInt(1), found.getInt(1) - found.getInt(2));
    }
  }

  private static Path mailboxes(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      return files
          .filter(file -> file.endsWith("store.db"))
          .findFirst()
          .orElseThrow(() -> new CannotMeasure("the server has no store.db in " + folder));
    }
  }
}
