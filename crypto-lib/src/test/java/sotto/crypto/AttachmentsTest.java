package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.Bytes;

class AttachmentsTest {
  private static final long SEED = 31_337;
  private static final int SEGMENT = 64 * 1024;
  private static final int[] SIZES = {
    0, 1, 4095, 4096, 4097, SEGMENT - 57, SEGMENT - 56, SEGMENT - 55, SEGMENT, 3 * SEGMENT, 500_000
  };

  @SuppressWarnings("ArrayRecordComponent")
  private record Blob(byte[] file, byte[] cipher, AttachmentKey key) {
    static Blob of(int size) {
      byte[] file = new byte[size];
      new Random(SEED + size).nextBytes(file);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try {
        AttachmentKey key = Attachments.encrypt(new ByteArrayInputStream(file), size, out);
        return new Blob(file, out.toByteArray(), key);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /// Whatever is released from a damaged blob must be the file's beginning.
    void refuses(byte[] damaged, String how) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      assertThatThrownBy(() -> Attachments.decrypt(key, new ByteArrayInputStream(damaged), out))
          .as(how)
          .isInstanceOf(AttachmentDamaged.class);
      byte[] released = out.toByteArray();
      assertThat(released.length).as(how).isLessThanOrEqualTo(file.length);
      assertThat(Arrays.mismatch(released, file)).as(how).isIn(-1, released.length);
    }
  }

  @Test
  void everySize_comesBack() throws Exception {
    for (int size : SIZES) {
      Blob blob = Blob.of(size);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      Attachments.decrypt(blob.key(), new ByteArrayInputStream(blob.cipher()), out);
      assertThat(out.toByteArray()).as("size %s", size).isEqualTo(blob.file());
      assertThat(blob.cipher().length)
          .isEqualTo((int) blob.key().ciphertextSize())
          .isEqualTo((int) Attachments.ciphertextSize(size));
      assertThat(blob.key().plainSize()).isEqualTo(size);
      assertThat(blob.key().plainSha256()).isEqualTo(sha256(blob.file()));
      assertThat(blob.key().ciphertextSha256()).isEqualTo(sha256(blob.cipher()));
    }
  }

  @Test
  void blobOfAnotherDigestThanTheMessageNames_isDamage() {
    Blob blob = Blob.of(3000);
    byte[] digest = blob.key().ciphertextSha256().toArray();
    digest[31] ^= 1;
    AttachmentKey lie =
        new AttachmentKey(
            blob.key().key(),
            blob.key().ciphertextSize(),
            Bytes.of(digest),
            blob.key().plainSize(),
            blob.key().plainSha256());
    new Blob(blob.file(), blob.cipher(), lie).refuses(blob.cipher(), "another digest");
  }

