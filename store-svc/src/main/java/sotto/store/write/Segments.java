package sotto.store.write;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.store.cold.Directory;
import sotto.store.cold.Marks;
import sotto.store.cold.SegmentName;
import sotto.store.sql.Session;

/// The cold segments of mailboxes, in one transaction (protocol P4).
///
/// ```
/// loose (doomed = 0)  recorded before its blob is put; no envelope is missing from its row yet
///   -> pointed to     one transaction deletes the rows still there, inserts the pointer, and takes the loose row away
///   -> doomed         nothing was left to point to, or nobody did for long
/// pointed to -> doomed   the last of its envelopes has left, its device has, or it is given up
/// doomed -> gone      the blob has been deleted, then the row
/// ```
///
/// A blob that is doomed can never be pointed to any more, so whoever deletes it takes nothing away
/// from a move that was slow.
public final class Segments {
  private static final String COLUMNS =
      "SELECT first_position, blob_id, dedupe_keys, acked FROM inbox_segment"
          + " WHERE account_id = ? AND device_id = ?";

  private final Session session;
  private final long now;

  /// A segment that a device's mailbox points to.
  ///
  /// @param first its first position
  /// @param name of its blob
  /// @param directory what is in it
  /// @param marks what of that has left
  private record Pointer(long first, SegmentName name, Directory directory, Marks marks) {}

  Segments(Session session, long now) {
    this.session = session;
    this.now = now;
  }

  private List<Pointer> pointers(AccountId account, int device, String more, Object... its)
      throws SQLException {
    List<Object> arguments = new ArrayList<>(List.of(account.bytes(), device));
    arguments.addAll(List.of(its));
    return session.list(
        COLUMNS + more,
        row ->
            new Pointer(
                row.getLong(1),
                SegmentName.of(row.getBytes(2)),
                Directory.decode(row.getBytes(3)),
                Marks.of(row.getBytes(4))),
        arguments.toArray());
  }

  /// Where an earlier try put an envelope, if that lies in a segment and has not left.
  public Optional<InboxRow.StoredAt> find(AccountId account, DeviceState device, byte[] dedupe)
      throws SQLException {
    if (!device.hasCold()) {
      return Optional.empty();
    }
    Bytes key = Bytes.of(dedupe);
    if (!device.mayHaveCold(key)) {
      return Optional.empty();
    }
    for (Pointer pointer : pointers(account, device.device, "")) {
      List<Directory.Entry> entries = pointer.directory.entries();
      for (int i = 0; i < entries.size(); i++) {
        Directory.Entry entry = entries.get(i);
        if (entry.dedupe().equals(key) && !pointer.marks.isGone(i)) {
          return Optional.of(InboxRow.StoredAt.earlier(entry.position(), entry.acceptedAt()));
        }
      }
    }
    return Optional.empty();
  }

  /// Removes envelopes of a device whose positions are cold.
  ///
  /// @param positions those found in a segment, there or gone, are taken out
  /// @return how many went
  int remove(AccountId account, DeviceState device, Set<Long> positions) throws SQLException {
    if (!device.hasCold()) {
      return 0;
    }
    long least = positions.stream().mapToLong(p -> p).min().orElse(0);
    long most = positions.stream().mapToLong(p -> p).max().orElse(0);
    int gone = 0;
    for (Pointer pointer :
        pointers(
            account,
            device.device,
            " AND last_position >= ? AND first_position <= ?",
            least,
            most)) {
      Set<Integer> leave = new HashSet<>();
      List<Directory.Entry> entries = pointer.directory.entries();
      for (int i = 0; i < entries.size(); i++) {
        if (positions.remove(entries.get(i).position()) && !pointer.marks.isGone(i)) {
          leave.add(i);
        }
      }
      gone += leave(account, device, pointer, leave);
    }
    return gone;
  }

