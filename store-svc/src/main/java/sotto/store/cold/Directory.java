package sotto.store.cold;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sotto.chain.Bytes;

/// What the database keeps of a segment: everything about its envelopes but the envelopes, so that
/// retries, acks, expiry and limits need no blob (protocol P4).
///
/// ```
/// directory = version 1 ‖ SHA-256 of the segment 32 ‖ position 8 ‖ accepted at 8 ‖ life 8
///             ‖ senders ‖ tag 16 … ‖ count ‖ entry…
/// entry     = dedupe 16 ‖ position ‖ accepted at ‖ life ‖ size ‖ sender
/// ```
///
/// What has no length is a varint of seven bits a byte, the lowest first; `accepted at` and `life`
/// are signed (zigzag). `position` and `accepted at` of an entry are what is to be added to those
/// of the entry before it, and of the first to those of the head; `life`, how long it is kept after
/// that, to that of the head. `sender` is 0 when sealed, else the number of the tag from 1. An
/// entry takes some 24 bytes.
///
/// @param sha256 of the segment's bytes
/// @param entries in increasing position, at least one
public record Directory(Bytes sha256, List<Entry> entries) {
  private static final byte VERSION = 1;
  private static final int DIGEST = 32;
  private static final int KEY = 16;
  private static final int HEAD = 1 + DIGEST + 3 * Long.BYTES;
  private static final int LONGEST_VARINT = 10;
  private static final int LONGEST_ENTRY = KEY + 5 * LONGEST_VARINT;

  /// What is known of one envelope.
  ///
  /// @param position its place in the mailbox
  /// @param dedupe its key of idempotency, 16 bytes
  /// @param acceptedAt milliseconds since 1970
  /// @param expiresAt milliseconds since 1970
  /// @param size of the envelope in bytes
  /// @param sender the tag of its sender; empty when sealed
  public record Entry(
      long position,
      Bytes dedupe,
      long acceptedAt,
      long expiresAt,
      int size,
      Optional<Bytes> sender) {}

  /// Checks that there is an entry.
  public Directory {
    entries = List.copyOf(entries);
    if (entries.isEmpty() || entries.size() > Segment.MOST_MAILS) {
      throw new IllegalArgumentException("a segment has 1 to 256 envelopes");
    }
  }

  /// The first position.
  public long first() {
    return entries.getFirst().position;
  }

  /// The last position.
  public long last() {
    return entries.getLast().position;
  }

  /// The sizes of all envelopes together.
  public long size() {
    return entries.stream().mapToLong(Entry::size).sum();
  }

  /// The bytes.
  public byte[] encode() {
    Map<Bytes, Integer> senders = new LinkedHashMap<>();
    entries.forEach(e -> e.sender.ifPresent(tag -> senders.putIfAbsent(tag, senders.size() + 1)));
    Entry first = entries.getFirst();
    long life = first.expiresAt - first.acceptedAt;
    ByteBuffer out =
        ByteBuffer.allocate(
            HEAD + 2 * LONGEST_VARINT + senders.size() * KEY + entries.size() * LONGEST_ENTRY);
    out.put(VERSION).put(sha256.toArray());
    out.putLong(first.position).putLong(first.acceptedAt).putLong(life);
    putVarint(out, senders.size());
    senders.keySet().forEach(tag -> out.put(tag.toArray()));
    putVarint(out, entries.size());
    long position = first.position;
    long acceptedAt = first.acceptedAt;
    for (Entry entry : entries) {
      out.put(entry.dedupe.toArray());
      putVarint(out, entry.position - position);
      putSigned(out, entry.acceptedAt - acceptedAt);
      putSigned(out, entry.expiresAt - entry.acceptedAt - life);
      putVarint(out, entry.size);
      putVarint(out, entry.sender.map(tag -> senders.getOrDefault(tag, 0)).orElse(0));
      position = entry.position;
      acceptedAt = entry.acceptedAt;
    }
    byte[] bytes = new byte[out.position()];
    out.get(0, bytes);
    return bytes;
  }

  /// Reads the bytes.
  ///
  /// @throws IllegalArgumentException if they are none of a directory
  public static Directory decode(byte[] bytes) {
    try {
      return read(ByteBuffer.wrap(bytes));
    } catch (java.nio.BufferUnderflowException e) {
      throw new IllegalArgumentException("the directory of a segment is cut short", e);
    }
  }

  private static Directory read(ByteBuffer in) {
    if (in.get() != VERSION) {
      throw new IllegalArgumentException("the directory of a segment is of another version");
    }
    Bytes sha256 = bytes(in, DIGEST);
    long position = in.getLong();
    long acceptedAt = in.getLong();
    long life = in.getLong();
    long tags = varint(in);
    List<Bytes> senders = new ArrayList<>();
    for (long i = 0; i < tags; i++) {
      senders.add(bytes(in, KEY));
    }
    long count = varint(in);
    List<Entry> entries = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      Bytes dedupe = bytes(in, KEY);
      position += varint(in);
      acceptedAt += signed(in);
      long expiresAt = acceptedAt + life + signed(in);
      int size = (int) varint(in);
      int sender = (int) varint(in);
      if (size < 0 || sender < 0 || sender > senders.size()) {
        throw new IllegalArgumentException("the directory of a segment is damaged");
      }
      Optional<Bytes> tag = sender == 0 ? Optional.empty() : Optional.of(senders.get(sender - 1));
      entries.add(new Entry(position, dedupe, acceptedAt, expiresAt, size, tag));
    }
    if (in.hasRemaining()) {
      throw new IllegalArgumentException("the directory of a segment is too long");
    }
    return new Directory(sha256, entries);
  }

  private static Bytes bytes(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return Bytes.of(bytes);
  }

  private static void putVarint(ByteBuffer out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.put((byte) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.put((byte) rest);
  }

  private static void putSigned(ByteBuffer out, long value) {
    putVarint(out, (value << 1) ^ (value >> 63));
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = in.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("the directory of a segment is damaged");
  }

  private static long signed(ByteBuffer in) {
    long value = varint(in);
    return (value >>> 1) ^ -(value & 1);
  }
}
