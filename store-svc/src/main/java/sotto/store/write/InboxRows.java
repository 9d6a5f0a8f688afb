package sotto.store.write;

import com.google.protobuf.ByteString;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.store.sql.Dialect;
import sotto.store.sql.Session;

/// The envelopes of one transaction. Many go in with one statement; a row whose dedupe key is there
/// already is left out by the database, and its place is looked up.
public final class InboxRows {
  // Few shapes of statements: up to 16 rows, then multiples of 16.
  private static final int STEP = 16;
  private static final int ROWS_AT_ONCE = 256;
  // A database takes statements of a few MiB.
  private static final int BYTES_AT_ONCE = 4 << 20;
  private static final String COLUMNS =
      "inbox (account_id, device_id, position, dedupe, accepted_at, expires_at, size, sender_tag,"
          + " envelope) VALUES ";
  private static final String VALUES = "(?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private final Session session;
  private final Dialect dialect;
  private final long acceptedAt;
  private final long expiresAt;
  private final Ownership ownership;
  private final List<InboxRow> waiting = new ArrayList<>();
  private long stored;

  InboxRows(
      Session session, Dialect dialect, Ownership ownership, long acceptedAt, long lifeMillis) {
    this.session = session;
    this.dialect = dialect;
    this.ownership = ownership;
    this.acceptedAt = acceptedAt;
    this.expiresAt = acceptedAt + lifeMillis;
  }

  /// When the rows of this transaction count as accepted, milliseconds since 1970.
  public long acceptedAt() {
    return acceptedAt;
  }

  /// Asks for a place behind all that the device has.
  public InboxRow add(
      AccountId account,
      DeviceState device,
      byte[] dedupe,
      Optional<Bytes> sender,
      ByteString envelope) {
    long position = ownership.next(account.bucket());
    InboxRow row = new InboxRow(account, device, position, dedupe, sender, envelope);
    device.add(envelope.size(), sender);
    waiting.add(row);
    return row;
  }

  /// Where an earlier try put an envelope, if it is still there.
  public Optional<InboxRow.StoredAt> find(AccountId account, int device, byte[] dedupe)
      throws SQLException {
    return session.first(
        "SELECT position, accepted_at FROM inbox"
            + " WHERE account_id = ? AND device_id = ? AND dedupe = ?",
        row -> InboxRow.StoredAt.earlier(row.getLong(1), row.getLong(2)),
        account.bytes(),
        device,
        dedupe);
  }

  /// Inserts what waits and tells each row its place.
  public void flush() throws SQLException {
    for (int from = 0; from < waiting.size(); ) {
      int left = fitting(from);
      int size = left <= STEP ? left : left - left % STEP;
      insert(waiting.subList(from, from + size));
      from += size;
    }
    waiting.clear();
  }

  /// How many of the rows that wait one statement may take: one at least.
  private int fitting(int from) {
    int most = Math.min(ROWS_AT_ONCE, waiting.size() - from);
    long bytes = 0;
    for (int i = 0; i < most; i++) {
      bytes += waiting.get(from + i).envelope.size();
      if (bytes > BYTES_AT_ONCE) {
        return Math.max(1, i);
      }
    }
    return most;
  }

  private void insert(List<InboxRow> rows) throws SQLException {
    String sql =
        dialect.insertIgnore() + COLUMNS + VALUES + (", " + VALUES).repeat(rows.size() - 1);
    List<Object> arguments = new ArrayList<>(rows.size() * 9);
    for (InboxRow row : rows) {
      arguments.add(row.account.bytes());
      arguments.add(row.device.device);
      arguments.add(row.position);
      arguments.add(row.dedupe);
      arguments.add(acceptedAt);
      arguments.add(expiresAt);
      arguments.add(row.envelope.size());
      arguments.add(row.sender.<Object>map(Bytes::toArray).orElse(Session.NULL));
      arguments.add(row.envelope.toByteArray());
    }
    int inserted = session.update(sql, arguments.toArray());
    stored += inserted;
    if (inserted == rows.size()) {
      rows.forEach(this::chain);
    } else {
      settleSome(rows, inserted);
    }
  }

  private record Key(AccountId account, int device, Bytes dedupe) {}

  /// Fewer rows in than sent: what has a dedupe key that was there keeps its first place.
  private void settleSome(List<InboxRow> rows, int inserted) throws SQLException {
    Map<Key, InboxRow.StoredAt> places = places(rows);
    int fresh = 0;
    for (InboxRow row : rows) {
      InboxRow.StoredAt there =
          places.get(new Key(row.account, row.device.device, Bytes.of(row.dedupe)));
      if (there == null) {
        throw new SQLException("a row was left out and is not there");
      }
      if (there.position() == row.position) {
        chain(row);
        fresh++;
      } else {
        row.device.remove(row.envelope.size(), row.sender);
        row.place(there);
      }
    }
    if (fresh != inserted) {
      throw new SQLException("the database counts other rows than there are");
    }
  }

  private Map<Key, InboxRow.StoredAt> places(List<InboxRow> rows) throws SQLException {
    List<Object> arguments = new ArrayList<>();
    for (InboxRow row : rows) {
      arguments.addAll(List.of(row.account.bytes(), row.device.device, row.dedupe));
    }
    Map<Key, InboxRow.StoredAt> places = new HashMap<>();
    session.list(
        "SELECT account_id, device_id, dedupe, position, accepted_at FROM inbox"
            + " WHERE "
            + dialect.anyOf(List.of("account_id", "device_id", "dedupe"), rows.size()),
        row ->
            places.put(
                new Key(new AccountId(row.getBytes(1)), row.getInt(2), Bytes.of(row.getBytes(3))),
                InboxRow.StoredAt.earlier(row.getLong(4), row.getLong(5))),
        arguments.toArray());
    return places;
  }

  private void chain(InboxRow row) {
    long previous = row.device.follow(row.position);
    row.place(new InboxRow.StoredAt(row.position, previous, acceptedAt, true));
  }

  /// How many rows went in.
  long stored() {
    return stored;
  }
}
