package sotto.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sotto.crypto.AttachmentKey;
import sotto.crypto.Attachments;

/// What encrypting a file costs beside the JDK's AES-256-GCM over the same segments, alone and with
/// the two digests that a file needs as well. From memory to nowhere, in turns, one thread.
final class CipherBench {
  private static final int SEGMENT = 64 << 10;
  private static final int KEY = 32;
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;
  private static final double MEGABYTE = 1e6;

  private final long size;
  private final byte[] block = new byte[SEGMENT];

  private CipherBench(long size) {
    this.size = size;
    new Random(1).nextBytes(block);
  }

  /// `cipher`.
  @Command(
      name = "cipher",
      mixinStandardHelpOptions = true,
      description =
          "Megabytes a second at which files are encrypted and decrypted, beside the JDK's AES-GCM over the same segments.")
  static final class Asked implements Callable<Integer> {
    @Option(
        names = "--megabytes",
        paramLabel = "N",
        defaultValue = "512",
        description = "How large the file is (default: ${DEFAULT-VALUE}).")
    private long megabytes;

    @Option(
        names = "--trials",
        paramLabel = "N",
        defaultValue = "3",
        description = "How often (default: ${DEFAULT-VALUE}).")
    private int trials;

    @Override
    public Integer call() throws Exception {
      CipherBench warming = new CipherBench(64_000_000);
      warming.aesGcm(true);
      warming.roundTrip();
      CipherBench bench = new CipherBench(megabytes * 1_000_000);
      System.out.println(
          "| trial | AES-GCM | AES-GCM and two SHA-256 | file encrypted | file decrypted | encrypted"
              + " to AES-GCM |");
      System.out.println("|---|---|---|---|---|---|");
      for (int trial = 1; trial <= trials; trial++) {
        double plain = bench.aesGcm(false);
        double digested = bench.aesGcm(true);
        List<Double> file = bench.roundTrip();
        System.out.printf(
            Locale.ROOT,
            "| %d | %.0f MB/s | %.0f MB/s | %.0f MB/s | %.0f MB/s | %.2f |%n",
            trial,
            plain,
            digested,
            file.get(0),
            file.get(1),
            file.get(0) / plain);
      }

      return 0;
    }
  }

  private double aesGcm(boolean digests) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    SecretKeySpec key = new SecretKeySpec(new byte[KEY], "AES");
    MessageDigest before = MessageDigest.getInstance("SHA-256");
    MessageDigest after = MessageDigest.getInstance("SHA-256");
    byte[] out = new byte[SEGMENT + TAG_BITS / Byte.SIZE];
    byte[] nonce = new byte[NONCE];
    long began = System.nanoTime();
    for (long done = 0; done < size; done += SEGMENT) {
      long number = done / SEGMENT;
      for (int i = 0; i < Long.BYTES; i++) {
        nonce[i] = (byte) (number >>> (Byte.SIZE * i));
      }
      cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
      int length = cipher.doFinal(block, 0, SEGMENT, out);
      if (digests) {
        before.update(block);
        after.update(out, 0, length);
      }
    }
    return rate(began);
  }

  /// @return megabytes a second encrypted, and decrypted
  private List<Double> roundTrip() throws IOException {
    Kept kept = new Kept(Attachments.ciphertextSize(size));
    List<Double> rates = new ArrayList<>();
    long began = System.nanoTime();
    AttachmentKey key = Attachments.encrypt(new Repeated(), size, kept);
    rates.add(rate(began));
    began = System.nanoTime();
    Attachments.decrypt(key, kept.read(), OutputStream.nullOutputStream());
    rates.add(rate(began));
    return rates;
  }

  private double rate(long began) {
    return size / MEGABYTE / ((System.nanoTime() - began) / 1e9);
  }

  /// The block again and again.
  private final class Repeated extends InputStream {
    private long left = size;

    @Override
    public int read() {
      return left-- > 0 ? block[0] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      if (left <= 0) {
        return -1;
      }
      int count = (int) Math.min(Math.min(length, block.length), left);
      System.arraycopy(block, 0, into, offset, count);
      left -= count;
      return count;
    }
  }

  /// What was written, in pieces.
  private static final class Kept extends OutputStream {
    private static final int PIECE = 1 << 24;

    private final List<byte[]> pieces = new ArrayList<>();
    private long written;

    Kept(long size) {
      for (long at = 0; at < size; at += PIECE) {
        pieces.add(new byte[PIECE]);
      }
    }

    @Override
    public void write(int one) {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) {
      for (int done = 0; done < length; ) {
        int at = (int) (written % PIECE);
        int count = Math.min(length - done, PIECE - at);
        System.arraycopy(from, offset + done, pieces.get((int) (written / PIECE)), at, count);
        done += count;
        written += count;
      }
    }

    InputStream read() {
      return new InputStream() {
        private long at;

        @Override
        public int read() {
          byte[] one = new byte[1];
          return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
          if (at >= written) {
            return -1;
          }
          int place = (int) (at % PIECE);
          int count = (int) Math.min(Math.min(length, PIECE - place), written - at);
          System.arraycopy(pieces.get((int) (at / PIECE)), place, into, offset, count);
          at += count;
          return count;
        }
      };
    }
  }
}
