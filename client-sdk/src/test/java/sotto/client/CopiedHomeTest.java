package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.client.TwoPeople.PATIENCE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.keys.v1.SignedPreKey;

/// The home of A1 was copied, and both copies run while B1 goes on writing: what is accepted comes
/// to one of them, once, and whoever is behind is told.
final class CopiedHomeTest {
  private static final Username ALICE = Username.of("alice");
  private static final Username BOB = Username.of("bob");

  @TempDir Path folder;
  private TwoPeople people;
  private Sotto b1;
  private final List<String> toBob = new ArrayList<>();
  private final List<String> toAlice = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    people = new TwoPeople(folder);
    b1 = people.register("bob");
    Sotto a1 = people.register("alice");
    say(a1);
    b1.conversationWith(ALICE).send("before").await(Status.DELIVERED, PATIENCE);
    toAlice.add("before");
    a1.close();
    copy("alice", "copy");
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private void copy(String from, String to) throws IOException {
    try (var all = Files.walk(people.home(from))) {
      for (Path path : all.toList()) {
        Files.copy(path, people.home(to).resolve(people.home(from).relativize(path).toString()));
      }
    }
  }

  private void say(Sotto alice) {
    String text = "A " + toBob.size();
    assertThat(alice.conversationWith(BOB).send(text).await(Status.DELIVERED, PATIENCE))
        .as(text)
        .isEqualTo(Status.DELIVERED);
    toBob.add(text);
  }

  private SentMessage hear() {
    String text = "B " + toAlice.size();
    toAlice.add(text);
    return b1.conversationWith(ALICE).send(text);
  }

  private static List<String> texts(Sotto sotto, Username with) {
    return sotto.conversationWith(with).messages(1000).stream()
        .filter(m -> m.kind() == MessageView.Kind.MESSAGE)
        .map(MessageView::text)
        .toList();
  }

  private static long unreadable(Sotto sotto) {
    return sotto.conversationWith(BOB).messages(1000).stream()
        .filter(m -> m.kind() == MessageView.Kind.UNDECRYPTABLE)
        .count();
  }

  private static int divergences(Sotto sotto) {
    int count = 0;
    try (EventStream events = sotto.events("counting")) {
      while (true) {
        var event = events.next(Duration.ofMillis(20));
        if (event.isEmpty()) {
          return count;
        }
        count += event.get() instanceof Event.Diverged ? 1 : 0;
        events.done();
      }
    }
  }

  /// Everything that Bob's messages came to, each once.
  private void insistOnAll(Set<String> shown) {
    assertThat(texts(b1, ALICE)).containsExactlyInAnyOrderElementsOf(all());
    List<String> wanted = new ArrayList<>(toAlice);
    wanted.removeAll(shown);
    assertThat(wanted).as("accepted, and at neither copy").isEmpty();
  }

  private List<String> all() {
    List<String> all = new ArrayList<>(toBob);
    all.addAll(toAlice);
    return all;
  }

