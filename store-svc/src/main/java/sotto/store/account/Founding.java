package sotto.store.account;

import java.sql.SQLException;
import java.util.Optional;
import sotto.account.v1.DeviceRegistration;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Change;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceEntry;
import sotto.chain.Link;
import sotto.store.keys.PreKeys;
import sotto.store.sql.Session;
import sotto.store.write.Batch;

/// Makes an account: its row, link 0, the first device and its keys, in one transaction (protocol
/// L5). Done again, it changes nothing but the name an account without one asks for.
///
/// Link 0 is public, so anyone can ask for this with it: what the account has is never replaced.
final class Founding {
  /// What it came to.
  sealed interface Outcome {}

  /// The account exists and its row has the name, or none was asked for.
  record Exists() implements Outcome {}

  /// The account exists and its row has another name.
  ///
  /// @param name that name
  record HasName(String name) implements Outcome {}

  /// The account is not as the request has it.
  ///
  /// @param reason why, for people
  record Refused(String reason) implements Outcome {}

  private record Row(boolean ended, String username) {}

  private Founding() {}

  /// Makes the account if it does not exist.
  ///
  /// @param name the name it has claimed; empty = none
  /// @param instead the name its row may have that this one replaces; empty = none
  static Outcome found(
      Batch batch, AccountChain chain, DeviceRegistration device, String name, String instead)
      throws SQLException {
    AccountId account = chain.id();
    Optional<Row> row =
        batch
            .session()
            .first(
                "SELECT ended, username FROM account WHERE account_id = ?",
                r -> new Row(r.getInt(1) != 0, r.getString(2)),
                account.bytes());
    if (row.isEmpty()) {
      insert(batch, chain, device, name);
      return new Exists();
    }
    if (row.get().ended) {
      return new Refused("ENDED");
    }
    Optional<Integer> registered =
        batch
            .session()
            .first(
                "SELECT registration_id FROM device WHERE account_id = ? AND device_id = ?",
                r -> r.getInt(1),
                account.bytes(),
                chain.foundingDevice().device().number());
    if (registered.isEmpty() || registered.get() != device.getRegistrationId()) {
      return new Refused("ANOTHER_INSTALLATION");
    }
    String has = row.get().username;
    if (name.isEmpty() || has.equals(name)) {
      return new Exists();
    }
    if (!has.equals(instead)) {
      return new HasName(has);
    }
    batch
        .session()
        .update("UPDATE account SET username = ? WHERE account_id = ?", name, account.bytes());
    return new Exists();
  }

  private static void insert(
      Batch batch, AccountChain chain, DeviceRegistration device, String name) throws SQLException {
    Link link = chain.links().getFirst();
    Session session = batch.session();
    session.update(
        "INSERT INTO account (account_id, chain_sequence, head_hash, ended, username, created_at,"
            + " last_seen, access_key_hashes) VALUES (?, 0, ?, 0, ?, ?, 0, ?)",
        chain.id().bytes(),
        link.hash().bytes(),
        name,
        batch.rows().acceptedAt(),
        new byte[0]);
    insertLink(session, chain.id(), link);
    insertDevice(batch, chain.id(), chain.foundingDevice(), device);
  }

  static void insertLink(Session session, AccountId account, Link link) throws SQLException {
    session.update(
        "INSERT INTO link (account_id, sequence, bytes) VALUES (?, ?, ?)",
        account.bytes(),
        (int) link.body().sequence(),
        link.bytes());
  }

  /// Stores what a new device consists of, beside its link.
  static void insertDevice(
      Batch batch, AccountId account, DeviceEntry entry, DeviceRegistration device)
      throws SQLException {
    batch
        .session()
        .update(
            "INSERT INTO device (account_id, device_id, registration_id, identity_key, auth_key,"
                + " connection_number, created_at, last_seen_day, missed_since)"
                + " VALUES (?, ?, ?, ?, ?, 0, ?, 0, 0)",
            account.bytes(),
            entry.device().number(),
            device.getRegistrationId(),
            entry.identityKey().toArray(),
            entry.authKey().bytes(),
            batch.rows().acceptedAt());
    PreKeys.insert(batch, new DeviceAddress(account, entry.device()), device);
  }

  /// The entry of the device that a link adds.
  static Optional<DeviceEntry> added(Link link) {
    return link.body().change() instanceof Change.AddDevice(DeviceEntry entry)
        ? Optional.of(entry)
        : Optional.empty();
  }
}