  private static Bytes sha256(byte[] bytes) throws Exception {
    return Bytes.of(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void everyTruncationOfASmallBlob_isDamage() {
    Blob blob = Blob.of(3000);
    for (int length = 0; length < blob.cipher().length; length++) {
      blob.refuses(Arrays.copyOf(blob.cipher(), length), "cut to " + length);
    }
  }

  @Test
  void truncationAtSegments_isDamage() {
    Blob blob = Blob.of(3 * SEGMENT);
    for (int cut = SEGMENT; cut < blob.cipher().length; cut += SEGMENT) {
      for (int near = -17; near <= 17; near++) {
        blob.refuses(Arrays.copyOf(blob.cipher(), cut + near), "cut to " + (cut + near));
      }
    }
  }

  @Test
  void everyFlippedBitOfASmallBlob_isDamage() {
    Blob blob = Blob.of(100);
    for (int at = 0; at < blob.cipher().length; at++) {
      byte[] changed = blob.cipher().clone();
      changed[at] ^= (byte) (1 << (at % 8));
      blob.refuses(changed, "byte " + at);
    }
  }

  @Test
  void changedBytesOfALargeBlob_areDamageAndNeverReleased() {
    Blob blob = Blob.of(5 * SEGMENT + 123);
    Random random = new Random(SEED);
    for (int round = 0; round < 100; round++) {
      byte[] changed = blob.cipher().clone();
      int at = random.nextInt(changed.length);
      changed[at] ^= (byte) (1 + random.nextInt(255));
      blob.refuses(changed, "seed " + SEED + ", byte " + at);
    }
  }

  @Test
  void extendedSwappedAndDoubledSegments_areDamage() {
    Blob blob = Blob.of(5 * SEGMENT);
    byte[] cipher = blob.cipher();
    blob.refuses(Arrays.copyOf(cipher, cipher.length + 1), "one byte more");
    blob.refuses(Arrays.copyOf(cipher, cipher.length + SEGMENT), "a segment more");
    byte[] swapped = cipher.clone();
    System.arraycopy(cipher, SEGMENT, swapped, 2 * SEGMENT, SEGMENT);
    System.arraycopy(cipher, 2 * SEGMENT, swapped, SEGMENT, SEGMENT);
    blob.refuses(swapped, "segments 1 and 2 swapped");
    byte[] doubled = cipher.clone();
    System.arraycopy(cipher, SEGMENT, doubled, 2 * SEGMENT, SEGMENT);
    blob.refuses(doubled, "segment 1 twice");
    blob.refuses(Blob.of(5 * SEGMENT).cipher(), "the same file under another key");
  }

  @Test
  void messageThatLiesAboutTheFile_isDamage() {
    Blob blob = Blob.of(5000);
    AttachmentKey key = blob.key();
    AttachmentKey otherFile =
        new AttachmentKey(
            key.key(), key.ciphertextSize(), key.ciphertextSha256(), 5000, Bytes.of(new byte[32]));
    assertThatThrownBy(() ->
            Attachments.decrypt(
                otherFile,
                new ByteArrayInputStream(blob.cipher()),
                OutputStream.nullOutputStream()))
        .isInstanceOf(AttachmentDamaged.class);
    AttachmentKey shorter =
        new AttachmentKey(
            key.key(), key.ciphertextSize(), key.ciphertextSha256(), 4998, key.plainSha256());
    assertThat(Attachments.paddedSize(4998)).isEqualTo(Attachments.paddedSize(5000));
    assertThatThrownBy(() ->
            Attachments.decrypt(
                shorter, new ByteArrayInputStream(blob.cipher()), OutputStream.nullOutputStream()))
        .isInstanceOf(AttachmentDamaged.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new AttachmentKey(key.key(), key.ciphertextSize() + 1, sha(), 5000, key.plainSha256()));
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new AttachmentKey(new byte[16], key.ciphertextSize(), sha(), 5000, key.plainSha256()));
    assertThat(key)
        .hasToString("AttachmentKey[plain 5000, ciphertext " + key.ciphertextSize() + " bytes]");
  }

  private static Bytes sha() {
    return Bytes.of(new byte[32]);
  }

  @Test
  void sameFileTwice_sharesNoKeyAndNoCiphertext() {
    Blob one = Blob.of(5000);
    Blob other = Blob.of(5000);
    assertThat(one.key().key()).isNotEqualTo(other.key().key());
    assertThat(one.key().ciphertextSha256()).isNotEqualTo(other.key().ciphertextSha256());
  }

  @Test
  void fileThatChangesSizeWhileRead_isRefused() {
    byte[] file = new byte[100];
    OutputStream out = OutputStream.nullOutputStream();
    assertThatThrownBy(() -> Attachments.encrypt(new ByteArrayInputStream(file), 101, out))
        .isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> Attachments.encrypt(new ByteArrayInputStream(file), 99, out))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("longer");
  }

  @Test
  void failingSource_isNotDamage() {
    Blob blob = Blob.of(3 * SEGMENT);
    InputStream failing =
        new SequenceInputStream(
            new ByteArrayInputStream(blob.cipher(), 0, SEGMENT + 100), new Gone());
    assertThatThrownBy(
            () -> Attachments.decrypt(blob.key(), failing, OutputStream.nullOutputStream()))
        .isNotInstanceOf(AttachmentDamaged.class)
        .hasMessage("the network is gone");
  }

  @Test
  void streams_areLeftOpen() throws IOException {
    boolean[] closed = new boolean[1];
    ByteArrayOutputStream cipher =
        new ByteArrayOutputStream() {
          @Override
          public void close() {
            closed[0] = true;
          }
        };
    AttachmentKey key = Attachments.encrypt(new ByteArrayInputStream(new byte[10]), 10, cipher);
    InputStream source =
        new ByteArrayInputStream(cipher.toByteArray()) {
          @Override
          public void close() {
            closed[0] = true;
          }
        };
    Attachments.decrypt(key, source, OutputStream.nullOutputStream());
    assertThat(closed[0]).isFalse();
  }

