package sotto.client.internal.store;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.client.Status;

/// Which members have an own message to a group, who has read it, and to whom it does not go.
public final class GroupReceipts {
  /// Of one message.
  ///
  /// @param revision the group's revision that it went to
  /// @param recipients to how many other members it went
  /// @param delivered how many have it
  /// @param read how many have read it
  public record Counts(long revision, int recipients, int delivered, int read) {
    /// How far the message has come with all.
    public Optional<Status> all() {
      if (recipients == 0 || delivered < recipients) {
        return Optional.empty();
      }
      return Optional.of(read < recipients ? Status.DELIVERED : Status.READ);
    }
  }

  /// What one member has said, or why nothing will be heard.
  ///
  /// @param status delivered or read, or failed
  /// @param at when that was heard, or given up
  public record Said(Status status, Instant at) {}

  private final Sql sql;

  GroupReceipts(Sql sql) {
    this.sql = sql;
  }

  /// A message was encrypted for members.
  public void sent(long message, long revision, int recipients) {
    sql.update(
        "INSERT INTO group_sent(message, revision, recipients) VALUES(?, ?, ?) ON"
            + " CONFLICT(message) DO UPDATE SET revision = excluded.revision, recipients ="
            + " excluded.recipients",
        message,
        revision,
        recipients);
  }

  /// A message is tried for the first time, or anew after it had failed: whom it did not go to then
  /// may get it now.
  public void anew(long message) {
    sql.update(
        "DELETE FROM group_receipt WHERE message = ? AND status = ?",
        message,
        Codes.of(Status.FAILED));
  }

  /// A message does not go to a member. Does nothing if it has come there.
  ///
  /// @param counted whether the member is one of those that it was encrypted for
  public void failed(long message, AccountId member, boolean counted, long now) {
    int added =
        sql.update(
            "INSERT OR IGNORE INTO group_receipt(message, account_id, status, at) VALUES(?, ?, ?, ?)",
            message,
            member,
            Codes.of(Status.FAILED),
            now);
    if (added > 0 && counted) {
      count(message, -1, 0, 0);
    }
  }

  private void count(long message, int recipients, int delivered, int read) {
    sql.update(
        "UPDATE group_sent SET recipients = recipients + ?, delivered = delivered + ?, read = read +"
            + " ? WHERE message = ?",
        recipients,
        delivered,
        read,
        message);
  }

  /// A member has a message, or has read it; also one that it was not to come to.
  public void add(long message, AccountId member, Status status, long now) {
    Optional<Status> before =
        sql.one(
            "SELECT status FROM group_receipt WHERE message = ? AND account_id = ?",
            r -> Codes.status(r.integer(1)),
            message,
            member);
    if (before.isPresent() && before.get().reached(status)) {
      return;
    }
    boolean failed = before.equals(Optional.of(Status.FAILED));
    sql.update(
        "INSERT INTO group_receipt(message, account_id, status, at) VALUES(?, ?, ?, ?) ON"
            + " CONFLICT(message, account_id) DO UPDATE SET status = excluded.status, at ="
            + " excluded.at",
        message,
        member,
        Codes.of(status),
        now);
    count(
        message, failed ? 1 : 0, failed || before.isEmpty() ? 1 : 0, status == Status.READ ? 1 : 0);
  }

  /// How many have a message.
  public Optional<Counts> of(long message) {
    return sql.one(
        "SELECT revision, recipients, delivered, read FROM group_sent WHERE message = ?",
        r -> new Counts(r.number(1), r.integer(2), r.integer(3), r.integer(4)),
        message);
  }

  /// What is known of members, in the order in which it became known.
  public Map<AccountId, Said> members(long message) {
    record Entry(AccountId account, Said said) {}
    Map<AccountId, Said> all = new LinkedHashMap<>();
    sql.list(
            "SELECT account_id, status, at FROM group_receipt WHERE message = ? ORDER BY at",
            r ->
                new Entry(
                    new AccountId(r.bytes(1)),
                    new Said(Codes.status(r.integer(2)), Instant.ofEpochMilli(r.number(3)))),
            message)
        .forEach(entry -> all.put(entry.account(), entry.said()));
    return all;
  }
}
