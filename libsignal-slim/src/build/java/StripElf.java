import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/// Strips a 64-bit little-endian ELF library as `strip --strip-unneeded` does, so that the build
/// needs no binutils: what the loader maps stays byte for byte where it was, sections that are
/// never loaded (debug data, the static symbol table) are left out, and the section table is
/// written anew.
///
/// usage: `java StripElf.java IN OUT`
///
/// Source of the format: System V ABI, chapter 4 (object files) and 5 (program loading), with the
/// ELF-64 layouts.
final class StripElf {
  private static final int HEADER_SIZE = 64;
  private static final int SECTION_SIZE = 64;
  private static final int E_PHOFF = 32;
  private static final int E_SHOFF = 40;
  private static final int E_PHENTSIZE = 54;
  private static final int E_PHNUM = 56;
  private static final int E_SHENTSIZE = 58;
  private static final int E_SHNUM = 60;
  private static final int E_SHSTRNDX = 62;
  private static final int P_OFFSET = 8;
  private static final int P_FILESZ = 32;
  private static final int SHT_NOBITS = 8;
  private static final long SHF_ALLOC = 2;
  private static final long SHF_INFO_LINK = 0x40;

  /// A section header, in file order of its fields.
  private record Section(
      int name,
      int type,
      long flags,
      long address,
      long offset,
      long size,
      int link,
      int info,
      long align,
      long entry) {
    static Section read(ByteBuffer in) {
      return new Section(
          in.getInt(),
          in.getInt(),
          in.getLong(),
          in.getLong(),
          in.getLong(),
          in.getLong(),
          in.getInt(),
          in.getInt(),
          in.getLong(),
          in.getLong());
    }

    void write(ByteBuffer out, int[] newIndex) {
      // sh_info is a section's index only where the flag says so, or in a relocation section, which
      // we keep only if loaded.
      int movedInfo = (flags & SHF_INFO_LINK) != 0 ? newIndex[info] : info;
      out.putInt(name).putInt(type).putLong(flags).putLong(address).putLong(offset).putLong(size);
      out.putInt(newIndex[link]).putInt(movedInfo).putLong(align).putLong(entry);
    }

    boolean loaded() {
      return (flags & SHF_ALLOC) != 0;
    }

    long end() {
      return type == SHT_NOBITS ? 0 : offset + size;
    }
  }

  private StripElf() {}

  public static void main(String[] args) {
    Path in = Path.of(args[0]);
    Path out = Path.of(args[1]);
    try {
      Files.createDirectories(out.toAbsolutePath().getParent());
      Path part = out.resolveSibling(out.getFileName() + ".part");
      Files.write(
          part, strip(ByteBuffer.wrap(Files.readAllBytes(in)).order(ByteOrder.LITTLE_ENDIAN), in));
      Files.move(part, out, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] strip(ByteBuffer in, Path name) throws IOException {
    if (in.limit() < HEADER_SIZE
        || in.getInt(0) != 0x464c457f
        || in.get(4) != 2
        || in.get(5) != 1
        || in.getShort(E_SHENTSIZE) != SECTION_SIZE) {
      throw new IOException(name + " is not a 64-bit little-endian ELF file");
    }
    int count = Short.toUnsignedInt(in.getShort(E_SHNUM));
    int namesIndex = Short.toUnsignedInt(in.getShort(E_SHSTRNDX));
    List<Section> sections = new ArrayList<>(count);
    in.position(Math.toIntExact(in.getLong(E_SHOFF)));
    for (int i = 0; i < count; i++) {
      sections.add(Section.read(in));
    }

    // Section 0 is the empty one; the section names go last. What is left out has index 0.
    int[] newIndex = new int[count];
    List<Section> kept = new ArrayList<>();
    kept.add(sections.getFirst());
    long end = loadedEnd(in);
    for (int i = 1; i < count; i++) {
      if (sections.get(i).loaded()) {
        newIndex[i] = kept.size();
        kept.add(sections.get(i));
        end = Math.max(end, sections.get(i).end());
      }
    }
    newIndex[namesIndex] = kept.size();
    Section names = sections.get(namesIndex);
    int namesAt = Math.toIntExact(end);
    int tableAt = Math.toIntExact((namesAt + names.size() + 7) & ~7L);
    kept.add(
        new Section(
            names.name(),
            names.type(),
            names.flags(),
            0,
            namesAt,
            names.size(),
            0,
            0,
            names.align(),
            names.entry()));

    ByteBuffer out =
        ByteBuffer.allocate(tableAt + kept.size() * SECTION_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    out.put(0, in, 0, namesAt);
    out.put(namesAt, in, Math.toIntExact(names.offset()), Math.toIntExact(names.size()));
    out.position(tableAt);
    kept.forEach(section -> section.write(out, newIndex));
    out.putLong(E_SHOFF, tableAt);
    out.putShort(E_SHNUM, (short) kept.size());
    out.putShort(E_SHSTRNDX, (short) newIndex[namesIndex]);
    return out.array();
  }

  /// The end in the file of the last byte that a program header names, or of their table.
  private static long loadedEnd(ByteBuffer in) {
    long table = in.getLong(E_PHOFF);
    int size = Short.toUnsignedInt(in.getShort(E_PHENTSIZE));
    int count = Short.toUnsignedInt(in.getShort(E_PHNUM));
    long end = table + (long) count * size;
    for (int i = 0; i < count; i++) {
      int at = Math.toIntExact(table + (long) i * size);
      end = Math.max(end, in.getLong(at + P_OFFSET) + in.getLong(at + P_FILESZ));
    }
    return end;
  }
}
