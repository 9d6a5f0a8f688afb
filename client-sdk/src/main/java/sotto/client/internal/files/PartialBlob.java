package sotto.client.internal.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import sotto.client.internal.net.Meter;
import sotto.crypto.AttachmentDamaged;
import sotto.crypto.AttachmentKey;
import sotto.crypto.Attachments;

/// The part of a blob that has come, as ciphertext in the home: whole segments, each checked when
/// it comes and again when the part is opened, so that nothing wrong is ever built upon. Survives a
/// crash at any instant. Not for many threads.
public final class PartialBlob implements AutoCloseable {
  /// Bytes of ciphertext that are authenticated together.
  public static final int SEGMENT = 64 * 1024;

  private final Path file;
  private final AttachmentKey key;
  private final FileChannel channel;
  private long length;

  private PartialBlob(Path file, AttachmentKey key, FileChannel channel) {
    this.file = file;
    this.key = key;
    this.channel = channel;
  }

  /// Opens a part, or begins it. What does not pass its check is cut off.
  public static PartialBlob open(Path file, AttachmentKey key) throws IOException {
    Path folder = file.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    try {
      PartialBlob blob = new PartialBlob(file, key, channel);
      blob.checkWhatIsThere();
      return blob;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void checkWhatIsThere() throws IOException {
    long there = Math.min(channel.size(), key.ciphertextSize());
    try {
      while (length < there && length + segment() <= there) {
        verify(length);
        length += segment();
      }
    } catch (AttachmentDamaged e) {
      // A crash may have left a torn end; what follows is fetched again.
    }
    channel.truncate(length);
    channel.position(length);
  }

  /// The size of the segment that comes next.
  private int segment() {
    return (int) Math.min(SEGMENT, key.ciphertextSize() - length);
  }

  /// How many bytes of the blob are here.
  public long length() {
    return length;
  }

  /// Whether all of it is here.
  public boolean whole() {
    return length == key.ciphertextSize();
  }

  /// Takes bytes until the blob is whole.
  ///
  /// @param in the blob from [#length] on
  /// @throws AttachmentDamaged if it is not what the sender encrypted, or ends early; what came
  ///   before stays
  /// @throws IOException if the stream breaks off, or the disk is full
  public void fill(InputStream in, Meter meter) throws IOException {
    byte[] segment = new byte[SEGMENT];
    while (!whole()) {
      int size = segment();
      if (in.readNBytes(segment, 0, size) < size) {
        throw new EndedEarly();
      }
      append(segment, size);
      if (!meter.at(length)) {
        return;
      }
    }
  }

  private void append(byte[] segment, int size) throws IOException {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(segment, 0, size);
      while (bytes.hasRemaining()) {
        channel.write(bytes, length + bytes.position());
      }
      verify(length);
      length += size;
    } catch (IOException e) {
      channel.truncate(length);
      throw e;
    }
  }

  /// Decrypts one byte of the file in a segment, which authenticates all of it. A segment of
  /// padding alone is checked when the whole is.
  private void verify(long at) throws IOException {
    long plain = at == 0 ? 0 : Attachments.plainOffset(at);
    if (plain < key.plainSize()) {
      try (SeekableByteChannel opened = Attachments.open(key, new Claimed(channel, key))) {
        opened.position(plain);
        if (opened.read(ByteBuffer.allocate(1)) != 1) {
          throw new IOException("a segment cannot be read back");
        }
      }
    }
  }

  /// Writes the file out: every byte is the sender's, but it is the whole file only when this
  /// returns.
  ///
  /// @throws AttachmentDamaged if it is not the file that the message names
  public void decrypt(OutputStream plain) throws IOException {
    channel.position(0);
    Attachments.decrypt(key, Channels.newInputStream(new Claimed(channel, key)), plain);
  }

  /// Forgets what is here.
  public void delete() throws IOException {
    close();
    Files.deleteIfExists(file);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /// The server sent less than the blob has.
  public static final class EndedEarly extends IOException {
    private static final long serialVersionUID = 1;

    EndedEarly() {
      super("the server ended early");
    }
  }

  /// A part that says it is as long as the whole, and that closing does not close.
  private static final class Claimed implements SeekableByteChannel {
    private final FileChannel part;
    private final AttachmentKey key;
    private long at;

    Claimed(FileChannel part, AttachmentKey key) {
      this.part = part;
      this.key = key;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      int read = part.read(target, at);
      at += Math.max(read, 0);
      return read;
    }

    @Override
    public long position() {
      return at;
    }

    @Override
    public SeekableByteChannel position(long position) {
      at = position;
      return this;
    }

    @Override
    public long size() {
      return key.ciphertextSize();
    }

    @Override
    public int write(ByteBuffer bytes) {
      throw new java.nio.channels.NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
      throw new java.nio.channels.NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
      return part.isOpen();
    }

    @Override
    public void close() {}
  }
}
