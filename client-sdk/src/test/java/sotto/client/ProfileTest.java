package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.TwoPeople.PATIENCE;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.GetProfileResponse;
import sotto.account.v1.SetProfileRequest;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.internal.files.Samples;
import sotto.crypto.AccessKey;

/// What people call themselves, and who may read it.
final class ProfileTest {
  private static final Username BOB = Username.of("bob");
  private static final Username ALICE = Username.of("alice");

  @TempDir Path folder;
  private TwoPeople people;
  private Sotto bob;
  private Sotto alice;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    bob = people.register("bob");
    alice = people.register("alice");
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private static void call(Sotto sotto, String name) {
    sotto.setProfile(sotto.profile().withName(name));
    assertThat(sotto.awaitProfile(PATIENCE)).isTrue();
  }

  private static void write(Sotto from, Username to) {
    assertThat(from.conversationWith(to).send("hi").await(Status.DELIVERED, PATIENCE))
        .isEqualTo(Status.DELIVERED);
  }

  private static Optional<String> nameOf(Sotto reader, Username whose) {
    return reader.conversationWith(whose).profile().map(Profile::name);
  }

  private static void awaitName(Sotto reader, Username whose, String name) {
    TwoPeople.await(() -> nameOf(reader, whose).equals(Optional.of(name)));
  }

  private SetProfileRequest stored() {
    return Objects.requireNonNull(people.server.profiles.get(people.id("alice")));
  }

  @Test
  void contactReadsIt_afterAMessage_besideTheUsername_andThePictureOnceAccepted() {
    Bytes picture = Bytes.of(Samples.png(40, 30, 1));
    alice.setProfile(new Profile("Alice Example", "Sails.\nReads.", Optional.of(picture)));
    assertThat(alice.awaitProfile(PATIENCE)).isTrue();
    assertThat(nameOf(bob, ALICE)).isEmpty();

    write(alice, BOB);
    awaitName(bob, ALICE, "Alice Example");
    Conversation toAlice = bob.conversationWith(ALICE);
    assertThat(toAlice.peer().name()).isEqualTo("alice");
    assertThat(toAlice.peer().profileName()).contains("Alice Example");
    assertThat(toAlice.profile().orElseThrow().about()).isEqualTo("Sails.\nReads.");
    assertThat(toAlice.profile().orElseThrow().picture()).isEmpty();

    toAlice.accept();
    TwoPeople.await(() -> toAlice.profile().orElseThrow().picture().isPresent());
    byte[] shown = toAlice.profile().orElseThrow().picture().orElseThrow().toArray();
    assertThat(new String(shown, StandardCharsets.ISO_8859_1)).doesNotContain(Samples.SECRET);
    assertThat(toAlice.profile()).contains(alice.profile());
  }

  /// Who writes unasked is told that it was delivered, and nothing else.
  @Test
  void stranger_getsNoKey_beforeBeingAccepted() {
    call(alice, "Alice Example");
    write(bob, ALICE);
    AccountId account = people.id("alice");
    bob.close();
    PastWriter.inStore(
        people.home("bob"), store -> assertThat(store.profiles().find(account)).isEmpty());

    bob = people.open("bob");
    alice.conversationWith(BOB).accept();
    write(bob, ALICE);
    awaitName(bob, ALICE, "Alice Example");
  }

  @Test
  void serverLearnsNothingOfIt() {
    call(alice, "Alice Example");
    byte[] stored = stored().getProfile().toByteArray();
    assertThat(new String(stored, StandardCharsets.ISO_8859_1)).doesNotContain("Alice");
    call(alice, "A");
    assertThat(stored().getProfile().size()).isEqualTo(stored.length);
  }

