package sotto.e2e;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// `make demo`: two people talk through a real server that is killed on the way, and nothing
/// readable stays on it. Prints each step in plain words; exits 0 only if all of it was so.
///
/// The server keeps its storage in its own folder, or in a database that the demo starts and takes
/// away again however it ends.
public final class Demo {
  private static final Duration DELIVERY = Duration.ofSeconds(20);
  private static final Duration MIGRATION = Duration.ofSeconds(60);

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final long started = System.nanoTime();
  private final Path folder;
  private final Optional<Stack> stack;
  private final ServerProcess server;
  private final Cli alice;
  private final Cli bob;
  private final List<String> texts = new ArrayList<>();
  private int step;

  private Demo(Checkout checkout, Path folder, Store store, Optional<Stack> stack) {
    this.folder = folder;
    this.stack = stack;
    this.alice = new Cli(checkout, "alice", folder.resolve("alice"), "a passphrase of alice's");
    this.bob = new Cli(checkout, "bob", folder.resolve("bob"), "a passphrase of bob's");
    var options = new ArrayList<String>();
    if (stack.isPresent()) {
      out.printf("Starting %s …%n", store.words);
      var url = stack.get().up(store.profile());
      out.println();
      say("%s is up at %s.".formatted(capital(store.words), url));
      say("Its tables are ready: sotto migrate says *%s*.".formatted(migrate(checkout, url)));
      options.addAll(List.of("--store", url));
    }
    this.server = start(checkout, folder.resolve("server"), options);
    // An interrupt ends it, too.
    Runtime.getRuntime().addShutdownHook(new Thread(server::close));
    say("The server is up at %s, its files in %s.".formatted(server.address(), server.data()));
  }

  private static ServerProcess start(Checkout checkout, Path data, List<String> options) {
    return ServerProcess.start(
        checkout,
        data,
        process -> {
          process.command().addAll(options);
          return process;
        });
  }

  private static String migrate(Checkout checkout, String url) {
    try (var migrate = new Running("sotto migrate", checkout.sotto("migrate", "--store", url))) {
      var exit = migrate.awaitEnd(MIGRATION);
      if (exit != 0) {
        throw new IllegalStateException("sotto migrate failed: " + migrate.err());
      }
      return String.join(" ", migrate.seen());
    }
  }

  /// Where the server of a demo has accounts and mailboxes.
  private enum Store {
    EMBEDDED("the server's own folder"),
    MYSQL("a MySQL"),
    COMBO("a Vitess of two shards in one process"),
    VITESS("a Vitess cluster of six tablets");

    private final String words;

    Store(String words) {
      this.words = words;
    }

    String profile() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Store> of(String name) {
      return Arrays.stream(values()).filter(s -> s.profile().equals(name)).findFirst();
    }
  }

  /// Runs the demo.
  ///
  /// @param arguments where the server keeps its storage: `embedded`, `mysql`, `combo` or `vitess`;
  ///   none is `embedded`
  public static void main(String[] arguments) throws IOException {
    var asked = arguments.length == 0 ? "embedded" : arguments[0];
    var store = Store.of(asked);
    if (store.isEmpty()) {
      System.err.println(
          "there is no store " + asked + " for the demo: embedded, mysql, combo or vitess");
      System.exit(2);
      return;
    }
    var checkout = Checkout.find();
    var folder = Files.createTempDirectory("sotto-demo");
    var stack =
        store.get() == Store.EMBEDDED
            ? Optional.<Stack>empty()
            // Beside the folder, which other users may not enter: a database can run as another.
            : Optional.of(new Stack(checkout, folder.resolveSibling(folder.getFileName() + ".db")));
    try {
      new Demo(checkout, folder, store.get(), stack).run();
      stack.ifPresent(Stack::close);
      remove(folder);
    } catch (RuntimeException | IOException e) {
      System.err.println("\nThe demo failed: " + e.getMessage());
      System.err.println("Its files are in " + folder);
      System.exit(1);
    }
  }

