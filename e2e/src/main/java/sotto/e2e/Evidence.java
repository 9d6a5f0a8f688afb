package sotto.e2e;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Looks for plaintext where none may be: every file below a folder, byte by byte.
final class Evidence {
  private Evidence() {}

  /// Something that was found.
  ///
  /// @param what which of the things looked for
  /// @param file where
  record Found(String what, Path file) {}

  /// What was looked through.
  ///
  /// @param files how many files
  /// @param bytes how many bytes
  /// @param found what was found; empty is good
  record Search(int files, long bytes, List<Found> found) {}

  /// Looks for texts as UTF-8, UTF-16 (both orders) and Base64 (all three alignments), and for
  /// pieces of 32 bytes of a file's content.
  ///
  /// @param folder where
  /// @param texts what, at least 8 characters each
  /// @param contents more to look for, as it is
  static Search search(Path folder, List<String> texts, List<byte[]> contents) throws IOException {
    var needles = new ArrayList<Needle>();
    for (var text : texts) {
      var utf8 = text.getBytes(StandardCharsets.UTF_8);
      needles.add(new Needle("a text", utf8));
      needles.add(new Needle("a text in UTF-16", text.getBytes(StandardCharsets.UTF_16LE)));
      needles.add(new Needle("a text in UTF-16", text.getBytes(StandardCharsets.UTF_16BE)));
      for (var skip = 0; skip < 3; skip++) {
        needles.add(new Needle("a text in Base64", base64Middle(utf8, skip)));
      }
    }
    for (var content : contents) {
      for (var at = 0; at + 32 <= content.length; at += Math.max(32, content.length / 64)) {
        needles.add(new Needle("a piece of a file", Arrays.copyOfRange(content, at, at + 32)));
      }
    }
    var found = new ArrayList<Found>();
    var files = 0;
    var bytes = 0L;
    List<Path> all;
    try (var walk = Files.walk(folder)) {
      all = walk.filter(Files::isRegularFile).toList();
    }
    var needleSet = new Needles(needles);
    for (var file : all) {
      var content = Files.readAllBytes(file);
      files++;
      bytes += content.length;
      for (var needle : needleSet.in(content)) {
        found.add(new Found(needle.what, file));
      }
    }
    return new Search(files, bytes, List.copyOf(found));
  }

  /// Bytes to look for, at least four.
  private static final class Needle {
    private final String what;
    private final byte[] bytes;

    Needle(String what, byte[] bytes) {
      this.what = what;
      this.bytes = bytes;
    }

    boolean isAt(byte[] content, int at) {
      return at + bytes.length <= content.length
          && Arrays.equals(content, at, at + bytes.length, bytes, 0, bytes.length);
    }
  }

  /// Many needles, looked for in one pass: a database's files are large.
  private static final class Needles {
    private static final int BEGINNING = 4;
    private static final int BITS = 16;

    private final Map<Integer, List<Needle>> byBeginning = new HashMap<>();
    // Whether a needle may begin with bytes of this hash.
    private final boolean[] begins = new boolean[1 << BITS];

    Needles(List<Needle> all) {
      for (var needle : all) {
        var beginning = ByteBuffer.wrap(needle.bytes).getInt();
        byBeginning.computeIfAbsent(beginning, _ -> new ArrayList<>()).add(needle);
        begins[hash(beginning)] = true;
      }
    }

    private static int hash(int beginning) {
      return (beginning * 0x9E3779B1) >>> (Integer.SIZE - BITS);
    }

    /// Those that are in a content, each once.
    Set<Needle> in(byte[] content) {
      var found = new LinkedHashSet<Needle>();
      var last = 0;
      for (var i = 0; i < content.length; i++) {
        last = (last << Byte.SIZE) | (content[i] & 0xff);
        if (i >= BEGINNING - 1 && begins[hash(last)]) {
          for (var needle : byBeginning.getOrDefault(last, List.of())) {
            if (needle.isAt(content, i - BEGINNING + 1)) {
              found.add(needle);
            }
          }
        }
      }
      return found;
    }
  }

  /// The part of a Base64 form that does not depend on what stands around it.
  private static byte[] base64Middle(byte[] bytes, int skip) {
    var shifted = new byte[bytes.length + skip];
    System.arraycopy(bytes, 0, shifted, skip, bytes.length);
    var encoded = Base64.getEncoder().withoutPadding().encode(shifted);
    var from = skip == 0 ? 0 : skip + 1;
    return Arrays.copyOfRange(encoded, from, encoded.length - 2);
  }
}