  @Test
  void olderVersion_isRefused_underItsOwnNumberAndUnderANewOne() {
    List<GetProfileResponse> old = new ArrayList<>();
    people.server.profileAnswers =
        answer -> {
          old.add(answer);
          return answer;
        };
    call(alice, "First");
    write(alice, BOB);
    awaitName(bob, ALICE, "First");
    people.server.profileAnswers = answer -> answer;
    call(alice, "Second");
    write(alice, BOB);
    awaitName(bob, ALICE, "Second");

    for (int version : new int[] {1, 3}) {
      int calls = people.server.profileCalls;
      people.server.profileAnswers =
          answer -> {
            GetProfileResponse.Builder stale = old.getFirst().toBuilder();
            stale.getFoundBuilder().setVersion(version);
            return stale.build();
          };
      call(alice, "Later " + version);
      write(alice, BOB);
      TwoPeople.await(() -> people.server.profileCalls > calls);
      assertThat(bob.awaitMailboxEmpty(PATIENCE)).isTrue();
      assertThat(nameOf(bob, ALICE)).contains("Second");
    }
    people.server.profileAnswers = answer -> answer;
    call(alice, "Fifth");
    write(alice, BOB);
    awaitName(bob, ALICE, "Fifth");
  }

  private AccessKey keyThatHas(String home, String whose) {
    people.of(home).close();
    List<AccessKey> keys = new ArrayList<>();
    AccountId account = people.id(whose);
    PastWriter.inStore(
        people.home(home),
        store -> keys.add(store.profiles().find(account).orElseThrow().key().accessKey()));
    bob = people.open(home);
    bob.awaitOnline(PATIENCE);
    return keys.getFirst();
  }

  @Test
  void blockedContact_readsNothingNew_andOthersDo() {
    Sotto carol = people.register("carol");
    call(alice, "Before");
    write(alice, BOB);
    write(alice, Username.of("carol"));
    awaitName(bob, ALICE, "Before");
    awaitName(carol, ALICE, "Before");
    AccessKey bobs = keyThatHas("bob", "alice");
    assertThat(people.server.profile(people.id("alice"), bobs).hasFound()).isTrue();

    alice.conversationWith(BOB).block();
    call(alice, "After");
    assertThat(people.server.profile(people.id("alice"), bobs).hasNotFound()).isTrue();
    write(alice, Username.of("carol"));
    awaitName(carol, ALICE, "After");
    assertThat(nameOf(bob, ALICE)).contains("Before");
  }

  @Test
  void blocking_aloneChangesTheKeyAtTheServer() {
    call(alice, "Alice");
    write(alice, BOB);
    SetProfileRequest before = stored();
    alice.conversationWith(BOB).block();
    TwoPeople.await(() -> !stored().getAccessKeyHash().equals(before.getAccessKeyHash()));
    assertThat(stored().getVersion()).isEqualTo(2);
  }

  @Test
  void otherOwnDevice_hasIt_andSetsItToo() {
    call(alice, "Before the link");
    Sotto a2 = TwoDevices.link(people, alice, "a2");
    TwoPeople.await(() -> a2.profile().name().equals("Before the link"));
    call(alice, "By the first");
    TwoPeople.await(() -> a2.profile().name().equals("By the first"));
    a2.setProfile(
        new Profile("By the second", "of two", Optional.of(Bytes.of(Samples.png(40, 30, 1)))));
    assertThat(a2.awaitProfile(PATIENCE)).isTrue();
    TwoPeople.await(() -> alice.profile().equals(a2.profile()));
    assertThat(alice.profile().picture()).isPresent();
    write(alice, BOB);
    awaitName(bob, ALICE, "By the second");
  }

  @Test
  void blockingOnOneDevice_isOneForBoth_andSoIsItsEnd() {
    write(alice, BOB);
    Sotto a2 = TwoDevices.link(people, alice, "a2");
    TwoPeople.await(() -> a2.conversationWith(BOB).peer().accepted());
    call(alice, "Alice");
    TwoPeople.await(() -> a2.profile().name().equals("Alice"));
    ByteString before = stored().getAccessKeyHash();

    alice.conversationWith(BOB).block();
    TwoPeople.await(() -> a2.conversationWith(BOB).peer().blocked());
    TwoPeople.await(() -> !stored().getAccessKeyHash().equals(before));
    // Whether A2 has heard of the other key by now or not: it does not bring the old one back.
    a2.setProfile(new Profile("A2", "", Optional.empty()));
    assertThat(a2.awaitProfile(PATIENCE)).isTrue();
    TwoPeople.await(() -> alice.profile().name().equals("A2"));
    assertThat(stored().getAccessKeyHash()).isNotEqualTo(before);

    a2.conversationWith(BOB).unblock();
    TwoPeople.await(() -> !alice.conversationWith(BOB).peer().blocked());
  }

