package sotto.client.internal.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import sotto.client.internal.files.PictureFile.Format;

/// A PNG file (W3C PNG, third edition), chunk by chunk. Kept is what the picture looks like,
/// animation included; texts, times, Exif and chunks of other makers go. An orientation comes back
/// as the only tag of an Exif chunk of our own.
final class PngFile {
  static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  private static final Set<String> KEPT =
      Set.of(
          "PLTE", "IDAT", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "bKGD", "hIST", "pHYs",
          "cICP", "mDCV", "cLLI", "acTL", "fcTL", "fdAT");
  private static final Set<String> BARE = Set.of("PLTE", "IDAT", "tRNS");
  private static final long MAX_EXIF = 1024 * 1024;

  private PngFile() {}

  static PictureFile read(ByteSource source) throws IOException {
    Cursor in = new Cursor(source);
    if (!java.util.Arrays.equals(in.bytes(SIGNATURE.length), SIGNATURE)) {
      throw new Malformed("it does not begin like a PNG");
    }
    if (in.u32() != 13 || !in.text(4).equals("IHDR")) {
      throw new Malformed("its header is missing");
    }
    long width = in.u32();
    long height = in.u32();
    in.skip(9);
    if (width < 1 || height < 1 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
      throw new Malformed("it has no size");
    }
    Pieces head = new Pieces().keep(0, in.position());
    Pieces bare = new Pieces().keep(0, in.position());
    Pieces clean = new Pieces();
    Orientation orientation = Orientation.UPRIGHT;
    boolean data = false;
    while (true) {
      long from = in.position();
      long length = in.u32();
      String type = in.text(4);
      long to = from + 12 + length;
      if (length > Integer.MAX_VALUE || to > in.size()) {
        throw new Malformed("a chunk is too long");
      }
      if (type.equals("IEND")) {
        if (!data) {
          throw new Malformed("it has no picture");
        }
        clean.keep(from, to);
        bare.keep(from, to);
        break;
      }
      data |= type.equals("IDAT");
      if (type.equals("eXIf") && length <= MAX_EXIF) {
        orientation = Orientation.in(in.bytes((int) length));
      }
      if (KEPT.contains(type)) {
        clean.keep(from, to);
      } else if (Character.isUpperCase(type.charAt(0))) {
        throw new Malformed("a part of it is not known");
      }
      if (BARE.contains(type)) {
        bare.keep(from, to);
      }
      in.to(to);
    }
    if (orientation != Orientation.UPRIGHT) {
      head.put(chunk("eXIf", orientation.tiff()));
    }
    return new PictureFile(
        Format.PNG,
        (int) width,
        (int) height,
        orientation,
        head.put(clean),
        Optional.of(bare),
        width * height);
  }

  private static byte[] chunk(String type, byte[] content) {
    ByteBuffer chunk = ByteBuffer.allocate(12 + content.length);
    chunk.putInt(content.length).put(type.getBytes(StandardCharsets.US_ASCII)).put(content);
    CRC32 crc = new CRC32();
    crc.update(chunk.array(), 4, 4 + content.length);
    return chunk.putInt((int) crc.getValue()).array();
  }
}