  @Test
  void sizes_tellLittle() {
    Set<Long> sizes = new HashSet<>();
    Random random = new Random(SEED);
    for (int n = 0; n < 100_000; n++) {
      long size = random.nextLong(100_000_000);
      long padded = Attachments.paddedSize(size);
      assertThat(padded).isGreaterThanOrEqualTo(size);
      assertThat(padded).isLessThanOrEqualTo(Math.max(4096, size + size / 8));
      assertThat(Attachments.paddedSize(padded)).isEqualTo(padded);
      sizes.add(padded);
    }
    assertThat(sizes.size()).isLessThan(500);
    assertThat(Attachments.paddedSize(Attachments.MAX_SIZE)).isEqualTo(Attachments.MAX_SIZE);
    assertThatIllegalArgumentException().isThrownBy(() -> Attachments.paddedSize(-1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Attachments.ciphertextSize(Attachments.MAX_SIZE + 1));
  }

  @Test
  void plainOffset_isWhereASegmentBegins(@TempDir Path folder) throws IOException {
    Blob blob = Blob.of(5 * SEGMENT + 77);
    for (int segment = 0; segment < 5; segment++) {
      byte[] changed = blob.cipher().clone();
      changed[segment * SEGMENT + SEGMENT - 1] ^= 1;
      Path path = Files.write(folder.resolve("blob"), changed);
      long begins = Attachments.plainOffset((long) segment * SEGMENT);
      try (SeekableByteChannel file = Attachments.open(blob.key(), Files.newByteChannel(path))) {
        file.position(begins);
        assertThatThrownBy(() -> readFully(file, 1)).isInstanceOf(AttachmentDamaged.class);
      }
      if (segment > 0) {
        try (SeekableByteChannel file = Attachments.open(blob.key(), Files.newByteChannel(path))) {
          file.position(begins - 1);
          assertThat(readFully(file, 1)).containsExactly(blob.file()[(int) begins - 1]);
        }
      }
    }
    assertThatIllegalArgumentException().isThrownBy(() -> Attachments.plainOffset(1));
    assertThatIllegalArgumentException().isThrownBy(() -> Attachments.plainOffset(-SEGMENT));
  }

  @Test
  void openBlob_givesAnyRangeAndRefusesChangedOnes(@TempDir Path folder) throws IOException {
    Blob blob = Blob.of(5 * SEGMENT + 77);
    Path path = Files.write(folder.resolve("blob"), blob.cipher());
    Random random = new Random(SEED);
    try (SeekableByteChannel file = Attachments.open(blob.key(), Files.newByteChannel(path))) {
      assertThat(file.size()).isEqualTo(blob.file().length);
      for (int round = 0; round < 200; round++) {
        int from = random.nextInt(blob.file().length);
        int length = 1 + random.nextInt(blob.file().length - from);
        file.position(from);
        assertThat(readFully(file, length))
            .isEqualTo(Arrays.copyOfRange(blob.file(), from, from + length));
      }
      file.position(blob.file().length);
      assertThat(file.read(ByteBuffer.allocate(10))).isEqualTo(-1);
      file.position(blob.file().length - 3L);
      ByteBuffer tail = ByteBuffer.allocate(10);
      while (file.read(tail) > 0) {}
      assertThat(tail.position()).isEqualTo(3);
    }
    byte[] changed = blob.cipher().clone();
    changed[2 * SEGMENT + 5] ^= 1;
    Files.write(path, changed);
    try (SeekableByteChannel file = Attachments.open(blob.key(), Files.newByteChannel(path))) {
      file.position(2 * SEGMENT);
      assertThatThrownBy(() -> readFully(file, 100)).isInstanceOf(AttachmentDamaged.class);
    }
    Files.write(path, Arrays.copyOf(blob.cipher(), 2 * SEGMENT));
    try (SeekableByteChannel cut = Files.newByteChannel(path)) {
      assertThatThrownBy(() -> Attachments.open(blob.key(), cut))
          .isInstanceOf(AttachmentDamaged.class);
    }
  }

  private static byte[] readFully(SeekableByteChannel file, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(length);
    while (target.hasRemaining()) {
      assertThat(file.read(target)).isNotEqualTo(-1);
    }
    return target.array();
  }

  /// A source that fails at once.
  private static final class Gone extends InputStream {
    @Override
    public int read() throws IOException {
      throw new IOException("the network is gone");
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return read();
    }
  }
}
