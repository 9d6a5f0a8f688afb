package sotto.client.internal.store;

import java.util.List;
import sotto.chain.AccountId;

/// Envelopes that wait for the chain of their sender (protocol R2).
public final class Waiting {
  /// One of them.
  ///
  /// @param id the row
  /// @param envelope as it came
  /// @param acceptedAt when it became durable at the server
  @SuppressWarnings("ArrayRecordComponent") // compared by id
  public record Entry(long id, byte[] envelope, long acceptedAt) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Entry entry && entry.id == id;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(id);
    }
  }

  /// The most envelopes that wait for one account, as many as a mailbox holds; what comes beyond is
  /// dropped, acknowledged.
  public static final int MAX = 10_000;

  private final Sql sql;

  Waiting(Sql sql) {
    this.sql = sql;
  }

  /// Keeps an envelope.
  public void add(AccountId sender, byte[] envelope, long acceptedAt, long now) {
    if (count(sender) < MAX) {
      sql.update(
          "INSERT INTO waiting(account_id, envelope, accepted_at, since) VALUES(?, ?, ?, ?)",
          sender,
          envelope,
          acceptedAt,
          now);
    }
  }

  private long count(AccountId sender) {
    return sql.number("SELECT count(*) FROM waiting WHERE account_id = ?", sender);
  }

  /// Whether any wait for an account: what comes after them waits too.
  public boolean any(AccountId sender) {
    return sql.number("SELECT 1 FROM waiting WHERE account_id = ? LIMIT 1", sender) == 1;
  }

  /// The accounts that are waited for.
  public List<AccountId> accounts() {
    return sql.list("SELECT DISTINCT account_id FROM waiting", r -> new AccountId(r.bytes(1)));
  }

  /// The first that wait for an account, in order.
  public List<Entry> of(AccountId sender, int most) {
    return sql.list(
        "SELECT id, envelope, accepted_at FROM waiting WHERE account_id = ? ORDER BY id LIMIT ?",
        r -> new Entry(r.number(1), r.bytes(2), r.number(3)),
        sender,
        most);
  }

  /// Takes one away: it has an outcome.
  public void remove(long id) {
    sql.update("DELETE FROM waiting WHERE id = ?", id);
  }

  /// Takes away what waited too long.
  public void forgetBefore(long limit) {
    sql.update("DELETE FROM waiting WHERE since < ?", limit);
  }
}
