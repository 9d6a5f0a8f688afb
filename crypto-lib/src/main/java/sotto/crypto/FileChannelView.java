package sotto.crypto;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/// The file in a decrypted blob: without its padding, and with damage told from a failing source.
final class FileChannelView implements SeekableByteChannel {
  private final SeekableByteChannel decrypting;
  private final FailureMarkingChannel source;
  private final long size;

  FileChannelView(SeekableByteChannel decrypting, FailureMarkingChannel source, long size) {
    this.decrypting = decrypting;
    this.source = source;
    this.size = size;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    long left = size - decrypting.position();
    if (left <= 0) {
      return -1;
    }
    int limit = target.limit();
    if (target.remaining() > left) {
      target.limit(target.position() + (int) left);
    }
    try {
      return decrypting.read(target);
    } catch (IOException e) {
      source.rethrowFailure();
      throw new AttachmentDamaged("the blob is damaged", e);
    } finally {
      target.limit(limit);
    }
  }

  @Override
  public long position() throws IOException {
    return decrypting.position();
  }

  @Override
  public SeekableByteChannel position(long position) throws IOException {
    decrypting.position(position);
    return this;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int write(ByteBuffer bytes) {
    throw new NonWritableChannelException();
  }

  @Override
  public SeekableByteChannel truncate(long length) {
    throw new NonWritableChannelException();
  }

  @Override
  public boolean isOpen() {
    return decrypting.isOpen();
  }

  @Override
  public void close() throws IOException {
    decrypting.close();
  }
}