  @Test
  void copiesInTurn_haveEverythingOnce_andAreToldThatTheyAreBehind() {
    Set<String> shown = new HashSet<>();
    int divergences = 0;
    for (int turn = 0; turn < 4; turn++) {
      List<SentMessage> waiting = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        waiting.add(hear());
      }
      waiting.forEach(m -> assertThat(m.await(Status.SENT, PATIENCE)).isEqualTo(Status.SENT));
      Sotto alice = people.open(turn % 2 == 0 ? "alice" : "copy");
      alice.awaitOnline(PATIENCE);
      say(alice);
      waiting.add(hear());
      waiting.forEach(m ->
          assertThat(m.await(Status.DELIVERED, PATIENCE))
              .as(m.id().toString())
              .isEqualTo(Status.DELIVERED));
      assertThat(texts(alice, BOB)).doesNotHaveDuplicates();
      TwoPeople.await(() -> unreadable(alice) == 0);
      shown.addAll(texts(alice, BOB));
      divergences += divergences(alice);
      alice.close();
    }
    insistOnAll(shown);
    // Whoever comes after the other is behind; the first was not.
    assertThat(divergences).isEqualTo(3);
  }

  @Test
  void copiesAtTheSameTime_oneStaysAwayAndSaysSo_andNothingIsLost() {
    Sotto first = people.open("alice");
    first.awaitOnline(PATIENCE);
    List<SentMessage> waiting = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      waiting.add(hear());
    }
    SentMessage both = first.conversationWith(BOB).send("A both");
    Sotto second = people.open("copy");
    second.awaitOnline(PATIENCE);
    for (int i = 0; i < 20; i++) {
      waiting.add(hear());
    }
    say(second);
    TwoPeople.await(() -> first.connection().state() == Connection.State.DISPLACED);
    // Receipts of what the first took last may have to wait for its next connection.
    TwoPeople.await(() ->
        waiting.stream()
            .allMatch(m ->
                m.status().reached(Status.DELIVERED)
                    || texts(first, BOB).contains(m.view().text())));
    Set<String> shown = new HashSet<>(texts(first, BOB));
    shown.addAll(texts(second, BOB));
    assertThat(divergences(second)).isEqualTo(1);
    first.close();
    second.close();
    // What the first had to send when it was displaced goes with its next connection.
    Sotto again = people.open("alice");
    again.awaitOnline(PATIENCE);
    assertThat(again.sentMessage(both.id()).orElseThrow().await(Status.SENT, PATIENCE))
        .matches(s -> s.reached(Status.SENT));
    toBob.add("A both");
    TwoPeople.await(() -> texts(b1, ALICE).contains("A both"));
    waiting.forEach(
        m -> assertThat(m.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED));
    shown.addAll(texts(again, BOB));
    insistOnAll(shown);
  }

  @Test
  void whatWasWaitingToGoInBothCopies_arrivesOnce() throws IOException {
    Sotto offline = people.openOffline("alice");
    offline.conversationWith(BOB).send("A queued");
    offline.close();
    copyAgain();
    for (String home : List.of("alice", "copy", "alice")) {
      Sotto alice = people.open(home);
      alice.awaitOnline(PATIENCE);
      assertThat(alice.awaitOutbox(PATIENCE)).isTrue();
      say(alice);
      alice.close();
    }
    toBob.add("A queued");
    assertThat(texts(b1, ALICE)).containsExactlyInAnyOrderElementsOf(all());
  }

  private void copyAgain() throws IOException {
    try (var all = Files.walk(people.home("copy"))) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
    copy("alice", "copy");
  }

  /// The first goes on, and leaves the copy behind.
  private void goOn() {
    Sotto first = people.open("alice");
    first.awaitOnline(PATIENCE);
    first.close();
  }

  /// Whether all sessions and pre-keys of a copy were replaced when it came back behind the other.
  private void insistOnMending(String home) {
    SignedPreKey before = people.server.signedPreKey(people.id("alice"));
    Sotto alice = people.open(home);
    alice.awaitOnline(PATIENCE);
    assertThat(people.server.signedPreKey(people.id("alice"))).isNotEqualTo(before);
    int stored = people.server.stored().size();
    say(alice);
    assertThat(
            people.server.stored().stream()
                .skip(stored)
                .filter(s -> s.getAccountId().toByteArray()[0] == people.id("bob").bytes()[0])
                .findFirst()
                .orElseThrow()
                .getDevices(0)
                .getTypeValue())
        .as("a new session")
        .isEqualTo(2);
  }

  @Test
  void divergedThatIsLostOnTheWay_isMendedAllTheSame() {
    goOn();
    people.server.helloAnswersLost.set(3);
    insistOnMending("copy");
  }

  @Test
  void mendingThatIsBrokenOff_isFinishedBeforeAnythingIsSent() {
    goOn();
    people.server.preKeyUploadsLost = 1;
    insistOnMending("copy");
  }

  @Test
  void idsThatOtherPreKeysHave_areNotInsistedOn() {
    goOn();
    people.server.preKeyIdsTaken = 2;
    insistOnMending("copy");
    assertThat(people.server.preKeyIdsTaken).isZero();
  }

  /// @param lost how many welcomes
  /// @param mended whether sessions and pre-keys are others afterwards
  private void insistOnSilence(int lost, boolean mended) {
    SignedPreKey before = people.server.signedPreKey(people.id("alice"));
    people.server.helloAnswersLost.set(lost);
    // Each home is opened anew, for the waits between its attempts grow.
    for (int left = lost; left > 0; left = people.server.helloAnswersLost.get()) {
      int now = left;
      try (Sotto _ = people.open("alice")) {
        TwoPeople.await(() -> people.server.helloAnswersLost.get() < now);
      }
    }
    Sotto alice = people.open("alice");
    alice.awaitOnline(PATIENCE);
    say(alice);
    assertThat(people.server.signedPreKey(people.id("alice")).equals(before)).isNotEqualTo(mended);
    assertThat(divergences(alice)).isZero();
    alice.close();
    Sotto copy = people.open("copy");
    copy.awaitOnline(PATIENCE);
    assertThat(divergences(copy)).isEqualTo(1);
  }

  @Test
  void welcomesThatAreLostOnTheWay_tellNobodyOfACopy_andNoSessionIsBegunAnew() {
    insistOnSilence(3, false);
  }

  @Test
  void welcomesThatAreLostAgainAndAgain_areTakenForACopys_andTellNobody() {
    insistOnSilence(9, true);
  }
}
