package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import sotto.client.MessageView;
import sotto.client.Options;
import sotto.client.Passphrase;
import sotto.client.SentMessage;
import sotto.client.Sotto;
import sotto.client.Status;
import sotto.client.Username;

/// The home of A1 was copied, and both copies run with the real client while B1 does not stop
/// writing: what is accepted comes to one of them, and each is told what became of it.
@ExtendWith(Stage.Given.class)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
final class CopiedHomeJourneyTest {
  private static final int FAILED = 1;
  private static final int QUEUED = 7;

  private final Stage stage;
  private final Cli first;
  private final Cli second;
  private final Talk bob;
  private final List<String> said = Collections.synchronizedList(new ArrayList<>());
  private final List<SentMessage> sent = Collections.synchronizedList(new ArrayList<>());

  CopiedHomeJourneyTest(Stage stage) throws IOException {
    this.stage = stage;
    var name = stage.freshName("alice");
    first = new Cli(stage.checkout(), name, stage.folder(name), "a passphrase");
    second = new Cli(stage.checkout(), name + "'s copy", stage.folder("copy"), "a passphrase");
    bob = Talk.registered(stage, "bob");
    try (var alice = open(first, Options.defaults())) {
      alice.register(Person.addressOf(stage.server()), Username.of(name));
      said.add("A before");
      var before = alice.conversationWith(Username.of(bob.name)).send("A before");
      assertThat(before.await(Status.DELIVERED, Talk.LIMIT)).isEqualTo(Status.DELIVERED);
      sent.add(bob.with(name).send("B before"));
      assertThat(sent.getFirst().await(Status.DELIVERED, Talk.LIMIT)).isEqualTo(Status.DELIVERED);
    }
    Stage.copy(first.home(), second.home());
  }

  private static Sotto open(Cli copy, Options options) {
    return Sotto.open(copy.home(), Passphrase.of(copy.passphrase()), options);
  }

  @AfterEach
  void stop() {
    bob.close();
    stage.noTraceLogged();
  }

  /// Bob, who writes without end.
  private final class Writer implements AutoCloseable {
    private static final Duration PACE = Duration.ofMillis(50);

    private final AtomicBoolean stop = new AtomicBoolean();
    private final Thread thread = Thread.startVirtualThread(this::write);

    private void write() {
      for (int i = 0; !stop.get(); i++) {
        sent.add(bob.with(first.name()).send("B " + i));
        LockSupport.parkNanos(PACE.toNanos());
      }
    }

    @Override
    public void close() {
      stop.set(true);
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private Cli.Result say(Cli copy, String text, String patience) {
    said.add(text);
    return copy.run("send", bob.name, text, "--timeout", patience);
  }

  /// What a copy shows, but for what it could not read: that came to the other, if asked for again.
  private List<String> at(Cli copy) {
    try (var home = open(copy, Options.defaults().withoutConnection())) {
      return home.conversationWith(Username.of(bob.name)).messages(10_000).stream()
          .filter(m -> m.kind() == MessageView.Kind.MESSAGE)
          .map(MessageView::text)
          .toList();
    }
  }

  /// How often standard error has a notice.
  private static long told(String err, String code) {
    return codes(err, "notice").filter(code::equals).count();
  }

  private static Stream<String> codes(String err, String type) {
    return err.lines()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .filter(object -> object.get("type").getAsString().equals(type))
        .map(object -> object.get("code").getAsString());
  }

  /// What one of them still has to ask for is asked for, and comes to the other.
  private void settle() {
    first.ok("receive");
    var atFirst = new HashSet<>(at(first));
    try (var last = second.start(true, "receive", "--follow")) {
      Linked.await(
          "all came",
          () ->
              sent.stream()
                  .allMatch(m ->
                      m.status().reached(Status.DELIVERED) || atFirst.contains(m.view().text())));
      Linked.await("Bob has all", () -> Linked.texts(bob.sotto(), first.name()).containsAll(said));
      last.terminate();
      last.awaitEnd(Talk.LIMIT);
    }
  }

  /// Every message is at its receiver, and nowhere twice.
  private void insistOnAll() {
    var atFirst = at(first);
    var atSecond = at(second);
    assertThat(atFirst).doesNotHaveDuplicates();
    assertThat(atSecond).doesNotHaveDuplicates();
    var shown = new HashSet<>(atFirst);
    shown.addAll(atSecond);
    assertThat(sent).extracting(m -> m.view().text()).isSubsetOf(shown);
    assertThat(Linked.texts(bob.sotto(), first.name()))
        .doesNotHaveDuplicates()
        .containsAll(said)
        .hasSize(said.size() + sent.size());
  }

  @Test
  void copiesInTurn_haveEverythingOnce_andTheOneBehindIsTold() {
    try (var _ = new Writer()) {
      for (int turn = 0; turn < 3; turn++) {
        var copy = turn % 2 == 0 ? first : second;
        say(copy, "A " + turn, "60s").exits(0);
        var received = copy.ok("receive");
        assertThat(received.all("message")).isNotEmpty();
        // The first of all is behind nobody.
        assertThat(told(received.err(), "home_diverged"))
            .as("%s", turn)
            .isEqualTo(turn > 0 ? 1 : 0);
      }
    }
    settle();
    insistOnAll();
  }

  @Test
  void copiesAtTheSameTime_theOneThatIsOutEndsAndSaysWhy_andNothingIsLost() {
    try (var _ = new Writer()) {
      try (var one = follow(first);
          var two = follow(second)) {
        insistOut(one);
        Linked.await("it is told", () -> told(two.err(), "home_diverged") == 1);
        say(first, "A takes over", "60s").exits(0);
        insistOut(two);
      }
      for (var result : atOnce("A at once")) {
        assertThat(result.exit()).as("%s", result).isIn(0, QUEUED);
      }
    }
    settle();
    insistOnAll();
  }

  private Running follow(Cli copy) {
    var running = copy.start(true, "receive", "--follow");
    running.awaitLine(line -> line.contains("\"type\":\"message\""), Talk.LIMIT);
    return running;
  }

  private static void insistOut(Running running) {
    assertThat(running.awaitEnd(Talk.LIMIT)).isEqualTo(FAILED);
    assertThat(codes(running.err(), "error")).as(running.err()).containsExactly("displaced");
  }

  private List<Cli.Result> atOnce(String text) {
    var other = CompletableFuture.supplyAsync(() -> say(second, text + " of the copy", "5s"));
    return List.of(say(first, text, "5s"), other.join());
  }
}
