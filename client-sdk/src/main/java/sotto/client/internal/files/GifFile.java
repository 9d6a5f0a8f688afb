package sotto.client.internal.files;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import sotto.client.internal.files.PictureFile.Format;

/// A GIF file (GIF89a), block by block. Kept are pictures, their timing and the loop; comments,
/// texts and the data of other programs, XMP among them, go.
final class GifFile {
  private static final int IMAGE = 0x2c;
  private static final int EXTENSION = 0x21;
  private static final int TRAILER = 0x3b;
  private static final int CONTROL = 0xf9;
  private static final int APPLICATION = 0xff;
  private static final Set<String> LOOPS = Set.of("NETSCAPE2.0", "ANIMEXTS1.0");

  private final Cursor in;
  private final Pieces clean = new Pieces();
  private final Pieces bare = new Pieces();
  private int images;
  private long effort;

  private GifFile(Cursor in) {
    this.in = in;
  }

  static PictureFile read(ByteSource source) throws IOException {
    return new GifFile(new Cursor(source)).read();
  }

  private PictureFile read() throws IOException {
    String version = in.text(6);
    if (!version.equals("GIF87a") && !version.equals("GIF89a")) {
      throw new Malformed("it does not begin like a GIF");
    }
    int width = in.u16le();
    int height = in.u16le();
    int flags = in.u8();
    in.skip(2);
    skipColours(flags);
    if (width == 0 || height == 0) {
      throw new Malformed("it has no size");
    }
    clean.keep(0, in.position());
    bare.keep(0, in.position());
    effort = (long) width * height;
    while (!in.atEnd()) {
      long from = in.position();
      int kind = in.u8();
      if (kind == TRAILER) {
        break;
      }
      switch (kind) {
        case IMAGE -> image(from);
        case EXTENSION -> extension(from);
        default -> throw new Malformed("a part of it is not known");
      }
    }
    if (images == 0) {
      throw new Malformed("it has no picture");
    }
    byte[] end = {TRAILER};
    return new PictureFile(
        Format.GIF,
        width,
        height,
        Orientation.UPRIGHT,
        clean.put(end),
        Optional.of(bare.put(end)),
        effort);
  }

  private void skipColours(int flags) throws Malformed {
    if ((flags & 0x80) != 0) {
      in.skip(3L << ((flags & 7) + 1));
    }
  }

  private void skipBlocks() throws IOException {
    for (int length = in.u8(); length > 0; length = in.u8()) {
      in.skip(length);
    }
  }

  private void image(long from) throws IOException {
    in.skip(4);
    long pixels = (long) in.u16le() * in.u16le();
    skipColours(in.u8());
    in.skip(1);
    skipBlocks();
    clean.keep(from, in.position());
    if (images++ == 0) {
      bare.keep(from, in.position());
      effort = Math.max(effort, pixels);
    }
  }

  private void extension(long from) throws IOException {
    int label = in.u8();
    boolean kept = label == CONTROL;
    if (label == APPLICATION) {
      int length = in.u8();
      kept = length == 11 && LOOPS.contains(in.text(length));
      in.to(from + 3 + length);
    }
    skipBlocks();
    if (kept) {
      clean.keep(from, in.position());
    }
    if (label == CONTROL && images == 0) {
      bare.keep(from, in.position());
    }
  }
}
