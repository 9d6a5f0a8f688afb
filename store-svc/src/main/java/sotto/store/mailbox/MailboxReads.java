package sotto.store.mailbox;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chat.v1.Delivery;
import sotto.mailbox.v1.CheckMissedRequest;
import sotto.mailbox.v1.CheckMissedResponse;
import sotto.mailbox.v1.GetLastSeenRequest;
import sotto.mailbox.v1.Moved;
import sotto.mailbox.v1.ReadRequest;
import sotto.mailbox.v1.ReadResponse;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.store.sql.Placeholders;
import sotto.store.sql.Readers;
import sotto.store.sql.Session;
import sotto.store.write.Call;
import sotto.store.write.Fate;
import sotto.store.write.Ownership;
import sotto.store.write.Writers;

/// What is read of mailboxes, from the primary.
final class MailboxReads {
  private static final int ROWS_AT_ONCE = 16;
  private static final int ACCOUNTS_AT_ONCE = 256;
  private static final int HASH = 32;

  private final Readers readers;
  private final Writers writers;
  private final ColdReads cold;

  MailboxReads(Readers readers, Writers writers, ColdReads cold) {
    this.readers = readers;
    this.writers = writers;
    this.cold = cold;
  }

  /// What one look at the database gave.
  ///
  /// @param rows a page of rows
  /// @param pointers segments that reach behind the position asked for, looked up behind the rows
  /// @param standing of the bucket, looked up last
  private record Looked(
      ReadResponse rows, List<ColdReads.Pointer> pointers, Ownership.Standing standing) {}

  /// A page of a mailbox. `last` begins with the owner's value, taken before the query (protocol
  /// P2). Segments come first, and are asked for behind the rows and only where the owner does not
  /// know that there are none: a mailbox without cost no statement more.
  ReadResponse read(ReadRequest request) {
    ReadResponse page = readOnce(request);
    while (page.getMore() && page.getDeliveriesCount() == 0) {
      // All of it moved and was acked while it was read.
      page = readOnce(request.toBuilder().setAfter(page.getLast()).build());
    }
    return page;
  }

  private ReadResponse readOnce(ReadRequest request) {
    AccountId account = new AccountId(request.getAccountId().toByteArray());
    if (writers.claim(account.bucket())
        instanceof Call.NotDone<Boolean>(Fate.Moved(String owner))) {
      return moved(owner);
    }
    long last = writers.last(account, request.getDevice());
    Looked looked =
        readers.ask(session -> {
          ReadResponse rows = page(session, request, last);
          List<ColdReads.Pointer> pointers =
              writers.mayHaveCold(account, request.getDevice())
                  ? ColdReads.pointers(session, request)
                  : List.of();
          return new Looked(
              rows,
              pointers,
              look(session, Set.of(account.bucket()))
                  .getOrDefault(account.bucket(), new Ownership.Unsure()));
        });
    return switch (looked.standing) {
      case Ownership.Moved(String owner) -> moved(owner);
      case Ownership.Unsure _ ->
          throw Statuses.of(Reason.UNAVAILABLE, "the bucket is being taken over");
      // No session is held while the blob store is asked.
      case Ownership.Owned _ ->
          looked.pointers.isEmpty()
              ? looked.rows
              : cold.page(request, looked.pointers, looked.rows);
    };
  }

  private Map<Integer, Ownership.Standing> look(Session session, Set<Integer> buckets)
      throws SQLException {
    return writers.ownership().look(session, buckets);
  }

  private static ReadResponse moved(String owner) {
    return ReadResponse.newBuilder().setMoved(Moved.newBuilder().setOwner(owner)).build();
  }

  private static ReadResponse page(Session session, ReadRequest request, long ownersLast)
      throws SQLException {
    ReadResponse.Builder page = ReadResponse.newBuilder();
    long after = request.getAfter();
    long bytes = 0;
    while (true) {
      List<Delivery> rows = rows(session, request, after);
      for (Delivery row : rows) {
        bytes += row.getEnvelope().size();
        boolean first = page.getDeliveriesCount() == 0;
        boolean full = page.getDeliveriesCount() == request.getMaxEnvelopes();
        if (!first && (full || bytes > request.getMaxBytes())) {
          return page.setMore(true).setLast(after).build();
        }
        page.addDeliveries(row);
        after = row.getPosition();
      }
      if (rows.size() < ROWS_AT_ONCE) {
        return page.setLast(Math.max(after(page), ownersLast)).build();
      }
    }
  }

  /// The last row's position; the position asked for does not count, it may be made up.
  private static long after(ReadResponse.Builder page) {
    int count = page.getDeliveriesCount();
    return count == 0 ? 0 : page.getDeliveries(count - 1).getPosition();
  }

  private static List<Delivery> rows(Session session, ReadRequest request, long after)
      throws SQLException {
    return session.list(
        "SELECT position, accepted_at, envelope FROM inbox"
            + " WHERE account_id = ? AND device_id = ? AND position > ? ORDER BY position LIMIT ?",
        row ->
            Delivery.newBuilder()
                .setPosition(row.getLong(1))
                .setAcceptedAtMs(row.getLong(2))
                .setEnvelope(UnsafeByteOperations.unsafeWrap(row.getBytes(3)))
                .build(),
        request.getAccountId().toByteArray(),
        request.getDevice(),
        after,
        ROWS_AT_ONCE);
  }

  private record Device(AccountId account, int device) {}

