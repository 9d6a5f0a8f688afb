package sotto.store.cold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import sotto.chain.Bytes;

/// What lies in blobs and what the database keeps of it.
final class FormatsTest {
  private final Random random = new Random(7);

  private ByteString bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private Bytes key(int length) {
    return Bytes.of(bytes(length).toByteArray());
  }

  private Segment segment(int count) {
    List<Segment.Mail> mails = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      mails.add(new Segment.Mail((7L << 40) + 3L * i, 1_000L + i, bytes(1 + random.nextInt(500))));
    }
    return new Segment(mails);
  }

  @Test
  void segment_isReadAsItWasWritten() {
    for (int count : new int[] {1, 2, 256}) {
      Segment segment = segment(count);
      ByteString bytes = segment.encode();
      assertThat(Segment.decode(bytes, Segment.digest(bytes))).contains(segment);
    }
  }

  @Test
  void segmentOfOtherBytes_isNotRead() {
    ByteString bytes = segment(5).encode();
    Bytes digest = Segment.digest(bytes);
    for (int i = 0; i < bytes.size(); i++) {
      byte[] other = bytes.toByteArray();
      other[i] ^= 1;
      assertThat(Segment.decode(ByteString.copyFrom(other), digest)).isEmpty();
      assertThat(Segment.decode(bytes.substring(0, i), digest)).isEmpty();
    }
  }

  /// Bytes of ours that are wrong are not read either, whoever made their digest.
  @Test
  void malformedSegmentWithItsDigest_isNotReadAndThrowsNothing() {
    byte[] good = segment(3).encode().toByteArray();
    for (int i = 0; i < good.length; i++) {
      byte[] other = good.clone();
      other[i] ^= (byte) 0x80;
      ByteString bytes = ByteString.copyFrom(other);
      Optional<Segment> read = Segment.decode(bytes, Segment.digest(bytes));
      read.ifPresent(segment -> assertThat(segment.encode()).isEqualTo(bytes));
      ByteString cut = ByteString.copyFrom(Arrays.copyOf(good, i));
      assertThat(Segment.decode(cut, Segment.digest(cut))).isEmpty();
    }
  }

  @Test
  void moreThanASegmentHolds_isRefused() {
    assertThatThrownBy(() -> segment(257).encode()).isInstanceOf(IllegalArgumentException.class);
    List<Segment.Mail> large = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      large.add(new Segment.Mail(i, 0, bytes(98_560)));
    }
    assertThatThrownBy(() -> new Segment(large).encode())
        .isInstanceOf(IllegalArgumentException.class);
  }

  private Directory directory(int count) {
    List<Bytes> senders = List.of(key(16), key(16), key(16));
    List<Directory.Entry> entries = new ArrayList<>();
    long position = random.nextLong() >>> 2;
    for (int i = 0; i < count; i++) {
      position += 1 + (random.nextInt(10) == 0 ? 1L << 40 : random.nextInt(5));
      long acceptedAt = 1_700_000_000_000L + random.nextInt() * 1_000L;
      int sender = random.nextInt(4);
      entries.add(
          new Directory.Entry(
              position,
              key(16),
              acceptedAt,
              acceptedAt + 86_400_000L * (random.nextInt(3) + 1),
              1 + random.nextInt(98_560),
              sender == 3 ? Optional.empty() : Optional.of(senders.get(sender))));
    }
    return new Directory(key(32), entries);
  }

  @RepeatedTest(20)
  void directory_isReadAsItWasWritten() {
    Directory directory = directory(1 + random.nextInt(256));
    assertThat(Directory.decode(directory.encode())).isEqualTo(directory);
  }

  @Test
  void directoryOfAUsualSegment_takesSome24BytesAnEnvelope() {
    List<Directory.Entry> entries = new ArrayList<>();
    Bytes sender = key(16);
    for (int i = 0; i < 256; i++) {
      long acceptedAt = 1_700_000_000_000L + 400_000L * i;
      entries.add(
          new Directory.Entry(
              (1L << 40) + 7L * i,
              key(16),
              acceptedAt,
              acceptedAt + 2_592_000_000L,
              400 + i,
              Optional.of(sender)));
    }
    assertThat(new Directory(key(32), entries).encode().length / 256).isBetween(20, 25);
  }

  @Test
  void malformedDirectory_isRefusedAndNothingElse() {
    byte[] good = directory(4).encode();
    for (int i = 0; i < good.length; i++) {
      byte[] cut = Arrays.copyOf(good, i);
      assertThatThrownBy(() -> Directory.decode(cut)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> Directory.decode(Arrays.copyOf(good, good.length + 1)))
        .isInstanceOf(IllegalArgumentException.class);
    byte[] other = good.clone();
    other[0]++;
    assertThatThrownBy(() -> Directory.decode(other)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void marks_areReadAsTheyWereWritten() {
    Marks marks = Marks.none();
    assertThat(marks.toArray()).isEmpty();
    marks.mark(3);
    marks.mark(255);
    marks.mark(3);
    Marks read = Marks.of(marks.toArray());
    assertThat(read.count()).isEqualTo(2);
    assertThat(read.isGone(3)).isTrue();
    assertThat(read.isGone(255)).isTrue();
    assertThat(read.isGone(4)).isFalse();
    assertThat(read.toArray()).hasSize(32);
  }
}
