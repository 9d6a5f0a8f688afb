package sotto.crypto;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import org.jspecify.annotations.Nullable;

/// A blob that is read at any place; remembers its own failure, which is not the blob's damage.
final class FailureMarkingChannel implements SeekableByteChannel {
  private final SeekableByteChannel blob;
  private @Nullable IOException failure;

  FailureMarkingChannel(SeekableByteChannel blob) {
    this.blob = blob;
  }

  void rethrowFailure() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    try {
      return blob.read(target);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public long position() throws IOException {
    return blob.position();
  }

  @Override
  public SeekableByteChannel position(long position) throws IOException {
    blob.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    return blob.size();
  }

  @Override
  public int write(ByteBuffer source) {
    throw new NonWritableChannelException();
  }

  @Override
  public SeekableByteChannel truncate(long size) {
    throw new NonWritableChannelException();
  }

  @Override
  public boolean isOpen() {
    return blob.isOpen();
  }

  @Override
  public void close() throws IOException {
    blob.close();
  }
}
