package sotto.client.internal.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import sotto.client.internal.files.PictureFile.Format;

/// A JPEG file (ITU-T T.81), segment by segment.
///
/// ```
/// SOI ‖ segments ‖ (SOS ‖ entropy-coded data ‖ segments)* ‖ EOI ‖ whatever follows
/// ```
///
/// Kept: frame, tables, scans, the JFIF header without its thumbnail, colour profile, Adobe's
/// colour transform. Everything else goes: Exif, XMP, IPTC, comments, further pictures, and what
/// stands behind the end, where phones keep videos. An orientation comes back as the only tag of an
/// Exif segment of our own.
final class JpegFile {
  private static final int SOI = 0xd8;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;
  private static final int APP0 = 0xe0;
  private static final int APP1 = 0xe1;
  private static final int APP2 = 0xe2;
  private static final int ADOBE = 0xee;
  private static final String JFIF = "JFIF\0";
  private static final String EXIF = "Exif\0\0";
  private static final String ICC = "ICC_PROFILE\0";

  /// A progressive picture is held whole by decoders, and every scan goes over all of it.
  private static final int PROGRESSIVE_COST = 4;

  private static final int MAX_SCANS = 100;

  private final Cursor in;
  private final Pieces head = new Pieces();
  private final Pieces clean = new Pieces();
  private final Pieces bare = new Pieces();
  private Orientation orientation = Orientation.UPRIGHT;
  private boolean oriented;
  private int width;
  private int height;
  private int scans;
  private boolean progressive;

  private JpegFile(Cursor in) {
    this.in = in;
  }

  static PictureFile read(ByteSource source) throws IOException {
    return new JpegFile(new Cursor(source)).read();
  }

  private PictureFile read() throws IOException {
    if (in.u8() != 0xff || in.u8() != SOI) {
      throw new Malformed("it does not begin like a JPEG");
    }
    head.put(marker(SOI));
    bare.put(marker(SOI));
    boolean more = true;
    while (more) {
      more = segment();
    }
    if (width == 0 || height == 0 || scans == 0) {
      throw new Malformed("it has no picture");
    }
    if (orientation != Orientation.UPRIGHT) {
      head.put(exif());
    }
    long pixels = (long) width * height;
    long effort = progressive ? pixels * Math.max(PROGRESSIVE_COST, scans / 4) : pixels;
    return new PictureFile(
        Format.JPEG,
        width,
        height,
        orientation,
        head.put(clean),
        scans <= MAX_SCANS ? Optional.of(bare) : Optional.empty(),
        effort);
  }

  private static byte[] marker(int code) {
    return new byte[] {(byte) 0xff, (byte) code};
  }

  private byte[] exif() {
    byte[] tiff = orientation.tiff();
    int length = 2 + EXIF.length() + tiff.length;
    byte[] segment = new byte[2 + length];
    segment[0] = (byte) 0xff;
    segment[1] = (byte) APP1;
    segment[2] = (byte) (length >> 8);
    segment[3] = (byte) length;
    System.arraycopy(EXIF.getBytes(StandardCharsets.ISO_8859_1), 0, segment, 4, EXIF.length());
    System.arraycopy(tiff, 0, segment, 4 + EXIF.length(), tiff.length);
    return segment;
  }

  /// Takes one segment, and the data behind it if it begins a scan.
  ///
  /// @return whether there may be another
  private boolean segment() throws IOException {
    if (in.u8() != 0xff) {
      throw new Malformed("a marker is missing");
    }
    int code = in.u8();
    while (code == 0xff) {
      code = in.u8();
    }
    if (code == EOI) {
      clean.put(marker(EOI));
      bare.put(marker(EOI));
      return false;
    }
    if (code == 0x01 || (code >= 0xd0 && code <= 0xd7)) {
      return true;
    }
    if (code == 0 || code == SOI) {
      throw new Malformed("a marker is out of place");
    }
    long from = in.position() - 2;
    int length = in.u16();
    long to = from + 2 + length;
    if (length < 2) {
      throw new Malformed("a segment is too short");
    }
    take(code, from, to);
    in.to(to);
    if (code != SOS) {
      return true;
    }
    scans++;
    return scan();
  }

  private void take(int code, long from, long to) throws IOException {
    int content = (int) (to - from - 4);
    switch (code) {
      case APP0 -> {
        if (content >= 14 && in.text(JFIF.length()).equals(JFIF) && head.size() == 2) {
          head.put(new byte[] {(byte) 0xff, (byte) APP0, 0, 16});
          head.keep(from + 4, from + 16);
          head.put(new byte[2]);
        }
      }
      case APP1 -> {
        if (!oriented && content > EXIF.length() && in.text(EXIF.length()).equals(EXIF)) {
          orientation = Orientation.in(in.bytes(content - EXIF.length()));
          oriented = true;
        }
      }
      case APP2 -> {
        if (content > ICC.length() && in.text(ICC.length()).equals(ICC)) {
          clean.keep(from, to);
        }
      }
      case ADOBE, SOS, 0xdb, 0xdc, 0xdd, 0xc4, 0xcc -> keep(from, to);
      default -> {
        if (code >= 0xc0 && code <= 0xcf && code != 0xc8) {
          frame(code);
          keep(from, to);
        }
      }
    }
  }

  private void keep(long from, long to) throws Malformed {
    clean.keep(from, to);
    bare.keep(from, to);
  }

  private void frame(int code) throws IOException {
    if (width != 0) {
      throw new Malformed("it has several frames");
    }
    in.skip(1);
    height = in.u16();
    width = in.u16();
    progressive = (code & 3) == 2;
  }

  /// Goes over entropy-coded data up to the next marker. A picture that was cut off there is still
  /// one.
  private boolean scan() throws IOException {
    long from = in.position();
    while (!in.atEnd()) {
      if (in.u8() != 0xff || in.atEnd()) {
        continue;
      }
      int code = in.u8();
      while (code == 0xff && !in.atEnd()) {
        code = in.u8();
      }
      if (code != 0 && code != 0xff && !(code >= 0xd0 && code <= 0xd7)) {
        long to = in.position() - 2;
        keep(from, to);
        in.to(to);
        return true;
      }
    }
    keep(from, in.size());
    return false;
  }
}
