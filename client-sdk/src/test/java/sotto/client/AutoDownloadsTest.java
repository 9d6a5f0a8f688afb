package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.TwoPeople.PATIENCE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.client.AutoDownloads.Rule;
import sotto.client.SottoException.Code;

/// Files that are downloaded by themselves.
final class AutoDownloadsTest {
  private static final int SEGMENT = 65_536;
  private static final int MANY = 1_000_000;

  @TempDir Path folder;
  private final Semaphore gate = new Semaphore(MANY);
  private final AtomicInteger held = new AtomicInteger();
  private TwoPeople people;
  private FakeBlobs blobs;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    blobs = people.server.blobs;
    people.server.onBlobCall =
        call -> {
          if (call == FakeServer.BlobCall.DOWNLOAD) {
            held.incrementAndGet();
            gate.acquireUninterruptibly();
            held.decrementAndGet();
          }
        };
  }

  @AfterEach
  void stop() {
    release();
    people.close();
  }

  /// Holds downloads up once so many have passed.
  private void hold(int after) {
    gate.drainPermits();
    gate.release(after);
  }

  private void release() {
    gate.release(MANY);
  }

  private Path in() {
    return folder.resolve("in");
  }

  private Path file(String name, int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return Files.write(folder.resolve(name), bytes);
  }

  /// Bob has accepted Alice and set a rule.
  private Conversation aliceToBob(Rule rule) {
    Conversation bob = people.aliceToBob();
    people.of("bob").conversationWith(people.id("alice")).accept();
    people.of("bob").autoDownloads().set(rule);
    return bob;
  }

  private void deliver(Conversation to, Path... files) {
    assertThat(to.send("files", List.of(files)).await(Status.DELIVERED, PATIENCE))
        .isEqualTo(Status.DELIVERED);
  }

  private boolean idle() {
    return people.of("bob").autoDownloads().await(PATIENCE);
  }

  private List<String> saved() throws IOException {
    if (!Files.exists(in())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(in())) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private static List<Event.FileSaved> told(Sotto sotto, int count) {
    List<Event.FileSaved> told = new ArrayList<>();
    try (EventStream events = sotto.events("told")) {
      while (told.size() < count) {
        Optional<Event> event = events.next(PATIENCE);
        assertThat(event).as("%d of %d", told.size(), count).isPresent();
        if (event.get() instanceof Event.FileSaved saved) {
          told.add(saved);
        }
      }
      events.done();
    }
    return told;
  }

  @Test
  void itIsOff_untilARuleIsSet() throws IOException {
    Conversation bob = people.aliceToBob();
    people.of("bob").conversationWith(people.id("alice")).accept();
    deliver(bob, file("a.bin", 10));
    AutoDownloads auto = people.of("bob").autoDownloads();
    assertThat(auto.rule()).isEmpty();
    assertThat(idle()).isTrue();
    // What came before the rule is left alone.
    auto.set(Rule.upTo(1000).into(in()));
    assertThat(auto.waiting()).isZero();
    assertThat(blobs.downloadOffsets).isEmpty();
  }

  @Test
  void filesUpToTheSize_comeByThemselves_largerOnesDoNot_andItIsTold() throws IOException {
    Conversation bob = aliceToBob(Rule.upTo(200_000).into(in()));
    Path small = file("small.bin", 200_000);
    deliver(bob, small, file("large.bin", 200_001), file("empty.bin", 0));
    List<Event.FileSaved> told = told(people.of("bob"), 2);
    assertThat(told).extracting(e -> e.file().name()).containsOnly("small.bin", "empty.bin");
    assertThat(told).allSatisfy(e -> assertThat(e.id()).isNotEqualTo(Event.LIVE));
    assertThat(idle()).isTrue();
    assertThat(saved()).containsExactly("empty.bin", "small.bin");
    assertThat(in().resolve("small.bin")).hasSameBinaryContentAs(small);
    assertThat(told)
        .extracting(Event.FileSaved::result)
        .contains(new SaveResult.Saved(in().resolve("small.bin")));
    assertThat(people.of("bob").autoDownloads().waiting()).isZero();
  }

  @Test
  void filesOfAStranger_waitUntilTheyAreAccepted() throws IOException {
    Conversation bob = people.aliceToBob();
    people.of("bob").autoDownloads().set(Rule.upTo(1000).into(in()));
    deliver(bob, file("a.bin", 10));
    assertThat(idle()).isTrue();
    assertThat(blobs.downloadOffsets).isEmpty();
    people.of("bob").conversationWith(people.id("alice")).accept();
    assertThat(told(people.of("bob"), 1)).hasSize(1);
    deliver(bob, file("b.bin", 11));
    assertThat(told(people.of("bob"), 1)).hasSize(1);
    assertThat(saved()).containsExactly("a.bin", "b.bin");
  }

  @Test
  void messages_doNotWaitForFiles_andTwoComeAtATime() throws IOException {
    Conversation bob = aliceToBob(Rule.upTo(1_000_000).into(in()));
    hold(0);
    deliver(bob, file("a.bin", 1), file("b.bin", 2), file("c.bin", 3), file("d.bin", 4));
    TwoPeople.await(() -> held.get() == 2);
    assertThat(bob.send("quick").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    assertThat(held.get()).isEqualTo(2);
    assertThat(saved()).isEmpty();
    release();
    assertThat(told(people.of("bob"), 4)).hasSize(4);
    assertThat(saved()).containsExactly("a.bin", "b.bin", "c.bin", "d.bin");
  }

  @Test
  void whatBrokeOff_goesOnWhereItWas_afterARestart_withTheRuleOfTheStore() throws IOException {
    Conversation bob = aliceToBob(Rule.upTo(2_000_000).into(in()));
    blobs.downloadBreaks.add(5 * SEGMENT);
    Path large = file("large.bin", 1_000_000);
    hold(1);
    deliver(bob, large);
    TwoPeople.await(() -> blobs.downloadOffsets.size() == 1 && held.get() == 1);
    people.of("bob").close();
    release();
    Sotto again = people.open("bob");
    assertThat(again.autoDownloads().rule()).contains(Rule.upTo(2_000_000).into(in()));
    assertThat(told(again, 1)).hasSize(1);
    assertThat(in().resolve("large.bin")).hasSameBinaryContentAs(large);
    assertThat(saved()).hasSize(1);
    assertThat(blobs.downloadOffsets).endsWith(5L * SEGMENT);
  }

  @Test
  void moreThanADay_waitsForTheNextOne() throws IOException {
    Conversation bob = aliceToBob(Rule.upTo(100).aDay(250).into(in()));
    Sotto bobs = people.of("bob");
    deliver(bob, file("a.bin", 100));
    deliver(bob, file("b.bin", 99));
    assertThat(told(bobs, 2)).hasSize(2);
    deliver(bob, file("c.bin", 98));
    assertThat(bobs.autoDownloads().await(PATIENCE)).isTrue();
    assertThat(bobs.autoDownloads().waiting()).isEqualTo(1);
    assertThat(saved()).containsExactly("a.bin", "b.bin");
    bobs.close();
    people.server.timeOffset = Duration.ofDays(1).toMillis();
    assertThat(told(people.open("bob"), 1)).hasSize(1);
    assertThat(saved()).containsExactly("a.bin", "b.bin", "c.bin");
  }

  @Test
  void whatIsGoneOrDamaged_isTold_andNothingIsWritten() throws IOException {
    Conversation bob = aliceToBob(Rule.upTo(300_000).into(in()));
    hold(0);
    deliver(bob, file("a.bin", 200_000));
    TwoPeople.await(() -> held.get() == 1);
    blobs.damage();
    release();
    assertThat(told(people.of("bob"), 1))
        .extracting(Event.FileSaved::result)
        .containsExactly(new SaveResult.Damaged());
    hold(0);
    deliver(bob, file("b.bin", 200_001));
    TwoPeople.await(() -> held.get() == 1);
    blobs.drop();
    release();
    assertThat(told(people.of("bob"), 1))
        .extracting(Event.FileSaved::result)
        .containsExactly(new SaveResult.Gone());
    assertThat(saved()).isEmpty();
    assertThat(people.of("bob").autoDownloads().waiting()).isZero();
  }

  @Test
  void folderThatCannotBeWritten_keepsTheFileWaiting_untilAnotherIsChosen() throws IOException {
    Path blocked = Files.writeString(folder.resolve("blocked"), "a file, no folder");
    Conversation bob = aliceToBob(Rule.upTo(1000).into(blocked.resolve("in")));
    deliver(bob, file("a.bin", 10));
    TwoPeople.await(() -> !blobs.downloadOffsets.isEmpty());
    assertThat(people.of("bob").autoDownloads().waiting()).isEqualTo(1);
    people.of("bob").autoDownloads().set(Rule.upTo(1000).into(in()));
    assertThat(told(people.of("bob"), 1)).hasSize(1);
    assertThat(saved()).containsExactly("a.bin");
  }

  @Test
  void off_forgetsWhatWaits_andTheHomeIsTheFolderIfNoneIsNamed() throws IOException {
    Conversation bob = aliceToBob(Rule.upTo(1000));
    deliver(bob, file("a.bin", 10));
    assertThat(told(people.of("bob"), 1))
        .extracting(Event.FileSaved::result)
        .containsExactly(
            new SaveResult.Saved(people.home("bob").resolve("files").resolve("a.bin")));
    AutoDownloads auto = people.of("bob").autoDownloads();
    hold(0);
    deliver(bob, file("b.bin", 11), file("c.bin", 12), file("d.bin", 13));
    TwoPeople.await(() -> held.get() == 2);
    assertThat(auto.waiting()).isEqualTo(3);
    auto.off();
    assertThat(auto.rule()).isEmpty();
    assertThat(auto.waiting()).isZero();
    release();
    // What had begun comes; what waited does not, not even by a new rule.
    assertThat(told(people.of("bob"), 2)).hasSize(2);
    deliver(bob, file("e.bin", 14));
    auto.set(Rule.upTo(1000));
    assertThat(idle()).isTrue();
    assertThat(auto.waiting()).isZero();
    assertThat(blobs.downloadOffsets).hasSize(3);
    auto.off();
    people.of("bob").close();
    assertThat(people.open("bob").autoDownloads().rule()).isEmpty();
  }

  @Test
  void sizesOutOfTheirBounds_areRefused() {
    for (long[] sizes : new long[][] {{0, 10}, {-1, 10}, {11, 10}}) {
      assertThatThrownBy(() -> new Rule(Optional.empty(), sizes[0], sizes[1]))
          .isInstanceOfSatisfying(
              SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.INVALID_INPUT));
    }
  }
}
