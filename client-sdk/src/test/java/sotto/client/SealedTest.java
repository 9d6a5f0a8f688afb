package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.client.TwoPeople.PATIENCE;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.RateLimited;
import sotto.chat.v1.Send;
import sotto.chat.v1.SendResult;
import sotto.client.internal.net.Dialer;
import sotto.client.internal.net.Wire;
import sotto.crypto.AccessKey;
import sotto.crypto.DeviceKeys;
import sotto.crypto.ProfileKey;
import sotto.crypto.Sealed;
import sotto.crypto.SealedSender;
import sotto.crypto.SenderCertificate;
import sotto.crypto.TestCertificates;
import sotto.crypto.TrustRoots;

/// Messages of which the server does not know who sends them.
final class SealedTest {
  private static final Username ALICE = Username.of("alice");
  private static final Username BOB = Username.of("bob");
  private static final Username CAROL = Username.of("carol");

  @TempDir Path folder;
  private final DeviceKeys mallory = DeviceKeys.generate(new SecureRandom());
  private TwoPeople people;
  private FakeSealed sealed;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    sealed = people.server.sealed;
    sealed.on();
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private static void delivered(SentMessage message) {
    assertThat(message.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
  }

  private List<Send> sealedTo(String name) {
    return to(name, sealed.received());
  }

  private List<Send> identifiedTo(String name) {
    return to(name, people.server.received());
  }

  private List<Send> to(String name, List<Send> sends) {
    ByteString id = ByteString.copyFrom(people.id(name).bytes());
    return sends.stream().filter(s -> s.getAccountId().equals(id)).toList();
  }

  /// Alice and somebody have written to each other, and what they write goes sealed from now on.
  private Conversation acquaint(String name) {
    Conversation from = people.of("alice").conversationWith(Username.of(name));
    delivered(from.send("hello"));
    delivered(people.of(name).conversationWith(ALICE).send("hello yourself"));
    TwoPeople.await(() -> goesSealed(from, name));
    TwoPeople.await(() -> goesSealed(people.of(name).conversationWith(ALICE), "alice"));
    return from;
  }

  private boolean goesSealed(Conversation conversation, String to) {
    int before = sealedTo(to).size();
    delivered(conversation.send("probe"));
    return sealedTo(to).size() > before;
  }

  private Conversation aliceToBob() {
    Conversation bob = people.aliceToBob();
    var _ = acquaint("bob");
    return bob;
  }

  private List<String> texts(String reader, Username of) {
    return people.of(reader).conversationWith(of).messages(1000).stream()
        .map(MessageView::text)
        .filter(text -> !text.equals("probe"))
        .toList();
  }

  @Test
  void firstMessages_areIdentified_andThoseOfPeopleWhoHaveEachOthersKeyAreNot() {
    Conversation bob = people.aliceToBob();
    delivered(bob.send("first"));
    assertThat(sealed.received()).isEmpty();
    var _ = acquaint("bob");
    int identified = identifiedTo("bob").size() + identifiedTo("alice").size();

    delivered(bob.send("sealed"));
    delivered(people.of("bob").conversationWith(ALICE).send("sealed too"));
    assertThat(people.of("alice").awaitOutbox(PATIENCE)).isTrue();
    assertThat(people.of("bob").awaitOutbox(PATIENCE)).isTrue();

    assertThat(identifiedTo("bob").size() + identifiedTo("alice").size()).isEqualTo(identified);
    assertThat(sealed.received())
        .allSatisfy(send -> {
          assertThat(send.getTraceparent()).isEmpty();
          assertThat(send.getDevicesList())
              .allMatch(d -> d.getType() == CiphertextType.CIPHERTEXT_TYPE_SEALED);
        });
    assertThat(texts("bob", ALICE)).contains("first", "sealed").endsWith("sealed too");
  }

  /// How a server lies to a device about itself.
  enum Lie {
    ANOTHER_DEVICE,
    ANOTHER_ACCOUNT,
    ANOTHER_KEY,
    ANOTHER_ROOT,
    ENDED,
    GARBAGE
  }

  private byte[] lie(Lie lie, DeviceAddress to) {
    byte[] key = people.server.identityKey(to);
    long end = sealed.inADay();
    return switch (lie) {
      case ANOTHER_DEVICE ->
          sealed.authority.issue(new DeviceAddress(to.account(), new DeviceId(2)), key, end);
      case ANOTHER_ACCOUNT ->
          sealed.authority.issue(
              new DeviceAddress(new AccountId(new byte[16]), to.device()), key, end);
      case ANOTHER_KEY -> sealed.authority.issue(to, mallory.identityPublicKey(), end);
      case ANOTHER_ROOT -> new TestCertificates().issue(to, key, end);
      case ENDED -> sealed.authority.issue(to, key, people.server.time() - 1);
      case GARBAGE -> new byte[] {1, 2, 3};
    };
  }

  @ParameterizedTest
  @EnumSource
  void certificateThatIsNotOnesOwn_isNoticed_andNeverShown(Lie lie) {
    sealed.certificates = to -> lie(lie, to);
    Conversation bob = people.aliceToBob();
    for (int i = 0; i < 3; i++) {
      delivered(bob.send("message " + i));
      delivered(people.of("bob").conversationWith(ALICE).send("answer " + i));
    }
    TwoPeople.await(() -> sealed.issued > 0);
    delivered(bob.send("last"));
    assertThat(sealed.received()).isEmpty();
    assertThat(texts("bob", ALICE)).endsWith("last");
  }

  @Test
  void trustRoots_stayAsTheyWereFirstTold() {
    var _ = aliceToBob();
    // The server has another root from now on, and certifies under that.
    sealed.authority = new TestCertificates();
    people.of("alice").close();
    PastWriter.inStore(
        people.home("alice"), store -> store.settings().remove("sender_certificate"));
    Sotto alice = people.open("alice");
    alice.awaitOnline(PATIENCE);
    int before = sealed.received().size();
    int issued = sealed.issued;
    delivered(alice.conversationWith(BOB).send("identified again"));
    TwoPeople.await(() -> sealed.issued > issued);
    delivered(alice.conversationWith(BOB).send("still"));
    assertThat(sealedTo("bob")).hasSizeLessThanOrEqualTo(before);
    assertThat(identifiedTo("bob")).isNotEmpty();
  }

  /// The server puts something that Alice has sent into a wrapper of its own, with a certificate of
  /// its choice.
  private void forge(byte[] certificate, TrustRoots roots, Send genuine) {
    DeviceAddress bob = new DeviceAddress(people.id("bob"), DeviceId.FIRST);
    int type =
        genuine.getDevices(0).getType() == CiphertextType.CIPHERTEXT_TYPE_PRE_KEY
            ? Sealed.Ciphertext.PRE_KEY
            : Sealed.Ciphertext.RATCHET;
    byte[] wrapped =
        new SealedSender(mallory)
            .wrap(
                bob,
                Bytes.of(people.server.identityKey(bob)),
                // Read as of long ago: the one that has ended, too.
                SenderCertificate.read(certificate, roots, 0).orElseThrow(),
                new SealedSender.Inner(type, genuine.getDevices(0).getCiphertext().toByteArray()));
    people.server.forge(
        people.id("bob"),
        Envelope.newBuilder()
            .setType(CiphertextType.CIPHERTEXT_TYPE_SEALED)
            .setCiphertext(ByteString.copyFrom(wrapped))
            .build());
  }

  private List<MessageView> bobsFromAlice() {
    return people.of("bob").conversationWith(ALICE).messages(100);
  }

  @Test
  void keyThatTheServerMadeUpForADevice_isSeenAsSomethingWrong_andTheMessageStillArrives() {
    Conversation bob = people.aliceToBob();
    delivered(bob.send("before"));
    people.server.holdDelivery();
    SentMessage held = bob.send("held");
    assertThat(held.await(Status.SENT, PATIENCE)).isEqualTo(Status.SENT);
    Send genuine = identifiedTo("bob").getLast();
    var kept = people.server.takeMailbox(people.id("bob"), 1);
    DeviceAddress alice = new DeviceAddress(people.id("alice"), DeviceId.FIRST);
    forge(
        sealed.authority.issue(alice, mallory.identityPublicKey(), sealed.inADay()),
        sealed.authority.roots(),
        genuine);
    people.server.deliverAgain();
    TwoPeople.await(
        () -> bobsFromAlice().stream().anyMatch(m -> m.kind() == MessageView.Kind.UNDECRYPTABLE));
    people.server.putBack(people.id("bob"), 1, kept, Duration.ZERO);
    people.server.cut(people.id("bob"));
    delivered(held);
    assertThat(bobsFromAlice()).extracting(MessageView::text).contains("before", "held");
  }

  @ParameterizedTest
  @EnumSource(names = {"ANOTHER_ROOT", "ENDED"})
  void wrapperThatNobodyVouchesFor_isTakenAndLeavesNothing(Lie lie) {
    Conversation bob = people.aliceToBob();
    delivered(bob.send("before"));
    Send genuine = identifiedTo("bob").getLast();
    DeviceAddress alice = new DeviceAddress(people.id("alice"), DeviceId.FIRST);
    TestCertificates other = lie == Lie.ENDED ? sealed.authority : new TestCertificates();
    long end = lie == Lie.ENDED ? people.server.time() - 1000 : sealed.inADay();
    forge(other.issue(alice, mallory.identityPublicKey(), end), other.roots(), genuine);
    TwoPeople.await(() -> people.server.mailboxSize(people.id("bob")) == 0);
    delivered(bob.send("after"));
    assertThat(bobsFromAlice()).extracting(MessageView::text).containsExactly("before", "after");
  }

  @Test
  void wrapperWhoseDeviceIsUnknown_waitsForTheChain_andIsForgottenIfThatDoesNotListIt() {
    Conversation bob = people.aliceToBob();
    delivered(bob.send("before"));
    Send genuine = identifiedTo("bob").getLast();
    DeviceAddress second = new DeviceAddress(people.id("alice"), new DeviceId(2));
    forge(
        sealed.authority.issue(second, mallory.identityPublicKey(), sealed.inADay()),
        sealed.authority.roots(),
        genuine);
    delivered(bob.send("after"));
    assertThat(people.of("bob").awaitMailboxEmpty(PATIENCE)).isTrue();
    assertThat(bobsFromAlice()).extracting(MessageView::text).containsExactly("before", "after");
  }

  @Test
  void lostAnswers_storeOnce_inOrder_underTheSameEnvelopeIds() {
    Conversation bob = aliceToBob();
    int before = sealedTo("bob").size();
    people.server.holdDelivery();
    sealed.loseResults = true;
    List<SentMessage> sent = IntStream.range(0, 50).mapToObj(i -> bob.send("m" + i)).toList();
    TwoPeople.await(() -> sealedTo("bob").size() >= before + 32);
    sealed.loseResults = false;
    sealed.cut();
    sent.forEach(m -> assertThat(m.await(Status.SENT, PATIENCE)).isEqualTo(Status.SENT));
    List<Send> all = sealedTo("bob").subList(before, sealedTo("bob").size());
    assertThat(all).hasSizeGreaterThanOrEqualTo(50 + 32);
    assertThat(new HashSet<>(all.stream().map(Send::getEnvelopeId).toList())).hasSize(50);
    // The wrapper is another each time.
    Set<ByteString> wrappers = new HashSet<>();
    all.forEach(send -> wrappers.add(send.getDevices(0).getCiphertext()));
    assertThat(wrappers).hasSize(all.size());
    assertThat(people.server.mailboxSize(people.id("bob"))).isEqualTo(50);
    people.server.deliverAgain();
    delivered(sent.getLast());
    assertThat(texts("bob", ALICE))
        .endsWith(IntStream.range(0, 50).mapToObj(i -> "m" + i).toArray(String[]::new));
  }

  @Test
  void clientThatIsKilledWithSealedSendsInFlight_sendsThemByTheSameWay_once() {
    Conversation bob = aliceToBob();
    int identified = identifiedTo("bob").size();
    people.server.holdDelivery();
    sealed.loseResults = true;
    int before = sealedTo("bob").size();
    for (int i = 0; i < 20; i++) {
      var _ = bob.send("m" + i);
    }
    TwoPeople.await(() -> sealedTo("bob").size() >= before + 20);
    people.of("alice").close();
    sealed.loseResults = false;
    // The key lets nobody in any more, and that is known: what became of the first try is found out
    // all the same.
    replaceKey("bob");
    AccountId to = people.id("bob");
    PastWriter.inStore(people.home("alice"), store -> store.contacts().keyRefused(to));
    Sotto alice = people.open("alice");
    assertThat(alice.awaitOutbox(PATIENCE)).isTrue();
    assertThat(identifiedTo("bob")).hasSize(identified);
    assertThat(people.server.mailboxSize(people.id("bob"))).isEqualTo(20);
    people.server.deliverAgain();
    delivered(alice.conversationWith(BOB).send("after"));
    List<String> expected = new ArrayList<>(IntStream.range(0, 20).mapToObj(i -> "m" + i).toList());
    expected.add("after");
    assertThat(texts("bob", ALICE)).endsWith(expected.toArray(String[]::new));
  }

  /// As if the account had taken another key that nobody has heard of yet.
  private void replaceKey(String name) {
    AccessKey other = ProfileKey.generate(new SecureRandom()).accessKey();
    people.server.profiles.compute(
        people.id(name),
        (_, set) ->
            Objects.requireNonNull(set).toBuilder()
                .setAccessKeyHash(ByteString.copyFrom(other.hash().toArray()))
                .build());
  }

  @Test
  void keyThatIsRefusedInTheMiddle_sendsTheRestIdentified_inOrder_once() {
    Conversation bob = aliceToBob();
    people.server.holdDelivery();
    AtomicInteger left = new AtomicInteger(10);
    sealed.refusal =
        _ -> {
          if (left.decrementAndGet() == 0) {
            replaceKey("bob");
          }
          return Optional.empty();
        };
    int identified = identifiedTo("bob").size();
    List<SentMessage> sent = IntStream.range(0, 60).mapToObj(i -> bob.send("m" + i)).toList();
    sent.forEach(m -> assertThat(m.await(Status.SENT, PATIENCE)).isEqualTo(Status.SENT));
    assertThat(identifiedTo("bob").size() - identified).isBetween(1, 55);
    assertThat(people.server.mailboxSize(people.id("bob"))).isEqualTo(60);
    people.server.deliverAgain();
    delivered(sent.getLast());
    assertThat(texts("bob", ALICE))
        .endsWith(IntStream.range(0, 60).mapToObj(i -> "m" + i).toArray(String[]::new));
  }

  @Test
  void limit_makesWait_andChangesNoWay() {
    Conversation bob = aliceToBob();
    AtomicInteger refusals = new AtomicInteger(2);
    sealed.refusal =
        _ ->
            refusals.getAndDecrement() > 0
                ? Optional.of(
                    SendResult.newBuilder()
                        .setRateLimited(RateLimited.newBuilder().setRetryAfterMs(50))
                        .build())
                : Optional.empty();
    int identified = identifiedTo("bob").size();
    delivered(bob.send("late"));
    assertThat(refusals.get()).isNegative();
    assertThat(identifiedTo("bob")).hasSize(identified);
  }

  @Test
  void blockedContact_isNotLetInAnyMore_andTheOthersAreGivenTheNewKey_andGoOnSealed() {
    Conversation bob = people.aliceToBob();
    Sotto carol = people.register("carol");
    var _ = acquaint("bob");
    var _ = acquaint("carol");
    Sotto alice = people.of("alice");
    ByteString before =
        Objects.requireNonNull(people.server.profiles.get(people.id("alice"))).getAccessKeyHash();
    bob.block();
    TwoPeople.await(() ->
        !Objects.requireNonNull(people.server.profiles.get(people.id("alice")))
            .getAccessKeyHash()
            .equals(before));
    assertThat(alice.awaitOutbox(PATIENCE)).isTrue();
    assertThat(carol.awaitMailboxEmpty(PATIENCE)).isTrue();
    int identified = identifiedTo("alice").size();

    delivered(carol.conversationWith(ALICE).send("sealed as before"));
    assertThat(identifiedTo("alice")).hasSize(identified);
    delivered(alice.conversationWith(CAROL).send("so is this"));

    SentMessage refused = people.of("bob").conversationWith(ALICE).send("let me in");
    assertThat(refused.await(Status.SENT, PATIENCE)).isEqualTo(Status.SENT);
    assertThat(identifiedTo("alice").size()).isGreaterThan(identified);
    assertThat(texts("alice", BOB)).doesNotContain("let me in");
  }

  @Test
  void newerKey_endsTheRefusalOfTheOldOne() {
    Conversation bob = aliceToBob();
    replaceKey("bob");
    assertThat(goesSealed(bob, "bob")).isTrue();
    assertThat(goesSealed(bob, "bob")).isFalse();
    // Bob takes a key that he tells of.
    Sotto carol = people.register("carol");
    delivered(carol.conversationWith(BOB).send("hello"));
    Conversation toCarol = people.of("bob").conversationWith(CAROL);
    delivered(toCarol.send("hello"));
    toCarol.block();
    TwoPeople.await(() -> goesSealed(bob, "bob"));
    delivered(bob.send("and it is let in"));
  }

  @Test
  void sealedStream_isOnAConnectionOfItsOwn_andEndsWithTheDevices() {
    AtomicInteger dialled = new AtomicInteger();
    Set<Wire> open = ConcurrentHashMap.newKeySet();
    Dialer counting =
        address -> {
          Wire wire = people.server.dialer().dial(address);
          dialled.incrementAndGet();
          open.add(wire);
          return new Wire() {
            @Override
            public ManagedChannel channel() {
              return wire.channel();
            }

            @Override
            public void close() {
              open.remove(wire);
              wire.close();
            }
          };
        };
    var _ = aliceToBob();
    people.of("alice").close();
    try (Sotto alice =
        Sotto.open(people.home("alice"), TwoPeople.key(), Options.defaults(), counting)) {
      alice.awaitOnline(PATIENCE);
      assertThat(dialled).hasValue(1);
      int streams = sealed.opened;
      delivered(alice.conversationWith(BOB).send("sealed"));
      assertThat(dialled).hasValue(2);
      assertThat(sealed.opened).isEqualTo(streams + 1);
    }
    TwoPeople.await(open::isEmpty);
  }
}
