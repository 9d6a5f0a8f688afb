package sotto.store.mailbox;

import com.google.protobuf.ByteString;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chat.v1.Diverged;
import sotto.mailbox.v1.DeviceAck;
import sotto.mailbox.v1.DeviceLockedOut;
import sotto.mailbox.v1.DeviceRemoved;
import sotto.mailbox.v1.LastSeen;
import sotto.mailbox.v1.NumberTooHigh;
import sotto.mailbox.v1.OpenDevice;
import sotto.mailbox.v1.OpenDeviceResult;
import sotto.mailbox.v1.Opened;
import sotto.store.sql.Session;
import sotto.store.write.AccountState;
import sotto.store.write.Batch;
import sotto.store.write.DeviceState;

/// What mailboxes are changed by beside appends. Each method is the work of one job.
final class MailboxWrites {
  /// How far a connection number may be above the highest (protocol C1).
  static final long LARGEST_STEP = 1L << 20;

  private static final long DAY = Duration.ofDays(1).toMillis();

  private MailboxWrites() {}

  /// Notes that a device connects (protocol C1): its number must be above all before it, but not
  /// far, and it must have been answered for the highest of them.
  static OpenDeviceResult open(Batch batch, OpenDevice request) throws SQLException {
    AccountId account = new AccountId(request.getAccountId().toByteArray());
    Optional<DeviceState> found = batch.device(account, request.getDevice());
    if (found.isEmpty()) {
      return OpenDeviceResult.newBuilder().setRemoved(DeviceRemoved.getDefaultInstance()).build();
    }
    if (batch.account(account).map(AccountState::lockedOut).orElse(false)) {
      return OpenDeviceResult.newBuilder()
          .setLockedOut(DeviceLockedOut.getDefaultInstance())
          .build();
    }
    DeviceState device = found.get();
    long number = request.getConnectionNumber();
    // Numbers are unsigned on the wire: one above 2^63 is far too high.
    if (number < 0 || number - device.connectionNumber > LARGEST_STEP) {
      return OpenDeviceResult.newBuilder().setTooHigh(NumberTooHigh.getDefaultInstance()).build();
    }
    if (number <= device.connectionNumber
        || (request.hasHeard() && request.getHeard() < device.connectionNumber)) {
      return OpenDeviceResult.newBuilder()
          .setDiverged(Diverged.newBuilder().setHighest(device.connectionNumber))
          .build();
    }
    long missedSince = device.missedSince;
    device.connectionNumber = number;
    device.missedSince = 0;
    device.lastSeenDay = day(batch);
    batch
        .session()
        .update(
            "UPDATE device SET connection_number = ?, last_seen_day = ?, missed_since = 0"
                + " WHERE account_id = ? AND device_id = ?",
            number,
            device.lastSeenDay,
            account.bytes(),
            device.device);
    return OpenDeviceResult.newBuilder()
        .setOpened(Opened.newBuilder().setMissedSinceMs(missedSince))
        .build();
  }

  /// Removes acknowledged envelopes; those that are not there are ignored.
  static Boolean ack(Batch batch, DeviceAck ack) throws SQLException {
    AccountId account = new AccountId(ack.getAccountId().toByteArray());
    batch.removals().add(account, ack.getDevice(), ack.getPositionsList());
    return seen(batch, account, ack.getDevice());
  }

  /// Notes once a day that a device is there.
  static Boolean seen(Batch batch, AccountId account, int number) throws SQLException {
    Optional<DeviceState> device = batch.device(account, number);
    long day = day(batch);
    if (device.isEmpty() || device.get().lastSeenDay >= day) {
      return false;
    }
    device.get().lastSeenDay = day;
    batch
        .session()
        .update(
            "UPDATE device SET last_seen_day = ? WHERE account_id = ? AND device_id = ?",
            day,
            account.bytes(),
            number);
    return true;
  }

  static long day(Batch batch) {
    return day(batch.rows().acceptedAt());
  }

  static long day(long millis) {
    return millis - Math.floorMod(millis, DAY);
  }

  /// Notes when an account was last connected; never earlier than noted before, and not of one that
  /// has ended.
  static Integer lastSeen(Session session, LastSeen seen) throws SQLException {
    ByteString hashes = ByteString.copyFrom(seen.getAccessKeyHashesList());
    return session.update(
        "UPDATE account SET last_seen = CASE WHEN last_seen > ? THEN last_seen ELSE ? END,"
            + " access_key_hashes = ? WHERE account_id = ? AND ended = 0",
        seen.getLastSeenMs(),
        seen.getLastSeenMs(),
        hashes.toByteArray(),
        seen.getAccountId().toByteArray());
  }
}
