package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.client.TwoPeople.PATIENCE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that go to a store of objects directly, or not after all.
final class DirectTest {
  private static final int LARGE = 2_000_000;
  private static final long SEGMENT = 65_536;

  @TempDir Path folder;
  private TwoPeople people;
  private FakeBlobs blobs;
  private FakeObjects objects;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    blobs = people.server.blobs;
    objects = new FakeObjects(blobs);
    blobs.direct = Optional.of(objects.url());
  }

  @AfterEach
  void stop() {
    people.close();
    objects.close();
  }

  private Path file() throws IOException {
    byte[] bytes = new byte[LARGE];
    new Random(1).nextBytes(bytes);
    return Files.write(folder.resolve("large.bin"), bytes);
  }

  private FileView send(Path file) {
    SentMessage sent = people.aliceToBob().sendFile(file, "");
    assertThat(sent.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    return people
        .of("bob")
        .conversationWith(people.id("alice"))
        .messages(1)
        .getFirst()
        .files()
        .getFirst();
  }

  private void saves(FileView view, Path file) {
    assertThat(people.of("bob").save(view, folder.resolve("in")))
        .isInstanceOfSatisfying(
            SaveResult.Saved.class, s -> assertThat(s.path()).hasSameBinaryContentAs(file));
  }

  @Test
  void file_goesInParts_twoAtATime_andComesBack_withoutACredential() throws IOException {
    Path file = file();
    saves(send(file), file);
    assertThat(blobs.uploadOffsets).isEmpty();
    assertThat(blobs.downloadOffsets).isEmpty();
    assertThat(objects.requests.stream().filter(r -> r.startsWith("PUT")))
        .hasSize((int) (blobs.bytes() / FakeBlobs.PART) + 1)
        .doesNotHaveDuplicates();
    assertThat(objects.mostAtOnce).isBetween(1, 2);
    assertThat(objects.credentials).isEmpty();
  }

  @Test
  void download_asksForTheRangeThatIsMissing() throws IOException {
    Path file = file();
    FileView view = send(file);
    objects.mood = FakeObjects.Mood.FAILS;
    blobs.downloadBreaks.addAll(List.of((int) (3 * SEGMENT), 0));
    Sotto bob = people.of("bob");
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> bob.save(view, folder.resolve("in"))))
        .isInstanceOf(SottoException.class);
    objects.mood = FakeObjects.Mood.WELL;
    saves(view, file);
    assertThat(objects.ranges).containsExactly("bytes=" + 3 * SEGMENT + "-");
  }

  @ParameterizedTest
  @EnumSource(
      value = FakeObjects.Mood.class,
      names = {"REDIRECTS", "FAILS"})
  void uploadThatIsNotTaken_goesThroughTheServer(FakeObjects.Mood mood) throws IOException {
    objects.mood = mood;
    Path file = file();
    FileView view = send(file);
    assertThat(blobs.uploadOffsets).containsExactly(0L);
    assertThat(objects.requests).noneMatch(r -> r.contains("elsewhere"));
    objects.mood = FakeObjects.Mood.WELL;
    saves(view, file);
  }

  @ParameterizedTest
  @EnumSource(
      value = FakeObjects.Mood.class,
      names = {"REDIRECTS", "FAILS", "LIES", "ENDLESS", "SHORT"})
  void downloadThatIsAnsweredWrongly_comesThroughTheServer(FakeObjects.Mood mood)
      throws IOException {
    Path file = file();
    FileView view = send(file);
    objects.mood = mood;
    saves(view, file);
    assertThat(blobs.downloadOffsets).hasSize(1);
    assertThat(objects.requests).noneMatch(r -> r.contains("elsewhere"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "http://user:secret@127.0.0.1/x",
        "http:///x",
        "jar:file:/x!/y",
        "http://127.0.0.1/x#y",
        "not a url",
        ""
      })
  void urlThatIsNoneToFetchFrom_isNotUsed(String url) throws IOException {
    blobs.urls = _ -> url;
    Path file = file();
    saves(send(file), file);
    assertThat(objects.requests).isEmpty();
    assertThat(blobs.uploadOffsets).containsExactly(0L);
    assertThat(blobs.downloadOffsets).containsExactly(0L);
  }
}