  @Test
  void blockingOnADeviceThatHasNotHeardOfANewerText_leavesThatText() {
    write(alice, BOB);
    Sotto a2 = TwoDevices.link(people, alice, "a2");
    call(alice, "Old");
    TwoPeople.await(() -> a2.profile().name().equals("Old"));
    TwoPeople.await(() -> a2.conversationWith(BOB).peer().accepted());
    a2.close();
    call(alice, "New");
    assertThat(alice.awaitOutbox(PATIENCE)).isTrue();
    ByteString before = stored().getAccessKeyHash();

    Sotto offline = people.openOffline("a2");
    offline.conversationWith(BOB).block();
    offline.close();
    Sotto again = people.open("a2");
    TwoPeople.await(() -> !stored().getAccessKeyHash().equals(before));
    TwoPeople.await(() -> again.awaitProfile(PATIENCE) && again.profile().name().equals("New"));
    TwoPeople.await(() -> alice.conversationWith(BOB).peer().blocked());
    assertThat(alice.profile().name()).isEqualTo("New");
  }

  @Test
  void versionThatAnotherDeviceHasTaken_isFollowedUnderANewKey() {
    call(alice, "Mine");
    SetProfileRequest mine = stored();
    people.server.profiles.put(people.id("alice"), mine.toBuilder().setVersion(7).build());
    call(alice, "Mine again");
    SetProfileRequest later = stored();
    assertThat(later.getVersion()).isEqualTo(8);
    assertThat(later.getAccessKeyHash()).isNotEqualTo(mine.getAccessKeyHash());
    write(alice, BOB);
    awaitName(bob, ALICE, "Mine again");
  }

  @Test
  void setWithoutAConnection_goesWithTheNextOne() {
    alice.close();
    Sotto offline = people.openOffline("alice");
    offline.setProfile(Profile.EMPTY.withName("Offline"));
    offline.close();
    Sotto online = people.open("alice");
    assertThat(online.awaitProfile(PATIENCE)).isTrue();
    assertThat(online.profile().name()).isEqualTo("Offline");
    write(online, BOB);
    awaitName(bob, ALICE, "Offline");
  }

  @Test
  void restoredAccount_hasItAgain() {
    String code = alice.recoveryCode().orElseThrow();
    call(alice, "Alice");
    write(alice, BOB);
    var _ = alice.backup().keep(_ -> {});
    alice.close();
    Sotto fresh = people.open("fresh");
    var _ = fresh.restore(people.server.address(), ALICE, code, _ -> {});
    TwoPeople.await(() -> fresh.profile().name().equals("Alice"));
  }

  @Test
  void whatIsOutOfBounds_isRefused() {
    String name = "é".repeat(64);
    assertThat(new Profile(name, "a".repeat(512), Optional.empty()).name()).isEqualTo(name);
    for (Runnable wrong :
        List.<Runnable>of(
            () -> Profile.EMPTY.withName(name + "a"),
            () -> Profile.EMPTY.withName("a\7"),
            () -> Profile.EMPTY.withAbout("a".repeat(513)),
            () -> Profile.EMPTY.withPicture(Optional.of(Bytes.of(new byte[1024 * 1024 + 1]))),
            () ->
                alice.setProfile(
                    Profile.EMPTY.withPicture(Optional.of(Bytes.of(new byte[] {1, 2, 3})))))) {
      assertThatThrownBy(wrong::run)
          .isInstanceOfSatisfying(
              SottoException.class,
              e -> assertThat(e.code()).isEqualTo(SottoException.Code.INVALID_INPUT));
    }
  }
}
