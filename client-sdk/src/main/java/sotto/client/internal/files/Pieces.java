package sotto.client.internal.files;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/// A file put together of parts of another one and of bytes of our own: what is left of a picture
/// when something is taken out of it. Nothing is copied before it is read.
public final class Pieces {
  private sealed interface Piece {
    long length();
  }

  private record Range(long from, long length) implements Piece {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Literal(byte[] bytes) implements Piece {
    @Override
    public long length() {
      return bytes.length;
    }
  }

  private static final int MOST = 100_000;

  private final List<Piece> pieces = new ArrayList<>();
  private long size;

  Pieces() {}

  /// A whole file as it is.
  public static Pieces whole(long size) {
    Pieces whole = new Pieces();
    if (size > 0) {
      whole.pieces.add(new Range(0, size));
      whole.size = size;
    }
    return whole;
  }

  /// Takes over a range of the file.
  ///
  /// @param to the first byte that is not in it
  Pieces keep(long from, long to) throws Malformed {
    if (from == to) {
      return this;
    }
    if (!pieces.isEmpty()
        && pieces.getLast() instanceof Range(long start, long length)
        && start + length == from) {
      pieces.removeLast();
      pieces.add(new Range(start, to - start));
    } else {
      add(new Range(from, to - from));
    }
    size += to - from;
    return this;
  }

  /// Adds bytes that are not of the file.
  Pieces put(byte[] bytes) throws Malformed {
    add(new Literal(bytes.clone()));
    size += bytes.length;
    return this;
  }

  /// Adds all of another one.
  Pieces put(Pieces other) throws Malformed {
    for (Piece piece : other.pieces) {
      add(piece);
      size += piece.length();
    }
    return this;
  }

  private void add(Piece piece) throws Malformed {
    if (pieces.size() >= MOST) {
      throw new Malformed("it is in too many pieces");
    }
    pieces.add(piece);
  }

  /// Its size in bytes.
  public long size() {
    return size;
  }

  /// Its bytes, read from the file it is made of.
  public InputStream read(ByteSource source) {
    return new Reading(source);
  }

  private final class Reading extends InputStream {
    private final ByteSource source;
    private int piece;
    private long at;

    Reading(ByteSource source) {
      this.source = source;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      while (piece < pieces.size() && at >= pieces.get(piece).length()) {
        piece++;
        at = 0;
      }
      if (piece == pieces.size()) {
        return -1;
      }
      int wanted = (int) Math.min(length, pieces.get(piece).length() - at);
      int count =
          switch (pieces.get(piece)) {
            case Range(long from, long _) -> source.read(from + at, into, offset, wanted);
            case Literal(byte[] bytes) -> {
              System.arraycopy(bytes, (int) at, into, offset, wanted);
              yield wanted;
            }
          };
      at += Math.max(0, count);
      return count;
    }
  }
}
