package sotto.client.internal.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import sotto.client.internal.files.PictureFile.Format;

/// A WebP file (RFC 9649), chunk by chunk. Kept are pictures, animation and colour profile; Exif,
/// XMP and what is not known go. An orientation comes back as the only tag of an Exif chunk of our
/// own.
final class WebpFile {
  private static final int EXIF_FLAG = 0x08;
  private static final int XMP_FLAG = 0x04;
  private static final int ANIMATION_FLAG = 0x02;
  private static final int ALPHA_FLAG = 0x10;
  private static final int FRAME_HEADER = 16;
  private static final long MAX_EXIF = 1024 * 1024;
  private static final Set<String> PICTURE = Set.of("VP8 ", "VP8L", "ALPH");

  private final Cursor in;
  private final Pieces clean = new Pieces();
  private final Pieces bare = new Pieces();
  private Optional<byte[]> extended = Optional.empty();
  private Orientation orientation = Orientation.UPRIGHT;
  private int width;
  private int height;
  private int codedWidth;
  private int codedHeight;
  private boolean animated;

  private WebpFile(Cursor in) {
    this.in = in;
  }

  static PictureFile read(ByteSource source) throws IOException {
    return new WebpFile(new Cursor(source)).read();
  }

  private PictureFile read() throws IOException {
    boolean riff = in.text(4).equals("RIFF");
    long end = 8 + in.u32le();
    if (!riff || !in.text(4).equals("WEBP") || end > in.size()) {
      throw new Malformed("it does not begin like a WebP, or ends too early");
    }
    while (in.position() + 8 <= end) {
      chunk(end);
    }
    boolean pictured = codedWidth > 0 || animated;
    if (!pictured || (width == 0 && codedWidth == 0)) {
      throw new Malformed("it has no picture");
    }
    int shownWidth = width == 0 ? codedWidth : width;
    int shownHeight = height == 0 ? codedHeight : height;
    if (shownWidth < 1 || shownHeight < 1) {
      throw new Malformed("it has no size");
    }
    return new PictureFile(
        Format.WEBP,
        shownWidth,
        shownHeight,
        orientation,
        assembled(),
        animated ? Optional.empty() : Optional.of(assembledBare()),
        Math.max((long) shownWidth * shownHeight, (long) codedWidth * codedHeight));
  }

  private Pieces assembled() throws IOException {
    Pieces body = new Pieces();
    boolean turned = orientation != Orientation.UPRIGHT;
    if (extended.isPresent()) {
      byte[] header = extended.get().clone();
      header[8] = (byte) ((header[8] & ~(EXIF_FLAG | XMP_FLAG)) | (turned ? EXIF_FLAG : 0));
      body.put(header);
    }
    body.put(clean);
    if (extended.isPresent() && turned) {
      body.put(chunk("EXIF", orientation.tiff()));
    }
    return file(body);
  }

  private Pieces assembledBare() throws IOException {
    Pieces body = new Pieces();
    if (extended.isPresent()) {
      byte[] header = extended.get().clone();
      header[8] = (byte) (header[8] & ALPHA_FLAG);
      body.put(header);
    }
    return file(body.put(bare));
  }

  private static Pieces file(Pieces body) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    head.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt((int) (body.size() + 4));
    head.put("WEBP".getBytes(StandardCharsets.US_ASCII));
    return new Pieces().put(head.array()).put(body);
  }

  private static byte[] chunk(String type, byte[] content) {
    int padded = content.length + (content.length & 1);
    return ByteBuffer.allocate(8 + padded)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(type.getBytes(StandardCharsets.US_ASCII))
        .putInt(content.length)
        .put(content)
        .array();
  }

  private void chunk(long end) throws IOException {
    long from = in.position();
    String type = in.text(4);
    long length = in.u32le();
    long to = from + 8 + length + (length & 1);
    if (to > end) {
      throw new Malformed("a chunk is too long");
    }
    switch (type) {
      case "VP8X" -> extended(from, length);
      case "VP8 ", "VP8L", "ALPH" -> {
        size(type, length);
        clean.keep(from, to);
        bare.keep(from, to);
      }
      case "ICCP", "ANIM" -> clean.keep(from, to);
      case "ANMF" -> frame(from, length, to);
      case "EXIF" -> {
        if (length <= MAX_EXIF) {
          orientation = Orientation.in(afterPrefix(in.bytes((int) length)));
        }
      }
      default -> {
        // XMP, and what is not known.
      }
    }
    in.to(to);
  }

  /// Some writers put the prefix of JPEG's segment before it.
  private static byte[] afterPrefix(byte[] exif) {
    boolean prefixed = exif.length > 6 && exif[0] == 'E' && exif[1] == 'x' && exif[2] == 'i';
    return prefixed ? java.util.Arrays.copyOfRange(exif, 6, exif.length) : exif;
  }

  private void extended(long from, long length) throws IOException {
    if (length != 10 || extended.isPresent() || clean.size() > 0) {
      throw new Malformed("its header is out of place");
    }
    animated = (in.u8() & ANIMATION_FLAG) != 0;
    in.skip(3);
    width = in.u24le() + 1;
    height = in.u24le() + 1;
    in.to(from);
    extended = Optional.of(in.bytes(18));
  }

  private void size(String type, long length) throws IOException {
    if (type.equals("VP8 ") && length >= 10) {
      in.skip(6);
      codedWidth = in.u16le() & 0x3fff;
      codedHeight = in.u16le() & 0x3fff;
    } else if (type.equals("VP8L") && length >= 5) {
      in.skip(1);
      long bits = in.u32le();
      codedWidth = (int) (bits & 0x3fff) + 1;
      codedHeight = (int) (bits >> 14 & 0x3fff) + 1;
    }
  }

  /// A frame of an animation: only its header and its picture.
  private void frame(long from, long length, long to) throws IOException {
    if (length < FRAME_HEADER) {
      throw new Malformed("a frame is too short");
    }
    Pieces picture = new Pieces();
    in.to(from + 8 + FRAME_HEADER);
    while (in.position() + 8 <= from + 8 + length) {
      long part = in.position();
      String type = in.text(4);
      long partLength = in.u32le();
      long end = part + 8 + partLength + (partLength & 1);
      if (end > to) {
        throw new Malformed("a chunk is too long");
      }
      if (PICTURE.contains(type)) {
        picture.keep(part, end);
      }
      in.to(end);
    }
    ByteBuffer head = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    head.put("ANMF".getBytes(StandardCharsets.US_ASCII));
    head.putInt((int) (FRAME_HEADER + picture.size()));
    clean.put(head.array()).keep(from + 8, from + 8 + FRAME_HEADER).put(picture);
  }
}