  /// Which devices have something behind their position, are removed or locked out, or are another
  /// owner's.
  ///
  /// The bucket rows are read after everything else: an answer *nothing missed* was true then
  /// (protocol B6).
  ///
  /// @param stale takes the devices that were not noted as being there since this day began
  CheckMissedResponse checkMissed(
      CheckMissedRequest request, long today, Collection<DeviceAddress> stale) {
    List<Device> asked =
        request.getDevicesList().stream()
            .map(d -> new Device(new AccountId(d.getAccountId().toByteArray()), d.getDevice()))
            .toList();
    Set<Integer> buckets = new TreeSet<>();
    asked.forEach(d -> buckets.add(d.account.bucket()));
    writers.claim(buckets);
    return readers.ask(session -> {
      Map<Device, Long> lastSeen = lastSeenDays(session, asked);
      Set<AccountId> lockedOut = lockedOut(session, asked);
      Map<Device, Long> highest = new HashMap<>(highest(session, asked));
      // Behind the rows: what moves in between is then found here.
      highestCold(session, asked)
          .forEach((device, position) -> highest.merge(device, position, Math::max));
      Map<Integer, Ownership.Standing> standings = new HashMap<>(look(session, buckets));
      CheckMissedResponse.Builder response = CheckMissedResponse.newBuilder();
      for (int i = 0; i < asked.size(); i++) {
        Device device = asked.get(i);
        var standing = standings.get(device.account.bucket());
        if (!(standing instanceof Ownership.Owned)) {
          response
              .addMoved(i)
              .addMovedTo(standing instanceof Ownership.Moved(String owner) ? owner : "");
          continue;
        }
        Long day = lastSeen.get(device);
        if (day == null) {
          response.addRemoved(i);
          continue;
        }
        if (lockedOut.contains(device.account)) {
          response.addLockedOut(i);
          continue;
        }
        if (highest.getOrDefault(device, 0L) > request.getDevices(i).getLast()) {
          response.addMissed(i);
        }
        if (day < today) {
          stale.add(new DeviceAddress(device.account, new DeviceId(device.device)));
        }
      }
      return response.build();
    });
  }

  private static Map<Device, Long> lastSeenDays(Session session, List<Device> asked)
      throws SQLException {
    return byDevice(
        session,
        "SELECT account_id, device_id, last_seen_day FROM device WHERE account_id IN ",
        "",
        asked);
  }

  private static Set<AccountId> lockedOut(Session session, List<Device> asked) throws SQLException {
    Set<AccountId> found = new HashSet<>();
    List<byte[]> ids =
        asked.stream().map(Device::account).distinct().map(AccountId::bytes).toList();
    for (int from = 0; from < ids.size(); from += ACCOUNTS_AT_ONCE) {
      List<byte[]> some = ids.subList(from, Math.min(ids.size(), from + ACCOUNTS_AT_ONCE));
      found.addAll(
          session.list(
              "SELECT account_id FROM account_decision WHERE disabled_at <> 0 AND account_id IN "
                  + Placeholders.in(some.size()),
              row -> new AccountId(row.getBytes(1)),
              Placeholders.fill(some).toArray()));
    }
    return found;
  }

  /// The last position of each mailbox that is not empty.
  private static Map<Device, Long> highest(Session session, List<Device> asked)
      throws SQLException {
    return byDevice(
        session,
        "SELECT account_id, device_id, MAX(position) FROM inbox WHERE account_id IN ",
        " GROUP BY account_id, device_id",
        asked);
  }

  /// The last position of each mailbox's segments, of those that may have some.
  private Map<Device, Long> highestCold(Session session, List<Device> asked) throws SQLException {
    return byDevice(
        session,
        "SELECT account_id, device_id, MAX(last_position) FROM inbox_segment WHERE account_id IN ",
        " GROUP BY account_id, device_id",
        asked.stream().filter(d -> writers.mayHaveCold(d.account, d.device)).toList());
  }

  private static Map<Device, Long> byDevice(
      Session session, String select, String end, List<Device> asked) throws SQLException {
    Map<Device, Long> found = new HashMap<>();
    List<byte[]> ids =
        asked.stream().map(Device::account).distinct().map(AccountId::bytes).toList();
    for (int from = 0; from < ids.size(); from += ACCOUNTS_AT_ONCE) {
      List<byte[]> some = ids.subList(from, Math.min(ids.size(), from + ACCOUNTS_AT_ONCE));
      session.list(
          select + Placeholders.in(some.size()) + end,
          row ->
              found.put(new Device(new AccountId(row.getBytes(1)), row.getInt(2)), row.getLong(3)),
          Placeholders.fill(some).toArray());
    }
    return found;
  }

  private record Seen(long lastSeen, ByteString hashes) {}

  /// When an account was last connected, for one of its access keys; 0 for anyone else.
  long lastSeen(GetLastSeenRequest request) {
    byte[] wanted = sha256(request.getAccessKey());
    Seen seen =
        readers
            .ask(session ->
                session.first(
                    "SELECT last_seen, access_key_hashes FROM account WHERE account_id = ?",
                    row -> new Seen(row.getLong(1), ByteString.copyFrom(row.getBytes(2))),
                    request.getAccountId().toByteArray()))
            .orElse(new Seen(0, ByteString.EMPTY));
    ByteString hashes = seen.hashes;
    boolean known = false;
    for (int at = 0; at + HASH <= hashes.size(); at += HASH) {
      known |= MessageDigest.isEqual(hashes.substring(at, at + HASH).toByteArray(), wanted);
    }
    return known ? seen.lastSeen : 0;
  }

  private static byte[] sha256(ByteString key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.toByteArray());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
