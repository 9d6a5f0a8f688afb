package sotto.client.internal.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// A place in a file that numbers are read at. Reading past the end is [Malformed].
final class Cursor {
  private static final int BUFFER = 64 * 1024;

  private final ByteSource source;
  private final long size;
  private final byte[] buffer = new byte[BUFFER];
  private long bufferAt;
  private int buffered;
  private long position;

  Cursor(ByteSource source) throws IOException {
    this.source = source;
    this.size = source.size();
  }

  long position() {
    return position;
  }

  long size() {
    return size;
  }

  boolean atEnd() {
    return position >= size;
  }

  /// Goes to a place that may be the end, not beyond.
  void to(long place) throws Malformed {
    if (place < 0 || place > size) {
      throw new Malformed("it ends too early");
    }
    position = place;
  }

  void skip(long count) throws Malformed {
    to(position + count);
  }

  int u8() throws IOException {
    if (position < bufferAt || position >= bufferAt + buffered) {
      bufferAt = position;
      buffered = position >= size ? -1 : source.read(position, buffer, 0, BUFFER);
      if (buffered <= 0) {
        buffered = 0;
        throw new Malformed("it ends too early");
      }
    }
    return buffer[(int) (position++ - bufferAt)] & 0xff;
  }

  int u16() throws IOException {
    return u8() << 8 | u8();
  }

  long u32() throws IOException {
    return (long) u16() << 16 | u16();
  }

  int u16le() throws IOException {
    return u8() | u8() << 8;
  }

  int u24le() throws IOException {
    return u16le() | u8() << 16;
  }

  long u32le() throws IOException {
    return u16le() | (long) u16le() << 16;
  }

  byte[] bytes(int count) throws IOException {
    if (count > size - position) {
      throw new Malformed("it ends too early");
    }
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) u8();
    }
    return bytes;
  }

  /// So many bytes as ASCII.
  String text(int count) throws IOException {
    return new String(bytes(count), StandardCharsets.ISO_8859_1);
  }
}
