package sotto.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sotto.client.BackupOutcome;
import sotto.client.Options;
import sotto.client.Passphrase;
import sotto.client.RestoredAccount;
import sotto.client.ServerAddress;
import sotto.client.Sotto;
import sotto.client.Username;
import sotto.client.internal.store.Secret;
import sotto.client.internal.store.Store;

/// How long a new device takes until it is linked and has the account's history; and how long a
/// backup and a restore of it take, at the server and in a file. One after the other, at a real
/// server on the same machine.
final class HistoryBench {
  private final Path folder;
  private final ServerAddress server;
  private final int messages;
  private final Username name = Username.of("a" + Long.toString(System.nanoTime(), 36));

  private HistoryBench(Path folder, ServerAddress server, int messages) {
    this.folder = folder;
    this.server = server;
    this.messages = messages;
  }

  /// `history`.
  @Command(
      name = "history",
      mixinStandardHelpOptions = true,
      description =
          "How long linking a device and its history take, and a backup and its restore, at the server and in a file.")
  static final class Asked implements Callable<Integer> {
    @Option(
        names = "--messages",
        paramLabel = "N",
        defaultValue = "100000",
        description = "How many there are (default: ${DEFAULT-VALUE}).")
    private int messages;

    @Override
    public Integer call() throws Exception {
      Path folder = Files.createTempDirectory("sotto-bench");
      try (ServerUnderTest server = ServerUnderTest.start(folder.resolve("data"), Map.of())) {
        new HistoryBench(folder, server.address(), messages).run();
      } finally {
        Homes.delete(folder);
      }

      return 0;
    }
  }

  private Sotto open(String home) {
    return Sotto.open(folder.resolve(home), Passphrase.ofKey(new byte[32]), Options.defaults());
  }

  private void run() throws Exception {
    try (Sotto a1 = open("a1")) {
      a1.register(server, name);
    }
    Filling filling = new Filling(new Wordy(1));
    try (Store store =
        Store.open(
            folder.resolve("a1"),
            new Secret.Raw(new byte[32]),
            new SecureRandom(),
            Clock.systemUTC())) {
      filling.into(store, messages);
    }
    System.out.printf(
        Locale.ROOT,
        "%,d messages, %.1f MB of text%n%n| what | seconds | messages a second | MB |%n|---|---|---|---|%n",
        messages,
        filling.textBytes() / 1e6);
    Path file = folder.resolve("a.sotto");
    String code;
    try (Sotto a1 = open("a1")) {
      a1.awaitOnline(java.time.Duration.ofMinutes(1));
      code = a1.recoveryCode().orElseThrow();
      link(a1);
      long began = System.nanoTime();
      var whole = (BackupOutcome.Saved) a1.backup().keep(_ -> {});
      row("backup at the server, whole", began, whole.bytes());
      a1.conversationWith(Filling.user(0)).send("one more");
      began = System.nanoTime();
      var more = (BackupOutcome.Saved) a1.backup().keep(_ -> {});
      row("backup at the server, one message more", began, more.bytes());
      began = System.nanoTime();
      row("backup in a file", began, a1.backup().write(file, _ -> {}).bytes());
    }
    try (Sotto restored = open("r1")) {
      long began = System.nanoTime();
      RestoredAccount account = restored.restore(server, name, code, _ -> {});
      row("restore from the server", began, 0);
      expect(account.messages() >= messages);
    }
    try (Sotto restored = open("r2")) {
      long began = System.nanoTime();
      RestoredAccount account = restored.restore(server, file, code, _ -> {});
      row("restore from the file", began, Files.size(file));
      expect(account.messages() >= messages);
    }
  }

  private void link(Sotto a1) throws Exception {
    try (Sotto a2 = open("a2")) {
      CompletableFuture<String> code = new CompletableFuture<>();
      long began = System.nanoTime();
      var linked = CompletableFuture.runAsync(() -> a2.link(server, "the second", code::complete));
      a1.addDevice(code.get(), _ -> true);
      linked.get();
      row("link", began, 0);
      Homes.await(() -> a2.history().complete() && a2.history().received() >= messages);
      row("link and history", began, 0);
      expect(a2.history().lost() == 0);
    }
  }

  private void row(String what, long began, long bytes) {
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "| %s | %.1f | %,.0f | %.1f |%n",
        what,
        seconds,
        messages / seconds,
        bytes / 1e6);
  }

  private static void expect(boolean there) {
    if (!there) {
      throw new IllegalStateException("not all messages are there");
    }
  }
}
