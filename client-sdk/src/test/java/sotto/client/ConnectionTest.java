package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.TwoPeople.PATIENCE;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.client.SottoException.Code;
import sotto.keys.v1.SignedPreKey;

/// The stream: numbers, divergence, displacement, coming back.
final class ConnectionTest {
  @TempDir Path folder;
  private TwoPeople people;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
  }

  @AfterEach
  void stop() {
    people.close();
  }

  @Test
  void restoredStore_isMendedBeforeItSends() {
    Conversation bob = people.aliceToBob();
    assertThat(bob.send("first").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    people.of("alice").close();
    long meanwhile = people.server.highestConnection(people.id("alice")) + 500;
    people.server.setHighestConnection(people.id("alice"), meanwhile);
    SignedPreKey before = people.server.signedPreKey(people.id("alice"));

    Sotto restored = people.open("alice");
    restored.awaitOnline(PATIENCE);
    assertThat(people.server.highestConnection(people.id("alice"))).isGreaterThan(meanwhile);
    assertThat(people.server.signedPreKey(people.id("alice"))).isNotEqualTo(before);
    SentMessage sent = restored.conversationWith(Username.of("bob")).send("after");
    assertThat(sent.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    // A new session: the old message keys are not used again.
    assertThat(people.server.stored().stream().filter(s -> s.getDevices(0).getTypeValue() == 2))
        .hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void connectionNumber_risesWithEachConnection() {
    var _ = people.register("alice");
    long first = people.server.highestConnection(people.id("alice"));
    people.of("alice").close();
    people.open("alice").awaitOnline(PATIENCE);
    assertThat(people.server.highestConnection(people.id("alice"))).isGreaterThan(first);
  }

  @Test
  void displaced_staysAwayAndSaysSo() {
    Sotto alice = people.register("alice");
    try (EventStream events = alice.events("test")) {
      people.server.displace(people.id("alice"));
      assertThat(ConversationTest.next(events, Event.Displaced.class)).isNotNull();
    }
    TwoPeople.await(() -> alice.connection().state() == Connection.State.DISPLACED);
    int signIns = people.server.signIns;
    assertThatThrownBy(() -> alice.awaitOnline(PATIENCE))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.DISPLACED));
    assertThat(people.server.signIns).isEqualTo(signIns);
  }

  @Test
  void serverThatComesBack_isFoundAgain() {
    Conversation bob = people.aliceToBob();
    people.server.stop();
    Sotto alice = people.of("alice");
    TwoPeople.await(() -> alice.connection().state() == Connection.State.CONNECTING);
    SentMessage sent = bob.send("meanwhile");
    people.server.restart();
    assertThat(sent.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
  }

  @Test
  void serverThatForgotTheAccount_refusesIt() {
    people.register("alice").close();
    people.server.forget(people.id("alice"));
    Sotto alice = people.open("alice");
    assertThatThrownBy(() -> alice.awaitOnline(PATIENCE))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.REFUSED));
  }

  @Test
  void signature_namesTheServerThatWasDialled() {
    people.register("alice").close();
    people.server.name = "other.test";
    Sotto alice = people.open("alice");
    assertThatThrownBy(() -> alice.awaitOnline(PATIENCE))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.REFUSED));
  }

  @Test
  void openedOffline_neverConnects() {
    people.register("alice").close();
    int signIns = people.server.signIns;
    Sotto offline = people.openOffline("alice");
    assertThatThrownBy(() -> offline.awaitOnline(Duration.ofSeconds(5)))
        .isInstanceOf(SottoException.class);
    assertThat(offline.connection().state()).isEqualTo(Connection.State.OFFLINE);
    assertThat(people.server.signIns).isEqualTo(signIns);
  }

  @Test
  void close_isQuick_andEndsWhoeverWaits() throws InterruptedException {
    Sotto alice = people.register("alice");
    EventStream events = alice.liveEvents();
    Thread waiting =
        Thread.ofVirtual()
            .start(() -> {
              for (Event event : events) {
                assertThat(event).isNotNull();
              }
            });
    long before = System.nanoTime();
    alice.close();
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
    assertThat(waiting.join(PATIENCE)).isTrue();
    assertThatThrownBy(() -> alice.conversations())
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.CLOSED));
  }

  @Test
  void fewOneTimeKeys_areFilledUpAtTheNextConnection() {
    var _ = people.register("alice");
    TwoPeople.await(() -> people.server.oneTimeKeys(people.id("alice")) == 100);
    people.of("alice").close();
    people.server.dropOneTimeKeys(people.id("alice"), 19);
    people.open("alice").awaitOnline(PATIENCE);
    TwoPeople.await(() -> people.server.oneTimeKeys(people.id("alice")) == 100);
    people.of("alice").close();
    people.server.dropOneTimeKeys(people.id("alice"), 20);
    Sotto alice = people.open("alice");
    assertThat(alice.awaitMailboxEmpty(PATIENCE)).isTrue();
    assertThat(people.server.oneTimeKeys(people.id("alice"))).isEqualTo(20);
  }

  @Test
  void signedKey_isReplacedAfterAWeek() {
    var _ = people.register("alice");
    people.of("alice").close();
    SignedPreKey first = people.server.signedPreKey(people.id("alice"));
    people.open("alice").awaitOnline(PATIENCE);
    assertThat(people.server.signedPreKey(people.id("alice"))).isEqualTo(first);
    people.of("alice").close();
    people.server.timeOffset = Duration.ofDays(8).toMillis();
    people.open("alice").awaitOnline(PATIENCE);
    TwoPeople.await(() -> !people.server.signedPreKey(people.id("alice")).equals(first));
  }
}