  private void run() throws IOException {
    try (server) {
      register();
      writeToSomebodyOffline();
      answer();
      var picture = sendPicture();
      killTheServerBetweenSentAndDelivered();
      var queued = writeWhileTheServerIsDown();
      followOneMessageToRead(queued);
      verify();
      proveThatTheServerKnowsNothing(picture);
    }
    out.printf("%nAll of it worked, in %d s.%n", (System.nanoTime() - started) / 1_000_000_000);
  }

  private void register() {
    for (var person : List.of(alice, bob)) {
      person.ok(
          "register", "--server", server.address(), "--ca", server.ca().toString(), person.name());
      var self = person.ok("whoami").only("whoami");
      check(self.get("username").getAsString().equals(person.name()), "whoami knows its name");
      say(
          "%s has an account, %s…, with a home of her or his own."
              .formatted(
                  capital(person.name()), self.get("account").getAsString().substring(0, 8)));
    }
  }

  private void writeToSomebodyOffline() {
    var id = send(alice, "bob", "Hello Bob, you are not online, and this will find you anyway. 🌻");
    say(
        "Alice wrote to Bob, who is offline: her message is *%s*."
            .formatted(status(alice, "bob", id)));
    check(status(alice, "bob", id).equals("sent"), "a stored message is sent");
    expect(bob, "alice", texts.getLast());
    say("Bob came online and has it.");
    alice.ok("receive");
    check(status(alice, "bob", id).equals("delivered"), "a received message is delivered");
    say("On Alice's side it is *delivered*.");
    bob.ok("read", "alice");
    alice.ok("receive");
    check(status(alice, "bob", id).equals("read"), "a message that was read is read");
    say("Bob read it: on Alice's side it is *read*.");
  }

  private void answer() {
    send(bob, "alice", "Hello Alice. Nobody but you can read this, the server least of all.");
    expect(alice, "bob", texts.getLast());
    say("Bob answered, Alice has it.");
  }

  private Path sendPicture() throws IOException {
    var picture = folder.resolve("sunflowers.png");
    Picture.paint(picture, 7);
    var caption = "A picture for you, Bob, made just now.";
    texts.add(caption);
    alice.ok("send", "bob", caption, "--file", picture.toString(), "--timeout", "30s");
    var saved = folder.resolve("bobs-pictures");
    var message =
        bob.ok("receive", "--save-files", saved.toString(), "--max", "1", "--timeout", "20s")
            .only("message");
    var file = message.getAsJsonArray("files").get(0).getAsJsonObject();
    var path = Path.of(file.get("path").getAsString());
    check(Files.mismatch(picture, path) == -1, "the picture arrived byte for byte");
    say(
        "Alice sent a picture of %d bytes; Bob has it byte for byte."
            .formatted(Files.size(picture)));
    return picture;
  }

  private void killTheServerBetweenSentAndDelivered() {
    var id = send(alice, "bob", "The server has this one, and now it will be killed.");
    check(status(alice, "bob", id).equals("sent"), "sent before the kill");
    server.kill();
    say("Alice's next message is *sent*; then the server was killed with SIGKILL.");
  }

  private String writeWhileTheServerIsDown() {
    var text = "Written while there was no server at all.";
    texts.add(text);
    var result = alice.run("send", "bob", text, "--timeout", "2s").exits(7);
    var id = result.only("message").get("id").getAsString();
    check(status(alice, "bob", id).equals("queued"), "without a server a message is queued");
    say("Alice wrote another without a server: it is *queued* and safe on her side.");
    server.restart();
    say("The server was started again.");
    return id;
  }

