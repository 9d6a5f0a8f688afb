package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.TwoPeople.PATIENCE;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.AccountId;
import sotto.client.SottoException.Code;

/// What is left of a store whose bytes went bad.
final class SalvageTest {
  private static final int PAGE = 4096;
  private static final int MESSAGES = 4000;
  private static final AccountId CAROL = new AccountId(new byte[AccountId.LENGTH]);

  @TempDir Path folder;
  private TwoPeople people;
  private Path home;
  private Path into;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    Conversation toBob = people.aliceToBob();
    assertThat(toBob.send("hi").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    people.of("alice").close();
    home = people.home("alice");
    into = people.home("saved");
    new PastWriter(home, 1).settled("carol", CAROL, MESSAGES);
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private static Salvaged.Kind messages(Salvaged salvaged) {
    return salvaged.kinds().stream()
        .filter(kind -> kind.name().equals("messages"))
        .findFirst()
        .orElseThrow();
  }

  /// Overwrites some bytes of pages, not of the first.
  private void damage(Random random, int pages) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(home.resolve("store.db").toFile(), "rw")) {
      int all = (int) (file.length() / PAGE);
      for (int i = 0; i < pages; i++) {
        file.seek((long) PAGE * (20 + random.nextInt(all - 20)) + random.nextInt(PAGE - 64));
        byte[] bytes = new byte[64];
        random.nextBytes(bytes);
        file.write(bytes);
      }
    }
  }

  @Test
  void soundStore_isSound_andAllOfItIsSalvaged() {
    assertThat(Sotto.checkStore(home, TwoPeople.key())).isEmpty();
    Salvaged salvaged = Sotto.salvage(home, TwoPeople.key(), into);
    assertThat(salvaged.whole()).isTrue();
    assertThat(messages(salvaged))
        .isEqualTo(new Salvaged.Kind("messages", MESSAGES + 1, Optional.of(0L)));
    // One that the server knows to be old (protocol C1).
    PastWriter.inStore(
        into, store -> assertThat(store.settings().number("connection_number")).hasValue(0L));
    Sotto before = people.openOffline("alice");
    Sotto after = people.openOffline("saved");
    assertThat(after.conversationWith(CAROL).messages(10_000))
        .isEqualTo(before.conversationWith(CAROL).messages(10_000));
    assertThat(after.conversations()).isEqualTo(before.conversations());
    assertThat(after.search(SearchQuery.of("hi").in(Username.of("bob")))).hasSize(1);
  }

  @Test
  void pagesThatWentBad_costTheirRowsOnly_andTheNewHomeGoesOn() throws IOException {
    Random random = new Random(7);
    damage(random, 12);
    assertThat(Sotto.checkStore(home, TwoPeople.key())).isNotEmpty();
    Map<String, String> bytes = contents();
    Salvaged salvaged = Sotto.salvage(home, TwoPeople.key(), into);
    assertThat(contents()).isEqualTo(bytes);
    assertThat(salvaged.whole()).isFalse();
    long kept = messages(salvaged).kept();
    assertThat(kept).isBetween(MESSAGES * 7L / 10, MESSAGES + 1L);
    messages(salvaged).lost().ifPresent(lost -> assertThat(kept + lost).isEqualTo(MESSAGES + 1));
    assertThat(Sotto.checkStore(into, TwoPeople.key())).isEmpty();

    // Both sides talk again: the server makes the new home begin its sessions anew.
    Sotto alice = people.open("saved");
    alice.awaitOnline(PATIENCE);
    assertThat(
            alice
                .conversationWith(Username.of("bob"))
                .send("back")
                .await(Status.DELIVERED, PATIENCE))
        .isEqualTo(Status.DELIVERED);
    SentMessage answer =
        people.of("bob").conversationWith(Username.of("alice")).send("welcome back");
    assertThat(answer.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    assertThat(alice.search(SearchQuery.of("welcome"))).hasSize(1);
  }

  @Test
  void archivedMessages_areFoundInTheNewHome() {
    Sotto alice = people.open("alice");
    alice.awaitOnline(PATIENCE);
    SearchQuery query = SearchQuery.of("ka").in(Username.of("carol")).limit(10_000);
    var before = alice.search(query);
    assertThat(alice.archive().moveOlderThan(PastWriter.AGE).messages()).isPositive();
    alice.close();
    Sotto.salvage(home, TwoPeople.key(), into);
    Sotto saved = people.open("saved");
    saved.awaitOnline(PATIENCE);
    assertThat(saved.search(query)).isEqualTo(before).isNotEmpty();
  }

  @Test
  void firstPageGone_isSaidSo_andLeavesNoHalfHome() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(home.resolve("store.db").toFile(), "rw")) {
      file.seek(200);
      file.write(new byte[1000]);
    }
    assertThat(Sotto.checkStore(home, TwoPeople.key())).isNotEmpty();
    assertThatThrownBy(() -> Sotto.salvage(home, TwoPeople.key(), into))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.STORAGE_DAMAGED));
    assertThat(into).doesNotExist();
  }

  @Test
  void folderWithSomethingInIt_isLeftAlone() throws IOException {
    Files.createDirectories(into);
    Path there = Files.writeString(into.resolve("mine"), "mine");
    assertThatThrownBy(() -> Sotto.salvage(home, TwoPeople.key(), into))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.INVALID_INPUT));
    assertThat(there).hasContent("mine");
  }

  private Map<String, String> contents() throws IOException {
    try (Stream<Path> files = Files.list(home)) {
      return files
          .filter(f -> Files.isRegularFile(f) && !f.endsWith("lock"))
          .collect(
              Collectors.toMap(
                  Path::toString,
                  f -> {
                    try {
                      return sotto.chain.Bytes.of(Files.readAllBytes(f)).toString();
                    } catch (IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  }));
    }
  }
}
