package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import sotto.chain.Bytes;

class ArchiveKeyTest {
  private static final long SEED = 4711;
  private static final Bytes ID = Bytes.of(random(16, 1));
  private static final Bytes OTHER_ID = Bytes.of(random(16, 2));

  private final ArchiveKey key = ArchiveKey.of(random(32, 3));

  private static byte[] random(int size, int salt) {
    byte[] bytes = new byte[size];
    new Random(SEED + salt).nextBytes(bytes);
    return bytes;
  }

  private static byte[] hmac(byte[] key, byte[]... parts) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    for (byte[] part : parts) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  @Test
  void segmentKey_isTheHkdfOfRfc5869() throws Exception {
    byte[] extracted = hmac(new byte[32], key.export());
    byte[] info = "sotto/archive/1".getBytes(StandardCharsets.UTF_8);
    byte[] expanded = hmac(extracted, info, ID.toArray(), new byte[] {1});
    assertThat(key.segmentKey(ID)).isEqualTo(expanded);
    assertThat(key.segmentKey(OTHER_ID)).isNotEqualTo(expanded);
  }

  @Test
  void segment_comesBackAsItWas_whateverItsSize() throws Exception {
    for (int size : new int[] {0, 1, 4091, 4092, 4093, 65_000, 70_000, 1 << 20, 2 << 20}) {
      byte[] segment = random(size, size);
      byte[] blob = key.seal(ID, segment);
      assertThat(blob.length).as("size %s", size).isEqualTo((int) ArchiveKey.blobSize(size));
      assertThat(key.open(ID, blob)).as("size %s", size).isEqualTo(segment);
    }
  }

  @Test
  void blobsSize_tellsTheSegmentsWithinTwelvePerCent() {
    assertThat(ArchiveKey.blobSize(1)).isEqualTo(ArchiveKey.blobSize(4092));
    assertThat((double) ArchiveKey.blobSize(900_000)).isLessThan(900_000 * 1.12);
  }

  @Test
  void anotherKey_anotherSegment_orAnyChange_isRefused() {
    byte[] blob = key.seal(ID, random(100_000, 5));
    ArchiveKey other = ArchiveKey.generate(new SecureRandom());
    assertThatThrownBy(() -> other.open(ID, blob)).isInstanceOf(AttachmentDamaged.class);
    assertThatThrownBy(() -> key.open(OTHER_ID, blob)).isInstanceOf(AttachmentDamaged.class);
    for (int at : new int[] {0, 1, 40, 65_535, 65_536, blob.length - 1}) {
      byte[] changed = blob.clone();
      changed[at] ^= 1;
      assertThatThrownBy(() -> key.open(ID, changed))
          .as("byte %s", at)
          .isInstanceOf(AttachmentDamaged.class);
    }
    for (int size : new int[] {0, 39, 40, 65_536, blob.length - 1}) {
      assertThatThrownBy(() -> key.open(ID, Arrays.copyOf(blob, size)))
          .as("cut to %s", size)
          .isInstanceOf(AttachmentDamaged.class);
    }
    assertThatThrownBy(() -> key.open(ID, Arrays.copyOf(blob, blob.length + 1)))
        .isInstanceOf(AttachmentDamaged.class);
  }

  @Test
  void paddingOrLengthThatSealDoesNotMake_isRefused() throws Exception {
    byte[] claimsTooMuch = new byte[4096];
    claimsTooMuch[0] = 0x7f;
    byte[] negative = new byte[4096];
    negative[0] = (byte) 0x80;
    byte[] notZero = new byte[4096];
    notZero[4095] = 1;
    for (byte[] padded : new byte[][] {claimsTooMuch, negative, notZero, new byte[8192], {}}) {
      ByteArrayOutputStream blob = new ByteArrayOutputStream();
      try (var out =
          Attachments.aead(key.segmentKey(ID))
              .newEncryptingStream(blob, "sotto/archive/1".getBytes(StandardCharsets.UTF_8))) {
        out.write(padded);
      }
      assertThatThrownBy(() -> key.open(ID, blob.toByteArray()))
          .isInstanceOf(AttachmentDamaged.class);
    }
  }

  @Test
  void attachmentUnderTheSameKey_isNoSegment() throws Exception {
    byte[] padded = new byte[4096];
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    try (var out =
        Attachments.aead(key.segmentKey(ID))
            .newEncryptingStream(blob, "sotto/attachment/1".getBytes(StandardCharsets.UTF_8))) {
      new ByteArrayInputStream(padded).transferTo(out);
    }
    assertThatThrownBy(() -> key.open(ID, blob.toByteArray()))
        .isInstanceOf(AttachmentDamaged.class);
  }

  @Test
  void sizesOutOfBounds_areRefused_andAWipedKeyIsOfNoUse() {
    assertThatIllegalArgumentException().isThrownBy(() -> ArchiveKey.of(new byte[31]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> key.seal(Bytes.of(new byte[15]), new byte[0]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> key.seal(ID, new byte[ArchiveKey.MAX_SEGMENT + 1]));
    assertThat(key).hasToString("ArchiveKey[32 bytes]");
    key.close();
    assertThatIllegalStateException().isThrownBy(() -> key.seal(ID, new byte[0]));
    assertThatIllegalStateException().isThrownBy(key::export);
  }
}
