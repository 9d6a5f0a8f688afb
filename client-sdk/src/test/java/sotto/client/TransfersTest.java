package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.TwoPeople.PATIENCE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.blob.v1.QuotaExceeded;
import sotto.client.SottoException.Code;

/// Uploads and downloads that break off, are cancelled, retried, or not needed.
final class TransfersTest {
  private static final int SEGMENT = 65_536;
  private static final int LARGE = 2_000_000;

  @TempDir Path folder;
  private TwoPeople people;
  private FakeBlobs blobs;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    blobs = people.server.blobs;
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private Path file(String name, int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return Files.write(folder.resolve(name), bytes);
  }

  private FileView received(int files) {
    Sotto bob = people.of("bob");
    TwoPeople.await(() -> bob.conversations().stream().anyMatch(c -> filesOf(c).size() == files));
    return filesOf(bob.conversations().getFirst()).getFirst();
  }

  private List<FileView> filesOf(ConversationSummary c) {
    return people
        .of("bob")
        .conversationWith(c.peer().account().orElseThrow())
        .messages(10_000)
        .stream()
        .flatMap(m -> m.files().stream())
        .toList();
  }

  private void refuse(long retryAfterMillis) {
    blobs.quota =
        _ ->
            Optional.of(
                QuotaExceeded.newBuilder()
                    .setLimitBytes(1)
                    .setRetryAfterMs(retryAfterMillis)
                    .build());
  }

  private void accept() {
    blobs.quota = _ -> Optional.empty();
  }

  private long left(String person, String sub) throws IOException {
    try (Stream<Path> files = Files.list(people.home(person).resolve(sub))) {
      return files.count();
    }
  }

