package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.client.TwoPeople.PATIENCE;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chat.v1.CiphertextType;

/// Two devices whose post-quantum ratchets do not agree any more, as those of hosts with AVX2 and
/// without it can (libsignal #641): nothing that goes in one direction can be read.
final class RatchetFaultTest {
  private static final Username ALICE = Username.of("alice");
  private static final Username BOB = Username.of("bob");

  /// From a session's record to the keys of its post-quantum chain: the current session, its
  /// ratchet, the ratchet's chain, the epochs; then a direction and the key of its next message.
  private static final int[] CHAIN = {1, 15, 2, 3};

  private static final int SENDING = 1;
  private static final int RECEIVING = 2;
  private static final int NEXT = 2;

  @TempDir Path folder;
  private TwoPeople people;
  private AccountId alice;
  private AccountId bob;
  private final List<String> said = new ArrayList<>();

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    Conversation toBob = people.aliceToBob();
    Conversation toAlice = people.of("bob").conversationWith(ALICE);
    for (int i = 0; i < 3; i++) {
      deliver(toBob, "A " + i);
      deliver(toAlice, "B " + i);
    }
    alice = people.id("alice");
    bob = people.id("bob");
    assertThat(received(events(people.of("bob")))).hasSize(3);
    people.of("alice").close();
    people.of("bob").close();
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private void deliver(Conversation conversation, String text) {
    assertThat(conversation.send(text).await(Status.DELIVERED, PATIENCE))
        .isEqualTo(Status.DELIVERED);
    said.add(text);
  }

  /// Makes the keys wrong that a closed home has of a session.
  private void spoil(String home, AccountId peer, int direction) {
    PastWriter.inStore(
        people.home(home),
        store -> {
          DeviceAddress device = new DeviceAddress(peer, new DeviceId(1));
          ByteString record = ByteString.copyFrom(store.sessions().session(device).orElseThrow());
          int[] path = {CHAIN[0], CHAIN[1], CHAIN[2], CHAIN[3], direction, NEXT};
          store.sessions().putSession(device, spoilt(record, path, 0).toByteArray());
        });
  }

  private static ByteString spoilt(ByteString bytes, int[] path, int depth) {
    if (depth == path.length) {
      assertThat(bytes.size()).as("a key").isEqualTo(32);
      byte[] key = bytes.toByteArray();
      key[0] ^= 1;
      return ByteString.copyFrom(key);
    }
    try {
      UnknownFieldSet message = UnknownFieldSet.parseFrom(bytes);
      List<ByteString> inner = message.getField(path[depth]).getLengthDelimitedList();
      assertThat(inner).as("field %s at depth %s", path[depth], depth).isNotEmpty();
      UnknownFieldSet.Field.Builder changed = UnknownFieldSet.Field.newBuilder();
      inner.forEach(b -> changed.addLengthDelimited(spoilt(b, path, depth + 1)));
      return message.toBuilder().addField(path[depth], changed.build()).build().toByteString();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static List<MessageView> messages(Sotto sotto, Username with) {
    return sotto.conversationWith(with).messages(100);
  }

  private static List<Event> events(Sotto sotto) {
    List<Event> all = new ArrayList<>();
    try (EventStream events = sotto.events("reading")) {
      while (true) {
        var event = events.next(Duration.ofMillis(20));
        if (event.isEmpty()) {
          return all;
        }
        all.add(event.get());
        events.done();
      }
    }
  }

  private static List<String> received(List<Event> events) {
    return events.stream()
        .filter(Event.MessageReceived.class::isInstance)
        .map(e -> ((Event.MessageReceived) e).message().text())
        .toList();
  }

  /// Alice writes while Bob is away, and is away when he finds that he can read nothing of it.
  private void insistOnHealing() {
    Sotto writing = people.open("alice");
    List<SentMessage> sent = new ArrayList<>();
    List<String> unreadable = List.of("unreadable", "this too", "and this");
    unreadable.forEach(text -> sent.add(writing.conversationWith(BOB).send(text)));
    assertThat(writing.awaitOutbox(PATIENCE)).isTrue();
    writing.close();
    int stored = people.server.stored().size();

    Sotto reading = people.open("bob");
    assertThat(reading.awaitMailboxEmpty(PATIENCE)).isTrue();
    assertThat(reading.awaitOutbox(PATIENCE)).isTrue();
    assertThat(messages(reading, ALICE)).hasSize(said.size() + 1);
    assertThat(messages(reading, ALICE).getLast().kind()).isEqualTo(MessageView.Kind.UNDECRYPTABLE);
    assertThat(events(reading)).filteredOn(Event.Undecryptable.class::isInstance).hasSize(1);
    assertThat(people.server.stored().stream().skip(stored).map(s -> s.getDevices(0).getType()))
        .as("requests in a new session")
        .hasSize(unreadable.size())
        .containsOnly(CiphertextType.CIPHERTEXT_TYPE_PRE_KEY);

    Sotto answering = people.open("alice");
    sent.forEach(m ->
        assertThat(answering.sentMessage(m.id()).orElseThrow().await(Status.DELIVERED, PATIENCE))
            .isEqualTo(Status.DELIVERED));
    said.addAll(unreadable);
    // From here on they read each other at once.
    deliver(answering.conversationWith(BOB), "A after");
    deliver(reading.conversationWith(ALICE), "B after");
    deliver(answering.conversationWith(BOB), "A after that");
    assertThat(messages(reading, ALICE)).extracting(MessageView::text).isEqualTo(said);
    assertThat(messages(answering, BOB)).extracting(MessageView::text).isEqualTo(said);
    List<Event> events = events(reading);
    assertThat(events).noneMatch(Event.Undecryptable.class::isInstance);
    assertThat(received(events))
        .containsExactly("unreadable", "this too", "and this", "A after", "A after that");
  }

  @Test
  void senderWhoseKeysAreWrong_isAskedAgainInANewSession_andNothingIsLostOrTwice() {
    spoil("alice", bob, SENDING);
    insistOnHealing();
  }

  @Test
  void receiverWhoseKeysAreWrong_asksAgainInANewSession_andNothingIsLostOrTwice() {
    spoil("bob", alice, RECEIVING);
    insistOnHealing();
  }
}
