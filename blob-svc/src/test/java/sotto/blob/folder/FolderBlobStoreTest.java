package sotto.blob.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.blob.BlobStoreContract.bytes;
import static sotto.blob.BlobStoreContract.name;
import static sotto.blob.BlobStoreContract.put;
import static sotto.blob.BlobStoreContract.read;
import static sotto.blob.BlobStoreContract.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.blob.BlobName;
import sotto.blob.BlobStore;
import sotto.blob.BlobStoreContract;
import sotto.blob.MemoryDisk;
import sotto.blob.Shelf;

final class FolderBlobStoreTest implements BlobStoreContract {
  @TempDir(factory = MemoryDisk.class)
  private Path folder;

  private FolderBlobStore store;

  @BeforeEach
  void open() throws IOException {
    store = FolderBlobStore.open(folder);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  @Override
  public BlobStore store() {
    return store;
  }

  @Test
  void blobsOutliveTheStore() throws IOException {
    put(store, name(Shelf.KEPT, 1), bytes(1, 1_000));
    reopen();

    assertThat(read(store, name(Shelf.KEPT, 1))).isEqualTo(bytes(1, 1_000));
  }

  @Test
  void secondStoreOnTheSameFolder_isRefused() {
    assertThatThrownBy(() -> FolderBlobStore.open(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("in use");
  }

  @Test
  void uselessPartsOfAnEarlierProcess_areRemovedAtTheStart() throws IOException {
    BlobName name = name(Shelf.TRANSIT, 1);
    List<Path> useless =
        List.of(
            Files.writeString(folder.resolve("parts/99.part"), "half"),
            Files.writeString(folder.resolve("parts/transit-" + name.hex() + ".part"), "half"),
            Files.writeString(folder.resolve("parts/kept-" + name.hex() + ".state"), "torn"),
            Files.writeString(folder.resolve("parts/kept-" + name.hex() + ".state.tmp"), "x"));
    reopen();

    assertThat(useless).allSatisfy(file -> assertThat(file).doesNotExist());
  }

  @Test
  void committedParts_outliveTheStore() throws IOException {
    byte[] content = bytes(1, 25_000);
    BlobName name = name(Shelf.TRANSIT, 1);
    try (BlobStore.Parts parts = store.start(name, record(content), 10_000)) {
      BlobStoreContract.writePart(parts, content, 0, 10_000);
    }
    reopen();

    try (BlobStore.Parts parts = store.resume(name).orElseThrow()) {
      assertThat(parts.progress().committed()).isEqualTo(10_000);
      BlobStoreContract.writePart(parts, content, 10_000, 10_000);
      parts.write(ByteBuffer.wrap(content, 20_000, 5_000));
      parts.commit(record(content));
    }
    assertThat(read(store, name)).isEqualTo(content);
  }

  @Test
  void partShorterThanItsProgress_isNotGoneOnWith() throws IOException {
    byte[] content = bytes(1, 25_000);
    BlobName name = name(Shelf.TRANSIT, 1);
    try (BlobStore.Parts parts = store.start(name, record(content), 10_000)) {
      BlobStoreContract.writePart(parts, content, 0, 10_000);
    }
    Path part = folder.resolve("parts/transit-" + name.hex() + ".part");
    Files.write(part, Arrays.copyOf(Files.readAllBytes(part), 5_000));

    assertThat(store.progress(name)).isEmpty();
    assertThat(store.resume(name)).isEmpty();
  }

  @Test
  void stateOfAnUploadThatWasCommitted_isNoUpload() throws IOException {
    byte[] content = bytes(1, 25_000);
    BlobName name = name(Shelf.TRANSIT, 1);
    Path state = folder.resolve("parts/transit-" + name.hex() + ".state");
    byte[] left;
    try (BlobStore.Parts parts = store.start(name, record(content), 20_000)) {
      BlobStoreContract.writePart(parts, content, 0, 20_000);
      left = Files.readAllBytes(state);
      parts.write(ByteBuffer.wrap(content, 20_000, 5_000));
      parts.commit(record(content));
    }
    assertThat(state).doesNotExist();
    // As if the process had died before it removed this.
    Files.write(state, left);

    assertThat(store.progress(name)).isEmpty();
    reopen();
    assertThat(state).doesNotExist();
    assertThat(read(store, name)).isEqualTo(content);
  }

  @Test
  void withdrawnBlobs_areRememberedByTheNextProcess() throws IOException {
    BlobName name = name(Shelf.KEPT, 1);
    put(store, name, bytes(1, 1_000));
    store.withdraw(name);
    reopen();

    assertThat(store.withdrawn(10)).extracting(BlobStore.Withdrawn::name).containsExactly(name);
  }

  @Test
  void abandonedParts_areRemovedByAge() throws IOException {
    Path old = Files.writeString(folder.resolve("parts").resolve("98.part"), "half");
    Path young = Files.writeString(folder.resolve("parts").resolve("99.part"), "half");
    Instant now = Instant.parse("2026-06-01T00:00:00Z");
    Files.setLastModifiedTime(old, FileTime.from(now.minusSeconds(7_200)));
    Files.setLastModifiedTime(young, FileTime.from(now));

    assertThat(store.removeAbandoned(now.minusSeconds(3_600))).isEqualTo(1);
    assertThat(old).doesNotExist();
    assertThat(young).exists();
  }

  @Test
  void filesAreNamedByDigitsInTheirFanOutFolder() throws IOException {
    BlobName name = name(Shelf.TRANSIT, 1);
    put(store, name, bytes(1, 10));

    assertThat(files())
        .containsExactly(
            folder.resolve("transit").resolve(name.hex().substring(0, 2)).resolve(name.hex()));
  }

  @Test
  void damagedFile_isAFaultAndNotABlob() throws IOException {
    BlobName name = name(Shelf.TRANSIT, 1);
    put(store, name, bytes(1, 10));
    Path file = files().getFirst();
    byte[] content = Files.readAllBytes(file);
    content[0] ^= 1;
    Files.write(file, content);

    assertThatThrownBy(() -> store.open(name)).isInstanceOf(IOException.class);
  }

  @Test
  void strangeFilesInAFanOutFolder_areNotBlobs() throws IOException {
    Files.writeString(folder.resolve("transit/ab/notes.txt"), "x");

    assertThat(store.list(Shelf.TRANSIT, Optional.empty(), 10)).isEmpty();
  }

  @Test
  void readerOfADeletedBlob_readsToTheEnd() throws IOException {
    BlobName name = name(Shelf.TRANSIT, 1);
    put(store, name, bytes(1, 100_000));
    try (BlobStore.Content open = store.open(name).orElseThrow()) {
      store.delete(name);
      ByteBuffer all = ByteBuffer.allocate(100_000);
      while (all.hasRemaining()) {
        assertThat(open.read(all.position(), all)).isPositive();
      }
      assertThat(all.array()).isEqualTo(bytes(1, 100_000));
    }
  }

  @Test
  void uploadAfterTheFolderVanished_failsAndDoesNotHang() throws IOException {
    Files.delete(folder.resolve("parts"));

    assertThatThrownBy(() -> store.begin(name(Shelf.TRANSIT, 1), record(bytes(1, 10))))
        .isInstanceOf(IOException.class);
  }

  private void reopen() throws IOException {
    store.close();
    store = FolderBlobStore.open(folder);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("transit"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