  @Test
  void uploadThatBreaksOff_goesOnFromTheLastCommittedPart() throws IOException {
    Conversation bob = people.aliceToBob();
    blobs.uploadBreaks.addAll(List.of(8L * SEGMENT, 16L * SEGMENT));
    Path file = file("large.bin", LARGE);
    SentMessage sent = bob.sendFile(file, "");
    assertThat(sent.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    assertThat(blobs.uploadOffsets).containsExactly(0L, 8L * SEGMENT, 16L * SEGMENT);
    assertThat(blobs.count()).isEqualTo(1);
    assertThat(people.of("bob").save(received(1), folder.resolve("in")))
        .isInstanceOfSatisfying(
            SaveResult.Saved.class, s -> assertThat(s.path()).hasSameBinaryContentAs(file));
  }

  @Test
  void upload_goesOnAfterRestartOfClientAndServer_andItsReasonIsSeenMeanwhile() throws IOException {
    Conversation bob = people.aliceToBob();
    blobs.uploadBreaks.add(8L * SEGMENT);
    blobs.quota =
        _ ->
            blobs.committed() > 0
                ? Optional.of(QuotaExceeded.newBuilder().setRetryAfterMs(60_000).build())
                : Optional.empty();
    SentMessage sent = bob.sendFile(file("large.bin", LARGE), "");
    TwoPeople.await(() -> sent.failure().map(Failure::code).equals(Optional.of("quota_exceeded")));
    assertThat(sent.status()).isEqualTo(Status.QUEUED);
    people.of("alice").close();
    people.server.stop();
    accept();
    people.server.restart();
    Sotto again = people.open("alice");
    SentMessage same = again.sentMessage(sent.id()).orElseThrow();
    assertThat(same.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    assertThat(same.progress().complete()).isTrue();
    assertThat(blobs.uploadOffsets).containsExactly(0L, 8L * SEGMENT);
    assertThat(filesOf(people.of("bob").conversations().getFirst())).hasSize(1);
  }

  @Test
  void progress_isToldAFewTimes_andEndsComplete() throws IOException {
    Conversation bob = people.aliceToBob();
    List<Progress> told = new ArrayList<>();
    SentMessage sent;
    try (EventStream live = people.of("alice").liveEvents()) {
      sent = bob.sendFile(file("large.bin", LARGE), "");
      assertThat(sent.await(Status.SENT, PATIENCE).reached(Status.SENT)).isTrue();
      for (var e = live.next(Duration.ZERO); e.isPresent(); e = live.next(Duration.ZERO)) {
        if (e.get() instanceof Event.FileProgress p) {
          assertThat(p.message()).isEqualTo(sent.id());
          assertThat(p.direction()).isEqualTo(Event.FileProgress.Direction.UPLOAD);
          told.add(p.progress());
        }
      }
    }
    assertThat(told).isNotEmpty().hasSizeLessThan(200);
    assertThat(told).isSortedAccordingTo(java.util.Comparator.comparingLong(Progress::done));
    assertThat(told.getLast()).isEqualTo(new Progress(LARGE, LARGE));
    assertThat(sent.progress()).isEqualTo(new Progress(LARGE, LARGE));
  }

  @Test
  void cancelledMessage_neverArrives_andLeavesNothing() throws IOException {
    Conversation bob = people.aliceToBob();
    refuse(60_000);
    SentMessage sent = bob.send("", List.of(file("a.bin", LARGE), file("b.bin", 10)));
    TwoPeople.await(() -> sent.failure().isPresent());
    assertThat(sent.cancel()).isTrue();
    assertThat(sent.status()).isEqualTo(Status.FAILED);
    assertThat(sent.failure().orElseThrow().code()).isEqualTo("cancelled");
    assertThat(sent.cancel()).isFalse();
    assertThat(sent.retry()).isFalse();
    assertThat(left("alice", "outgoing")).isZero();
    accept();
    assertThat(bob.send("after").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    assertThat(people.of("bob").conversationWith(people.id("alice")).messages(10)).hasSize(1);
  }

  @Test
  void sentMessage_cannotBeCancelled() {
    Conversation bob = people.aliceToBob();
    SentMessage sent = bob.send("hello");
    assertThat(sent.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    assertThat(sent.cancel()).isFalse();
    assertThat(sent.status()).isEqualTo(Status.DELIVERED);
  }

  @Test
  void messageWrittenOffline_canBeCancelled() {
    var _ = people.register("bob");
    people.register("alice").close();
    Sotto offline = people.openOffline("alice");
    SentMessage sent = offline.conversationWith(Username.of("bob")).send("no");
    assertThat(sent.cancel()).isTrue();
    offline.close();
    assertThat(people.open("alice").awaitOutbox(PATIENCE)).isTrue();
    assertThat(people.server.stored()).isEmpty();
  }

  @Test
  void fullQuota_failsTheMessage_andARetrySendsIt() throws IOException {
    Conversation bob = people.aliceToBob();
    refuse(0);
    SentMessage sent = bob.sendFile(file("a.bin", LARGE), "");
    assertThat(sent.await(Status.FAILED, PATIENCE)).isEqualTo(Status.FAILED);
    assertThat(sent.failure().orElseThrow().code()).isEqualTo("quota_exceeded");
    people.of("alice").close();
    accept();
    Sotto again = people.open("alice");
    SentMessage same = again.sentMessage(sent.id()).orElseThrow();
    assertThat(same.retry()).isTrue();
    assertThat(same.retry()).isFalse();
    assertThat(same.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    assertThat(received(1).size()).isEqualTo(LARGE);
  }

  @Test
  void textsWrittenBehindALongUpload_overtakeIt_onBothSides() throws IOException {
    Conversation bob = people.aliceToBob();
    refuse(60_000);
    SentMessage slow = bob.sendFile(file("slow.bin", 1000), "slow");
    SentMessage text = bob.send("quick");
    assertThat(text.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    assertThat(slow.status()).isEqualTo(Status.QUEUED);
    accept();
    people.of("alice").close();
    Sotto again = people.open("alice");
    SentMessage same = again.sentMessage(slow.id()).orElseThrow();
    assertThat(same.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    for (Conversation side :
        List.of(
            again.conversationWith(Username.of("bob")),
            people.of("bob").conversationWith(people.id("alice")))) {
      assertThat(side.messages(10)).extracting(MessageView::text).containsExactly("quick", "slow");
    }
  }

  @Test
  void sameFileAgain_isNotUploadedAgain_unlessTheServerHasLostIt() throws IOException {
    Conversation bob = people.aliceToBob();
    Path file = file("cat.bin", 300_000);
    Path copy = Files.copy(file, folder.resolve("other name.bin"));
    assertThat(bob.sendFile(file, "").await(Status.DELIVERED, PATIENCE))
        .isEqualTo(Status.DELIVERED);
    long uploaded = blobs.uploadedBytes;
    assertThat(bob.sendFile(copy, "").await(Status.DELIVERED, PATIENCE))
        .isEqualTo(Status.DELIVERED);
    assertThat(blobs.renewals).isEqualTo(1);
    assertThat(blobs.uploadedBytes).isEqualTo(uploaded);
    blobs.drop();
    assertThat(bob.sendFile(file, "").await(Status.DELIVERED, PATIENCE))
        .isEqualTo(Status.DELIVERED);
    assertThat(blobs.count()).isEqualTo(1);
    received(3);
    List<FileView> all = filesOf(people.of("bob").conversations().getFirst());
    assertThat(people.of("bob").save(all.getLast(), folder.resolve("in")))
        .isInstanceOfSatisfying(
            SaveResult.Saved.class, s -> assertThat(s.path()).hasSameBinaryContentAs(file));
    assertThat(left("alice", "outgoing")).isZero();
  }

  @Test
  void downloadThatBreaksOff_goesOnFromTheLastWholeSegment() throws IOException {
    Conversation bob = people.aliceToBob();
    Path file = file("large.bin", LARGE);
    bob.sendFile(file, "");
    FileView view = received(1);
    blobs.downloadBreaks.addAll(List.of(200_000, 100_000));
    assertThat(people.of("bob").save(view, folder.resolve("in")))
        .isInstanceOfSatisfying(
            SaveResult.Saved.class, s -> assertThat(s.path()).hasSameBinaryContentAs(file));
    assertThat(blobs.downloadOffsets).containsExactly(0L, 3L * SEGMENT, 4L * SEGMENT);
    assertThat(left("bob", "incoming")).isZero();
  }

  @Test
  void download_goesOnAfterARestart_butNotFromATornEnd() throws IOException {
    Conversation bob = people.aliceToBob();
    Path file = file("large.bin", LARGE);
    bob.sendFile(file, "");
    FileView view = received(1);
    blobs.downloadBreaks.addAll(List.of(5 * SEGMENT, 0));
    Path in = folder.resolve("in");
    Sotto first = people.of("bob");
    assertThatThrownBy(() -> first.save(view, in))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.SERVER_UNREACHABLE));
    assertThat(in).doesNotExist();
    first.close();
    Path part;
    try (Stream<Path> parts = Files.list(people.home("bob").resolve("incoming"))) {
      part = parts.findFirst().orElseThrow();
    }
    assertThat(Files.size(part)).isEqualTo(5L * SEGMENT);
    byte[] torn = Files.readAllBytes(part);
    java.util.Arrays.fill(torn, 3 * SEGMENT + 9, torn.length, (byte) 0);
    Files.write(part, torn, StandardOpenOption.TRUNCATE_EXISTING);
    blobs.downloadOffsets.clear();
    Sotto again = people.open("bob");
    again.awaitOnline(PATIENCE);
    assertThat(again.save(view, in))
        .isInstanceOfSatisfying(
            SaveResult.Saved.class, s -> assertThat(s.path()).hasSameBinaryContentAs(file));
    assertThat(blobs.downloadOffsets).containsExactly(3L * SEGMENT);
  }

  @Test
  void whatIsNotTheSendersBlob_isDamaged_andNothingIsWritten() throws IOException {
    Conversation bob = people.aliceToBob();
    bob.sendFile(file("a.bin", 200_000), "");
    bob.sendFile(file("b.bin", 200_001), "");
    FileView view = received(2);
    Path in = folder.resolve("in");
    for (Runnable deed :
        List.<Runnable>of(
            blobs::swap,
            () -> {
              blobs.swap();
              blobs.damageEnd();
            },
            () -> {
              blobs.damageEnd();
              blobs.truncate(1);
            },
            () -> blobs.truncate(SEGMENT))) {
      deed.run();
      assertThat(people.of("bob").save(view, in)).isInstanceOf(SaveResult.Damaged.class);
      assertThat(left("bob", "incoming")).isZero();
    }
    if (Files.exists(in)) {
      try (Stream<Path> files = Files.list(in)) {
        assertThat(files).isEmpty();
      }
    }
  }

  /// What a hostile sender says of a blob that is there: each is a message of its own.
  @ParameterizedTest
  @ValueSource(
      strings = {
        // Another key: the blob is that of another message.
        "key = randomblob(32)",
        // The digest of another file.
        "sha256 = randomblob(32)",
        // The digest of another blob.
        "ciphertext_sha256 = randomblob(32)",
        // A size that pads to the same blob, and one that does not.
        "size = size - 1",
        "size = size + 1",
        "size = 10, ciphertext_size = (SELECT min(ciphertext_size) FROM attachment)"
      })
  void whatTheMessageSaysWrongOfItsBlob_isDamaged_andNothingIsWritten(String lie)
      throws IOException {
    Conversation bob = people.aliceToBob();
    bob.sendFile(file("tiny.bin", 10), "");
    bob.sendFile(file("a.bin", 200_000), "");
    FileView _ = received(2);
    people.of("alice").close();
    Sotto offline = people.openOffline("alice");
    offline.conversationWith(Username.of("bob")).sendFile(file("b.bin", 200_000), "");
    offline.close();
    PastWriter.inStore(
        people.home("alice"),
        store -> {
          long row = store.sql().number("SELECT max(message) FROM attachment");
          for (String field : List.of("key", "size", "sha256", "ciphertext_sha256", "blob_id")) {
            store
                .sql()
                .update(
                    "UPDATE attachment SET "
                        + field
                        + " = (SELECT "
                        + field
                        + " FROM attachment WHERE name = 'a.bin') WHERE message = ?",
                    row);
          }
          assertThat(store.sql().update("UPDATE attachment SET " + lie + " WHERE message = ?", row))
              .isOne();
        });
    var _ = people.open("alice");
    FileView _ = received(3);
    FileView view =
        filesOf(people.of("bob").conversations().getFirst()).stream()
            .filter(f -> f.name().equals("b.bin"))
            .findFirst()
            .orElseThrow();
    Path in = folder.resolve("in");
    assertThat(people.of("bob").save(view, in)).isInstanceOf(SaveResult.Damaged.class);
    assertThat(left("bob", "incoming")).isZero();
    if (Files.exists(in)) {
      try (Stream<Path> files = Files.list(in)) {
        assertThat(files).isEmpty();
      }
    }
  }

  @Test
  void manyTinyFiles_goInSaneTime() throws IOException {
    Conversation bob = people.aliceToBob();
    int messages = Integer.getInteger("sotto.test.tiny", 50);
    long begun = System.nanoTime();
    for (int m = 0; m < messages; m++) {
      List<Path> files = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        files.add(file("tiny-" + m + "-" + i, m * 10 + i));
      }
      bob.send("", files);
    }
    assertThat(people.of("alice").awaitOutbox(Duration.ofMinutes(5))).isTrue();
    long sent = System.nanoTime();
    TwoPeople.await(
        () -> people.of("bob").conversationWith(people.id("alice")).unreadCount() == messages);
    assertThat(Duration.ofNanos(sent - begun)).isLessThan(Duration.ofMillis(20L * 10 * messages));
  }
}
