package sotto.store.mailbox;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
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
import sotto.mailbox.v1.DevicePosition;
import sotto.mailbox.v1.GetLastSeenRequest;
import sotto.mailbox.v1.Moved;
import sotto.mailbox.v1.ReadRequest;
import sotto.mailbox.v1.ReadResponse;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.store.sql.Readers;
import sotto.store.sql.Session;
import sotto.store.write.Ownership;
import sotto.store.write.Writers;

/// What is read of mailboxes, from the primary.
final class MailboxReads {
  private static final int ROWS_AT_ONCE = 16;
  private static final int HASH = 32;

  private final Readers readers;
  private final Writers writers;

  MailboxReads(Readers readers, Writers writers) {
    this.readers = readers;
    this.writers = writers;
  }

  /// A page of a mailbox. `last` begins with the owner's value, taken before the query (protocol
  /// P2).
  ReadResponse read(ReadRequest request) {
    AccountId account = new AccountId(request.getAccountId().toByteArray());
    long last = writers.last(account, request.getDevice());
    return readers.ask(session -> {
      ReadResponse page = page(session, request, last);
      return switch (look(session, Set.of(account.bucket())).get(account.bucket())) {
        case Ownership.Moved(String owner) -> moved(owner);
        case Ownership.Unsure _ ->
            throw Statuses.of(Reason.UNAVAILABLE, "the bucket is being taken over");
        case Ownership.Owned _ -> page;
        case null -> throw new IllegalStateException("no such bucket");
      };
    });
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

  private record Device(boolean exists, long lastSeenDay, boolean missed) {}

  /// Which devices have something behind their position, are removed, or are another owner's.
  ///
  /// The bucket rows are read after everything else: an answer *nothing missed* was true then
  /// (protocol B6).
  ///
  /// @param stale takes the devices that were not noted as being there since this day began
  CheckMissedResponse checkMissed(
      CheckMissedRequest request, long today, Collection<DeviceAddress> stale) {
    return readers.ask(session -> {
      Set<Integer> buckets = new TreeSet<>();
      List<Device> devices = new ArrayList<>();
      for (DevicePosition asked : request.getDevicesList()) {
        buckets.add(new AccountId(asked.getAccountId().toByteArray()).bucket());
        devices.add(device(session, asked));
      }
      Map<Integer, Ownership.Standing> standings = new HashMap<>(look(session, buckets));
      CheckMissedResponse.Builder response = CheckMissedResponse.newBuilder();
      for (int i = 0; i < devices.size(); i++) {
        DevicePosition asked = request.getDevices(i);
        AccountId account = new AccountId(asked.getAccountId().toByteArray());
        Device device = devices.get(i);
        if (!(standings.get(account.bucket()) instanceof Ownership.Owned)) {
          response.addMoved(i);
        } else if (!device.exists) {
          response.addRemoved(i);
        } else {
          if (device.missed) {
            response.addMissed(i);
          }
          if (device.lastSeenDay < today) {
            stale.add(new DeviceAddress(account, new DeviceId(asked.getDevice())));
          }
        }
      }
      return response.build();
    });
  }

  private static Device device(Session session, DevicePosition asked) throws SQLException {
    byte[] account = asked.getAccountId().toByteArray();
    var lastSeenDay =
        session.first(
            "SELECT last_seen_day FROM device WHERE account_id = ? AND device_id = ?",
            row -> row.getLong(1),
            account,
            asked.getDevice());
    boolean missed =
        session
            .first(
                "SELECT position FROM inbox"
                    + " WHERE account_id = ? AND device_id = ? AND position > ? LIMIT 1",
                row -> row.getLong(1),
                account,
                asked.getDevice(),
                asked.getLast())
            .isPresent();
    return new Device(lastSeenDay.isPresent(), lastSeenDay.orElse(0L), missed);
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
