package sotto.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import sotto.bench.baseline.BareSignal;
import sotto.bench.report.Ratio;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;
import sotto.client.Conversation;
import sotto.client.Sotto;
import sotto.crypto.Padding;

/// How many messages a second an SDK sends (encrypts, makes durable, has the server take) and how
/// many it receives (decrypts, makes durable, confirms), beside libsignal that does nothing but
/// encrypt and decrypt contents of the same size. In turns; who receives comes when all is at the
/// server.
final class ClientTalk {
  static final String TEXT = "A message of about the length that people write, number ";

  private static final int WARM_UP = 2;

  /// Messages a second.
  ///
  /// @param sent for each number of callers
  private record Score(List<Double> sent, double encrypted, double received, double decrypted) {}

  private final Homes homes;
  private final int messages;
  private final List<Integer> callers;
  private final List<Score> scores = new ArrayList<>();

  /// @param messages of each figure
  /// @param callers threads that send at once, each number in its turn
  ClientTalk(Homes homes, int messages, List<Integer> callers) {
    this.homes = homes;
    this.messages = messages;
    this.callers = callers;
  }

  void run(Bench bench, int trials) throws Exception {
    Homes.Owner a = homes.register("talk-a");
    Homes.Owner b = homes.register("talk-b");
    try (Sotto atA = homes.open(a.home())) {
      try (Sotto atB = homes.open(b.home())) {
        atA.conversationWith(b.username()).send("hello");
        Homes.await(() -> atB.conversationWith(a.username()).messageCount() == 1);
        atB.conversationWith(a.username()).send("hello");
        Homes.await(() -> atA.conversationWith(b.username()).messageCount() == 2);
        Homes.sent(atB);
      }
      BareSignal bare = new BareSignal();
      // The first are for the compiler.
      for (int trial = 1 - WARM_UP; trial <= trials; trial++) {
        Score score = trial(atA, a, b, bare);
        if (trial > 0) {
          scores.add(score);
        }
        Bench.say(
            String.format(
                Locale.ROOT,
                "conversation, trial %d: %s sent and %.0f received a second",
                trial,
                score.sent().stream().map(sent -> "%.0f".formatted(sent)).toList(),
                score.received()));
      }
    }
    tables(bench);
  }

  private Score trial(Sotto atA, Homes.Owner a, Homes.Owner b, BareSignal bare) throws Exception {
    Conversation with = atA.conversationWith(b.username());
    List<Double> sent = new ArrayList<>();
    for (int at : callers) {
      long started = System.nanoTime();
      send(with, at);
      Homes.sent(atA);
      sent.add(rate(started));
    }
    long began;
    double received;
    try (Sotto atB = homes.open(b.home())) {
      Conversation from = atB.conversationWith(a.username());
      long wanted = from.messageCount() + (long) messages * callers.size();
      began = System.nanoTime();
      Homes.await(() -> from.messageCount() >= wanted);
      received = rate(began) * callers.size();
    }
    byte[] content = Padding.pad(new byte[TEXT.length() + 100]);
    began = System.nanoTime();
    List<byte[]> encrypted = bare.encrypt(messages, content);
    double encryptedRate = rate(began);
    began = System.nanoTime();
    bare.decrypt(encrypted);
    return new Score(sent, encryptedRate, received, rate(began));
  }

  private void send(Conversation with, int at) {
    AtomicInteger next = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(at)) {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int i = 0; i < at; i++) {
        all.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int n = next.getAndIncrement(); n < messages; n = next.getAndIncrement()) {
                    with.send(TEXT + n);
                  }
                },
                threads));
      }
      all.forEach(CompletableFuture::join);
    }
  }

  private double rate(long began) {
    return messages / ((System.nanoTime() - began) / 1e9);
  }

  private void tables(Bench bench) {
    Table ratios =
        new Table(
            "The SDK beside libsignal",
            "Messages a second, medians of the trials, and the ratio of each trial's own two figures."
                + " Sealed, as between people who know each other.",
            new Column("what", 0),
            new Column("SDK", 0),
            new Column("libsignal alone", 0),
            new Column("ratio", 3),
            new Column("lowest", 3),
            new Column("highest", 3));
    for (int i = 0; i < callers.size(); i++) {
      int which = i;
      String what = "encrypt, store, send, %,d at once".formatted(callers.get(i));
      row(ratios, what, score -> score.sent().get(which), Score::encrypted);
    }
    row(ratios, "receive, decrypt, store", Score::received, Score::decrypted);
    Table all =
        new Table(
            "A conversation, each trial",
            "Messages a second.",
            new Column("trial", 0),
            new Column("at once", 0),
            new Column("sent", 0),
            new Column("encrypted", 0),
            new Column("received", 0),
            new Column("decrypted", 0));
    for (int i = 0; i < scores.size(); i++) {
      Score score = scores.get(i);
      for (int n = 0; n < callers.size(); n++) {
        all.row(
            i + 1,
            callers.get(n),
            score.sent().get(n),
            score.encrypted(),
            score.received(),
            score.decrypted());
      }
    }
    bench.report().add(ratios);
    bench.report().add(all);
  }

  private void row(
      Table into, String what, ToDoubleFunction<Score> ours, ToDoubleFunction<Score> bare) {
    double[] sdk = scores.stream().mapToDouble(ours).toArray();
    double[] base = scores.stream().mapToDouble(bare).toArray();
    Ratio ratio = Ratio.of(sdk, base);
    into.row(
        what, Ratio.median(sdk), Ratio.median(base), ratio.median(), ratio.low(), ratio.high());
  }
}
