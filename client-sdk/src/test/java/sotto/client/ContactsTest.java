package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.TwoPeople.PATIENCE;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.AccountId;
import sotto.client.SottoException.Code;

/// Names pinned to accounts, and what happens when they lead elsewhere.
final class ContactsTest {
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
  void nameWrittenToOffline_isFoundLater() {
    var _ = people.register("bob");
    people.register("alice").close();
    Sotto offline = people.openOffline("alice");
    MessageId id = offline.conversationWith(Username.of("bob")).send("later").id();
    assertThat(offline.conversationWith(Username.of("bob")).peer().account()).isEmpty();
    offline.close();
    Sotto online = people.open("alice");
    assertThat(online.awaitOutbox(PATIENCE)).isTrue();
    assertThat(online.message(id).orElseThrow().status().reached(Status.SENT)).isTrue();
    assertThat(online.conversationWith(Username.of("bob")).peer().account())
        .hasValue(people.id("bob"));
  }

  @Test
  void nameThatNobodyHas_failsWhatWasWrittenToIt() {
    people.register("alice").close();
    Sotto offline = people.openOffline("alice");
    MessageId id = offline.conversationWith(Username.of("nobody")).send("hello?").id();
    offline.close();
    Sotto online = people.open("alice");
    TwoPeople.await(() -> online.message(id).orElseThrow().status() == Status.FAILED);
    assertThat(online.message(id).orElseThrow().failure().orElseThrow().code())
        .isEqualTo("unknown_recipient");
    assertThatThrownBy(() -> online.conversationWith(Username.of("nobody")))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.UNKNOWN_USER));
  }

  @Test
  void stranger_isShownByTheNameThatTheServerConfirms() {
    Conversation bob = people.aliceToBob();
    assertThat(bob.send("hi").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    Sotto bobs = people.of("bob");
    assertThat(bobs.awaitMailboxEmpty(PATIENCE)).isTrue();
    assertThat(bobs.conversations().getFirst().peer().name()).isEqualTo("alice");
  }

  @Test
  void mailboxThatIsEmpty_hasGivenTheMessagesOfStrangers_withTheirNames() {
    people.register("bob").close();
    for (int i = 0; i < 15; i++) {
      Sotto stranger = people.register("stranger" + i);
      stranger.conversationWith(Username.of("bob")).send("hi").await(Status.SENT, PATIENCE);
      try (Sotto bob = people.open("bob");
          EventStream events = bob.events("test")) {
        bob.awaitOnline(PATIENCE);
        assertThat(bob.awaitMailboxEmpty(PATIENCE)).isTrue();
        List<String> from = new ArrayList<>();
        for (var event = events.next(Duration.ZERO);
            event.isPresent();
            event = events.next(Duration.ZERO)) {
          if (event.get() instanceof Event.MessageReceived received) {
            from.add(received.message().from().name());
          }
          events.done();
        }
        assertThat(from).containsExactly("stranger" + i);
      }
      stranger.close();
    }
  }

  @Test
  void firstMessageOfAStranger_isAnnouncedWithTheirName() {
    Conversation bob = people.aliceToBob();
    try (EventStream events = people.of("bob").events("test")) {
      assertThat(bob.send("hi").await(Status.SENT, PATIENCE).reached(Status.SENT)).isTrue();
      Event.MessageReceived received = ConversationTest.next(events, Event.MessageReceived.class);
      assertThat(received.message().from().name()).isEqualTo("alice");
    }
  }

  @Test
  void claimedName_thatIsSomeoneElses_isNotShown() {
    Conversation bob = people.aliceToBob();
    var carol = people.register("carol");
    people.server.leadUsername("alice", carol.account().orElseThrow().id());
    assertThat(bob.send("hi").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    Sotto bobs = people.of("bob");
    assertThat(bobs.awaitMailboxEmpty(PATIENCE)).isTrue();
    assertThat(bobs.conversations().getFirst().peer().username()).isEmpty();
  }

  @Test
  void verifiedContactWhoseNameLeadsElsewhere_isBlockedUntilConfirmed() {
    Conversation bob = people.aliceToBob();
    assertThat(bob.send("hi").await(Status.SENT, PATIENCE).reached(Status.SENT)).isTrue();
    bob.confirmVerified();
    assertThat(bob.peer().verification()).isEqualTo(Verification.VERIFIED);
    AccountId mallory = people.register("mallory").account().orElseThrow().id();
    Sotto alice = people.of("alice");
    EventStream events = alice.events("test");
    alice.close();
    people.server.leadUsername("bob", mallory);

    Sotto again = people.openOffline("alice");
    MessageId held = again.conversationWith(Username.of("bob")).send("secret").id();
    again.close();
    Sotto online = people.open("alice");
    EventStream told = online.events("test");
    Event.ContactChanged changed = ConversationTest.next(told, Event.ContactChanged.class);
    assertThat(changed.contact().verification()).isEqualTo(Verification.CHANGED);
    Conversation conversation = online.conversationWith(Username.of("bob"));
    assertThatThrownBy(() -> conversation.send("more"))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.CONTACT_CHANGED));
    assertThat(online.message(held).orElseThrow().status()).isEqualTo(Status.QUEUED);
    assertThat(
            people.server.received().stream()
                .filter(s -> s.getAccountId().equals(ByteString.copyFrom(mallory.bytes()))))
        .isEmpty();

    conversation.confirmVerified();
    assertThat(conversation.peer().account()).hasValue(mallory);
    TwoPeople.await(() -> online.message(held).orElseThrow().status().reached(Status.SENT));
    events.close();
  }

  @Test
  void unverifiedContactWhoseNameLeadsElsewhere_isAnnounced() {
    Conversation bob = people.aliceToBob();
    assertThat(bob.send("hi").await(Status.SENT, PATIENCE).reached(Status.SENT)).isTrue();
    AccountId other = people.register("other").account().orElseThrow().id();
    people.of("alice").close();
    people.server.leadUsername("bob", other);
    Sotto alice = people.open("alice");
    alice.awaitOnline(PATIENCE);
    EventStream events = alice.events("test");
    assertThat(alice.conversationWith(Username.of("bob")).peer().account()).hasValue(other);
    assertThat(ConversationTest.next(events, Event.ContactChanged.class).contact().name())
        .isEqualTo("bob");
  }

  @Test
  void safetyNumber_isTheSameOnBothSides() {
    Conversation bob = people.aliceToBob();
    assertThat(bob.send("hi").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    SafetyNumber alices = bob.safetyNumber();
    SafetyNumber bobs = people.of("bob").conversationWith(people.id("alice")).safetyNumber();
    assertThat(alices.digits()).hasSize(60).isEqualTo(bobs.digits());
    assertThat(alices.grouped()).matches("([0-9]{5} ){11}[0-9]{5}");
    assertThat(alices.qr()).startsWith("SOTTO:");
  }

  @Test
  void bundleWithASwappedKey_isRefusedAndNothingIsSent() {
    people.server.bundles =
        bundle -> bundle.toBuilder().setIdentityKey(ByteString.copyFrom(new byte[33])).build();
    Conversation bob = people.aliceToBob();
    SentMessage sent = bob.send("secret");
    assertThat(sent.await(Status.SENT, PATIENCE)).isEqualTo(Status.FAILED);
    assertThat(sent.failure().orElseThrow().code()).isEqualTo("untrusted_keys");
    assertThat(people.server.received()).isEmpty();
  }

  @Test
  void goodBundleAfterABadOne_isTakenOnTheSameStream() {
    people.server.bundles =
        bundle -> bundle.toBuilder().setIdentityKey(ByteString.copyFrom(new byte[33])).build();
    Conversation bob = people.aliceToBob();
    assertThat(bob.send("refused").await(Status.SENT, PATIENCE)).isEqualTo(Status.FAILED);
    people.server.bundles = bundle -> bundle;
    assertThat(bob.send("goes").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
  }

  @Test
  void bundleWithABadSignature_isRefused() {
    people.server.bundles =
        bundle ->
            bundle.toBuilder()
                .setKyberPreKey(
                    bundle.getKyberPreKey().toBuilder()
                        .setSignature(ByteString.copyFrom(new byte[64])))
                .build();
    Conversation bob = people.aliceToBob();
    SentMessage sent = bob.send("secret");
    assertThat(sent.await(Status.SENT, PATIENCE)).isEqualTo(Status.FAILED);
    assertThat(people.server.received()).isEmpty();
  }

  @Test
  void chainOfAnotherAccount_isRefused() {
    var bob = people.register("bob");
    var alice = people.register("alice");
    var carol = people.register("carol");
    var foreign = people.server.chainOf(carol.account().orElseThrow().id());
    people.server.chains =
        chain -> chain.toBuilder().clearLinks().addAllLinks(foreign.getLinksList()).build();
    SentMessage sent = alice.conversationWith(Username.of("bob")).send("secret");
    assertThat(ConversationTest.next(alice.events("test"), Event.ContactChanged.class)).isNotNull();
    assertThat(sent.status()).isEqualTo(Status.QUEUED);
    assertThat(people.server.received()).isEmpty();
    assertThat(Optional.of(bob)).isPresent();
  }

  @Test
  void ownName_isRefused() {
    Sotto alice = people.register("alice");
    assertThatThrownBy(() -> alice.conversationWith(Username.of("alice")))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.INVALID_INPUT));
  }
}