  /// Removes the envelopes of a device's segments whose time is over. If it was there while they
  /// were, and did not get them, it is told of a gap when it next connects: then their segment
  /// could not be read.
  ///
  /// @return how many went
  public int expire(AccountId account, DeviceState device) throws SQLException {
    int gone = 0;
    for (Pointer pointer : pointers(account, device.device, " AND expires_at <= ?", now)) {
      Set<Integer> leave = new HashSet<>();
      List<Directory.Entry> entries = pointer.directory.entries();
      for (int i = 0; i < entries.size(); i++) {
        Directory.Entry entry = entries.get(i);
        if (entry.expiresAt() <= now && !pointer.marks.isGone(i)) {
          leave.add(i);
          if (device.lastSeenDay > entry.acceptedAt()) {
            device.noteGap(session, account, now);
          }
        }
      }
      gone += leave(account, device, pointer, leave);
    }
    return gone;
  }

  /// Gives up a segment whose blob is gone or damaged for good: the device is told of a gap when it
  /// next connects.
  ///
  /// @return how many envelopes are lost; 0 if it is pointed to no more
  public int giveUp(AccountId account, DeviceState device, SegmentName name) throws SQLException {
    for (Pointer pointer : pointers(account, device.device, " AND blob_id = ?", name.toArray())) {
      Set<Integer> leave = new HashSet<>();
      for (int i = 0; i < pointer.directory.entries().size(); i++) {
        if (!pointer.marks.isGone(i)) {
          leave.add(i);
        }
      }
      device.noteGap(session, account, now);
      return leave(account, device, pointer, leave);
    }
    return 0;
  }

  private int leave(AccountId account, DeviceState device, Pointer pointer, Set<Integer> leave)
      throws SQLException {
    if (leave.isEmpty()) {
      return 0;
    }
    List<Directory.Entry> entries = pointer.directory.entries();
    for (int index : leave) {
      pointer.marks.mark(index);
      device.remove(entries.get(index).size(), entries.get(index).sender());
    }
    if (pointer.marks.count() == entries.size()) {
      session.update(
          "DELETE FROM inbox_segment"
              + " WHERE account_id = ? AND device_id = ? AND first_position = ?",
          account.bytes(),
          device.device,
          pointer.first);
      doom(account, pointer.name);
      device.removeCold(pointer.directory);
    } else {
      session.update(
          "UPDATE inbox_segment SET acked = ?, expires_at = ?"
              + " WHERE account_id = ? AND device_id = ? AND first_position = ?",
          pointer.marks.toArray(),
          nextExpiry(pointer.directory, pointer.marks),
          account.bytes(),
          device.device,
          pointer.first);
    }
    return leave.size();
  }

  private static long nextExpiry(Directory directory, Marks marks) {
    long next = Long.MAX_VALUE;
    for (int i = 0; i < directory.entries().size(); i++) {
      if (!marks.isGone(i)) {
        next = Math.min(next, directory.entries().get(i).expiresAt());
      }
    }
    return next;
  }

  /// Forgets all segments of a device that leaves its account; their blobs are to be deleted.
  public void removeAll(AccountId account, int device) throws SQLException {
    List<SegmentName> names =
        session.list(
            "SELECT blob_id FROM inbox_segment WHERE account_id = ? AND device_id = ?",
            row -> SegmentName.of(row.getBytes(1)),
            account.bytes(),
            device);
    for (SegmentName name : names) {
      doom(account, name);
    }
    session.update(
        "DELETE FROM inbox_segment WHERE account_id = ? AND device_id = ?",
        account.bytes(),
        device);
  }

  /// Forgets some of the segments of an account that has ended; their blobs are to be deleted.
  ///
  /// @return how many, at most `most`
  public int removeSome(AccountId account, int most) throws SQLException {
    List<Left> left =
        session.list(
            "SELECT device_id, first_position, blob_id FROM inbox_segment"
                + " WHERE account_id = ? LIMIT ?",
            row -> new Left(row.getInt(1), row.getLong(2), SegmentName.of(row.getBytes(3))),
            account.bytes(),
            most);
    for (Left one : left) {
      doom(account, one.name);
      session.update(
          "DELETE FROM inbox_segment"
              + " WHERE account_id = ? AND device_id = ? AND first_position = ?",
          account.bytes(),
          one.device,
          one.first);
    }
    return left.size();
  }