  private void followOneMessageToRead(String queued) {
    alice.ok("receive");
    check(status(alice, "bob", queued).equals("sent"), "the next command sends what is queued");
    say("Alice's next command took the queued one along: *sent*.");
    var got = bob.ok("receive", "--max", "2", "--timeout", "20s").all("message");
    check(
        got.stream().map(m -> m.get("text").getAsString()).toList().equals(lastTexts(2)),
        "what was accepted before the kill and queued after it arrives, once, in order");
    say("Bob has both, once each and in order: the one from before the kill too.");
    alice.ok("receive");
    check(status(alice, "bob", queued).equals("delivered"), "the queued message is delivered");
    bob.ok("read", "alice");
    alice.ok("receive");
    check(status(alice, "bob", queued).equals("read"), "the queued message is read");
    say("On Alice's side it went queued → sent → delivered → read.");
    check(bob.ok("receive").all("message").isEmpty(), "nothing arrives twice");
  }

  private void verify() {
    var hers = alice.ok("verify", "bob").only("verify").get("digits").getAsString();
    var his = bob.ok("verify", "alice").only("verify").get("digits").getAsString();
    check(hers.equals(his), "both see the same safety number");
    say("Both see the same safety number, %s….".formatted(hers.substring(0, 11)));
  }

  private void proveThatTheServerKnowsNothing(Path picture) throws IOException {
    check(server.terminate() == 0, "SIGTERM ends the server well");
    var control = Files.createDirectory(folder.resolve("control"));
    Files.writeString(control.resolve("planted"), "xx" + texts.getFirst() + "yy");
    check(
        !Evidence.search(control, texts, List.of()).found().isEmpty(),
        "the search finds a text where there is one");
    var search = Evidence.search(server.data(), texts, List.of(Files.readAllBytes(picture)));
    check(search.found().isEmpty(), "no text and no piece of the picture on the server: " + search);
    say(
        "The server's %d files (%d bytes) hold none of the %d texts and no piece of the picture."
            .formatted(search.files(), search.bytes(), texts.size()));
    if (stack.isPresent()) {
      proveThatTheDatabaseKnowsNothing(stack.get(), picture);
    }
  }

  private void proveThatTheDatabaseKnowsNothing(Stack database, Path picture) throws IOException {
    database.stop();
    // Usernames are no secret of the server: finding one shows that the rows are in these files.
    check(
        !Evidence.search(database.folder(), List.of(alice.name()), List.of()).found().isEmpty(),
        "the database's files hold its rows");
    var search = Evidence.search(database.folder(), texts, List.of(Files.readAllBytes(picture)));
    check(
        search.found().isEmpty(), "no text and no piece of the picture in the database: " + search);
    say(
        "Nor do the %d files (%d MB) of the database, logs and all."
            .formatted(search.files(), search.bytes() / 1_000_000));
  }

  private String send(Cli from, String to, String text) {
    texts.add(text);
    return from.ok("send", to, text).only("message").get("id").getAsString();
  }

  private void expect(Cli by, String from, String text) {
    var message =
        by.ok("receive", "--max", "1", "--timeout", DELIVERY.toSeconds() + "s").only("message");
    check(message.get("text").getAsString().equals(text), "the text is as it was written");
    check(message.get("from").getAsString().equals(from), "the sender is " + from);
  }

  private String status(Cli of, String with, String id) {
    return of.ok("messages", with).all("message").stream()
        .filter(m -> m.get("id").getAsString().equals(id))
        .map((JsonObject m) -> m.get("status").getAsString())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("the message is gone from the history"));
  }

  private List<String> lastTexts(int count) {
    return List.copyOf(texts.subList(texts.size() - count, texts.size()));
  }

  private void check(boolean so, String claim) {
    if (!so) {
      throw new IllegalStateException(
          "it is not so that " + claim + "\nthe server's log:\n" + server.log());
    }
  }

  private void say(String sentence) {
    out.printf("%2d. %s%n", ++step, sentence);
  }

  private static String capital(String name) {
    return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
  }

  /// Takes a folder away, with all that is in it.
  static void remove(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(f -> {
            try {
              Files.delete(f);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }
}
