package sotto.client.internal.store;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import sotto.chain.AccountId;
import sotto.chain.Bytes;

/// The messages on their way to groups: one row each, whatever the size of the group.
public final class GroupOutgoing {
  private static final String ROWS =
      "SELECT id, contact, message, seed, first_attempt_at, tried, turn, ciphertext, members_left FROM"
          + " group_outbox ";

  private final Sql sql;

  GroupOutgoing(Sql sql) {
    this.sql = sql;
  }

  /// Adds a message.
  public void add(long contact, long message, byte[] seed) {
    sql.update(
        "INSERT INTO group_outbox(contact, message, seed) VALUES(?, ?, ?)", contact, message, seed);
  }

  /// The conversations that have rows.
  public List<Long> groups() {
    return sql.list("SELECT DISTINCT contact FROM group_outbox WHERE parked = 0", r -> r.number(1));
  }

  /// The first rows of a group.
  public List<GroupOutboxRow> lane(long contact, int most) {
    return sql.list(
        ROWS + "WHERE contact = ? AND parked = 0 ORDER BY id LIMIT ?",
        GroupOutgoing::row,
        contact,
        most);
  }

  /// A row, if it is still there.
  public Optional<GroupOutboxRow> find(long id) {
    return sql.one(ROWS + "WHERE id = ?", GroupOutgoing::row, id);
  }

  /// Keeps what goes to all.
  ///
  /// @param turn when that was made, as [KeysGiven] counts
  public void setCiphertext(
      long id, byte[] ciphertext, Collection<AccountId> left, long turn, long now) {
    sql.update(
        "UPDATE group_outbox SET ciphertext = ?, members_left = ?, turn = ?, first_attempt_at ="
            + " coalesce(first_attempt_at, ?) WHERE id = ?",
        ciphertext,
        joined(left),
        turn,
        now,
        id);
  }

  /// Nothing of it was stored: it is encrypted anew.
  public void forgetCiphertext(long id) {
    sql.update("UPDATE group_outbox SET ciphertext = NULL, members_left = NULL WHERE id = ?", id);
  }

  /// The server may have stored some of it.
  public void setTried(long id) {
    sql.update("UPDATE group_outbox SET tried = 1 WHERE id = ?", id);
  }

  /// The server may have stored some of all that is encrypted: it was on its way when a stream
  /// ended.
  public void setAllTried() {
    sql.update("UPDATE group_outbox SET tried = 1 WHERE ciphertext IS NOT NULL AND tried = 0");
  }

  /// Keeps who does not have it yet.
  public void setLeft(long id, Collection<AccountId> left) {
    sql.update(
        "UPDATE group_outbox SET members_left = ?, tried = 1 WHERE id = ?", joined(left), id);
  }

  /// Lets what was written later overtake a message that was never encrypted, until [#unpark].
  public void park(long id) {
    sql.update("UPDATE group_outbox SET parked = 1 WHERE id = ? AND ciphertext IS NULL", id);
  }

  /// Puts a message that was parked at the end of its lane.
  public void unpark(long message) {
    int copied =
        sql.update(
            "INSERT INTO group_outbox(contact, message, seed) SELECT contact, message, seed FROM"
                + " group_outbox WHERE message = ? AND parked = 1",
            message);
    if (copied > 0) {
      sql.update("DELETE FROM group_outbox WHERE message = ? AND parked = 1", message);
    }
  }

  /// Takes a row away.
  public void remove(long id) {
    sql.update("DELETE FROM group_outbox WHERE id = ?", id);
  }

  /// Takes a message's row away.
  public void removeMessage(long message) {
    sql.update("DELETE FROM group_outbox WHERE message = ?", message);
  }

  /// Takes a message's row away if it was never encrypted.
  ///
  /// @return whether it was there
  public boolean removeUnsealed(long message) {
    return sql.update(
            "DELETE FROM group_outbox WHERE message = ? AND first_attempt_at IS NULL", message)
        > 0;
  }

  /// What was first encrypted before a time.
  public List<GroupOutboxRow> attemptedBefore(long limit) {
    return sql.list(ROWS + "WHERE first_attempt_at < ?", GroupOutgoing::row, limit);
  }

  /// All rows of a group.
  public List<GroupOutboxRow> all(long contact) {
    return sql.list(ROWS + "WHERE contact = ? ORDER BY id", GroupOutgoing::row, contact);
  }

  /// Notes which ciphertext carried which message, so that it can be sent again (protocol R3).
  public void log(byte[] ciphertextHash, long message, long now) {
    sql.update(
        "INSERT OR IGNORE INTO group_send_log(ciphertext_hash, message, at) VALUES(?, ?, ?)",
        ciphertextHash,
        message,
        now);
  }

  /// The message that a ciphertext carried, the first time a device asks for it.
  public Optional<Long> takeForResend(
      byte[] ciphertextHash, AccountId account, int device, long now) {
    Optional<Long> found =
        sql.one(
            "SELECT message FROM group_send_log WHERE ciphertext_hash = ?",
            r -> r.number(1),
            ciphertextHash);
    boolean first =
        found.isPresent()
            && sql.update(
                    "INSERT OR IGNORE INTO group_resent(ciphertext_hash, account_id, device, at)"
                        + " VALUES(?, ?, ?, ?)",
                    ciphertextHash,
                    account,
                    device,
                    now)
                > 0;
    return found.filter(_ -> first);
  }

  /// Forgets what is old enough.
  public void forgetBefore(long limit) {
    sql.update("DELETE FROM group_send_log WHERE at < ?", limit);
    sql.update("DELETE FROM group_resent WHERE at < ?", limit);
  }

  private static byte[] joined(Collection<AccountId> accounts) {
    ByteBuffer all = ByteBuffer.allocate(accounts.size() * AccountId.LENGTH);
    accounts.forEach(account -> all.put(account.bytes()));
    return all.array();
  }

  private static SortedSet<AccountId> split(byte[] joined) {
    SortedSet<AccountId> accounts = new TreeSet<>();
    ByteBuffer all = ByteBuffer.wrap(joined);
    while (all.remaining() >= AccountId.LENGTH) {
      accounts.add(new AccountId(all.getLong(), all.getLong()));
    }
    return accounts;
  }

  private static GroupOutboxRow row(Row r) throws SQLException {
    long first = r.number(5);
    return new GroupOutboxRow(
        r.number(1),
        r.number(2),
        r.number(3),
        Bytes.of(r.bytes(4)),
        first == 0 ? Optional.empty() : Optional.of(first),
        r.flag(6),
        r.number(7),
        r.optionalBytes(8).map(Bytes::of),
        split(r.bytes(9)));
  }
}