  private record Left(int device, long first, SegmentName name) {}

  /// Records that a blob is going to be put.
  public void intend(AccountId account, SegmentName name) throws SQLException {
    insertLoose(account, name, 0);
  }

  private void doom(AccountId account, SegmentName name) throws SQLException {
    insertLoose(account, name, 1);
  }

  private void insertLoose(AccountId account, SegmentName name, int doomed) throws SQLException {
    session.update(
        "INSERT INTO loose_segment (account_id, blob_id, doomed, since) VALUES (?, ?, ?, ?)",
        account.bytes(),
        name.toArray(),
        doomed,
        now);
  }

  /// Dooms what is loose: from now on nothing can point to it.
  ///
  /// @return whether it is loose, doomed now or before
  public boolean doomLoose(AccountId account, SegmentName name) throws SQLException {
    boolean there = isLoose(account, name);
    session.update(
        "UPDATE loose_segment SET doomed = 1 WHERE account_id = ? AND blob_id = ?",
        account.bytes(),
        name.toArray());
    return there;
  }

  private boolean isLoose(AccountId account, SegmentName name) throws SQLException {
    return session
        .first(
            "SELECT 1 FROM loose_segment WHERE account_id = ? AND blob_id = ?",
            row -> 1,
            account.bytes(),
            name.toArray())
        .isPresent();
  }

  /// Takes the record of a doomed blob away, which has been deleted.
  public void forgetLoose(AccountId account, Collection<SegmentName> names) throws SQLException {
    for (SegmentName name : names) {
      session.update(
          "DELETE FROM loose_segment WHERE account_id = ? AND blob_id = ? AND doomed = 1",
          account.bytes(),
          name.toArray());
    }
  }

  /// Points to a blob that is verified: the rows that are still there go, and the segment stands
  /// for them. Rows and removals of this transaction are flushed.
  ///
  /// @param device that it is for
  /// @return how many envelopes moved; 0 = none, and the blob is doomed, or was before
  public int point(AccountId account, DeviceState device, SegmentName name, Directory directory)
      throws SQLException {
    Set<Long> there =
        new HashSet<>(
            session.list(
                "SELECT position FROM inbox"
                    + " WHERE account_id = ? AND device_id = ? AND position BETWEEN ? AND ?",
                row -> row.getLong(1),
                account.bytes(),
                device.device,
                directory.first(),
                directory.last()));
    Marks marks = Marks.none();
    List<Directory.Entry> entries = directory.entries();
    int moved = 0;
    for (int i = 0; i < entries.size(); i++) {
      if (there.contains(entries.get(i).position())) {
        moved++;
      } else {
        marks.mark(i);
      }
    }
    // Positions increase: between the first and the last nothing can have come in.
    boolean whole = moved == there.size();
    if (moved == 0 || !whole || !takeIntention(account, name)) {
      var _ = doomLoose(account, name);
      return 0;
    }
    int removed =
        session.update(
            "DELETE FROM inbox WHERE account_id = ? AND device_id = ? AND position BETWEEN ? AND ?",
            account.bytes(),
            device.device,
            directory.first(),
            directory.last());
    if (removed != moved) {
      throw new SQLException("other rows were removed than moved");
    }
    session.update(
        "INSERT INTO inbox_segment (account_id, device_id, first_position, last_position, blob_id,"
            + " envelopes, size, expires_at, dedupe_keys, acked)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        account.bytes(),
        device.device,
        directory.first(),
        directory.last(),
        name.toArray(),
        entries.size(),
        directory.size(),
        nextExpiry(directory, marks),
        directory.encode(),
        marks.toArray());
    device.addCold(directory);
    return moved;
  }

  private boolean takeIntention(AccountId account, SegmentName name) throws SQLException {
    return session.update(
            "DELETE FROM loose_segment WHERE account_id = ? AND blob_id = ? AND doomed = 0",
            account.bytes(),
            name.toArray())
        == 1;
  }
}
