package sotto.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sotto.bench.baseline.BareSignal;
import sotto.client.Conversation;
import sotto.client.Options;
import sotto.client.Passphrase;
import sotto.client.Sotto;
import sotto.client.Username;
import sotto.crypto.Padding;

/// How many messages a second an SDK sends (encrypts, makes durable, has the server take) and how
/// many it receives (decrypts, makes durable, confirms), beside libsignal that does nothing but
/// encrypt and decrypt contents of the same size. In turns, at a real server on the same machine;
/// who receives comes when all is at the server.
final class ClientBench {
  private static final int WARM_UP = 2;
  private static final Duration LONG = Duration.ofMinutes(30);
  private static final String TEXT = "A message of about the length that people write, number ";

  private record Score(double sent, double encrypted, double received, double decrypted) {}

  private final Path homes;
  private final int messages;

  private ClientBench(Path homes, int messages) {
    this.homes = homes;
    this.messages = messages;
  }

  /// `client`.
  @Command(
      name = "client",
      mixinStandardHelpOptions = true,
      description =
          "Messages a second that an SDK sends and receives at a server, beside libsignal that only encrypts and decrypts.")
  static final class Asked implements Callable<Integer> {
    @Option(
        names = "--messages",
        paramLabel = "N",
        defaultValue = "5000",
        description = "Of a round (default: ${DEFAULT-VALUE}).")
    private int messages;

    @Option(
        names = "--rounds",
        paramLabel = "N",
        defaultValue = "5",
        description = "How many (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Override
    public Integer call() throws Exception {
      Path folder = Files.createTempDirectory("sotto-bench");
      try (ServerUnderTest server = ServerUnderTest.start(folder.resolve("data"), Map.of())) {
        new ClientBench(folder, messages).run(server, rounds);
      } finally {
        delete(folder);
      }

      return 0;
    }
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }

  /// Waits for something that comes by itself.
  static void await(BooleanSupplier there) throws InterruptedException {
    long end = System.nanoTime() + LONG.toNanos();
    while (!there.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("waited for half an hour");
      }
      Thread.sleep(2);
    }
  }

  private Sotto open(String name) {
    return Sotto.open(homes.resolve(name), Passphrase.ofKey(new byte[32]), Options.defaults());
  }

  private void run(ServerUnderTest server, int rounds) throws Exception {
    Username b = Username.of("b" + Long.toString(System.nanoTime(), 36));
    Username a = Username.of("a" + Long.toString(System.nanoTime(), 36));
    try (Sotto atA = open("a")) {
      atA.register(server.address(), a);
      try (Sotto atB = open("b")) {
        atB.register(server.address(), b);
        atA.conversationWith(b).send("hello");
        await(() -> atB.conversationWith(a).messageCount() == 1);
        atB.conversationWith(a).send("hello");
        await(() -> atA.conversationWith(b).messageCount() == 2);
        sent(atB);
      }
      BareSignal bare = new BareSignal();
      List<Score> scores = new ArrayList<>();
      // The first are for the compiler.
      for (int round = 1 - WARM_UP; round <= rounds; round++) {
        Score score = round(atA, a, b, bare);
        if (round > 0) {
          scores.add(score);
        }
        System.err.printf(Locale.ROOT, "round %d: %s%n", round, score);
      }
      print(scores);
    }
  }

  private static void sent(Sotto sotto) {
    if (!sotto.awaitOutbox(LONG)) {
      throw new IllegalStateException("it was not sent");
    }
  }

  private Score round(Sotto atA, Username a, Username b, BareSignal bare) throws Exception {
    Conversation with = atA.conversationWith(b);
    long began = System.nanoTime();
    for (int i = 0; i < messages; i++) {
      with.send(TEXT + i);
    }
    sent(atA);
    double sent = rate(began);
    double received;
    try (Sotto atB = open("b")) {
      Conversation from = atB.conversationWith(a);
      long wanted = from.messageCount() + messages;
      began = System.nanoTime();
      await(() -> from.messageCount() >= wanted);
      received = rate(began);
    }
    byte[] content = Padding.pad(new byte[TEXT.length() + 100]);
    began = System.nanoTime();
    List<byte[]> encrypted = bare.encrypt(messages, content);
    double encryptedRate = rate(began);
    began = System.nanoTime();
    bare.decrypt(encrypted);
    return new Score(sent, encryptedRate, received, rate(began));
  }

  private double rate(long began) {
    return messages / ((System.nanoTime() - began) / 1e9);
  }

  private static void print(List<Score> scores) {
    System.out.println("| | a second | libsignal alone | of that | range |");
    System.out.println("|---|---|---|---|---|");
    row(
        "encrypt, store, send",
        scores.stream().mapToDouble(Score::sent).toArray(),
        scores.stream().mapToDouble(Score::encrypted).toArray());
    row(
        "receive, decrypt, store",
        scores.stream().mapToDouble(Score::received).toArray(),
        scores.stream().mapToDouble(Score::decrypted).toArray());
  }

  private static void row(String what, double[] sdk, double[] bare) {
    double[] ratios = new double[sdk.length];
    for (int i = 0; i < sdk.length; i++) {
      ratios[i] = sdk[i] / bare[i];
    }
    Arrays.sort(ratios);
    System.out.printf(
        Locale.ROOT,
        "| %s | %,.0f | %,.0f | %.3f | %.3f to %.3f |%n",
        what,
        middle(sdk),
        middle(bare),
        ratios[ratios.length / 2],
        ratios[0],
        ratios[ratios.length - 1]);
  }

  private static double middle(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
