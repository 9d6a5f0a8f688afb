package sotto.store.decision;

import java.sql.SQLException;
import java.util.OptionalLong;
import sotto.chain.AccountId;
import sotto.store.sql.Readers;
import sotto.store.sql.Session;

/// What an operator has decided about an account.
///
/// @param disabledAt when it was disabled, milliseconds since 1970; 0 = it is not
/// @param keptBytes how much it may keep in the blob store; empty = as much as every account
public record Decision(long disabledAt, OptionalLong keptBytes) {
  /// About an account that is as all others.
  public static final Decision NONE = new Decision(0, OptionalLong.empty());

  private static final long USUAL = -1;

  /// Whether it is locked out.
  public boolean disabled() {
    return disabledAt != 0;
  }

  /// The same, disabled at some time, or not (0).
  public Decision disabledAt(long millis) {
    return new Decision(millis, keptBytes);
  }

  /// The same with another quota.
  public Decision keeping(OptionalLong bytes) {
    return new Decision(disabledAt, bytes);
  }

  /// What there is about an account.
  public static Decision read(Session session, AccountId account) throws SQLException {
    return session
        .first(
            "SELECT disabled_at, kept_bytes FROM account_decision WHERE account_id = ?",
            row ->
                new Decision(
                    row.getLong(1),
                    row.getLong(2) == USUAL
                        ? OptionalLong.empty()
                        : OptionalLong.of(row.getLong(2))),
            account.bytes())
        .orElse(NONE);
  }

  /// Whether an account is locked out, as it is committed.
  public static boolean disabled(Readers readers, AccountId account) {
    return readers.ask(session -> read(session, account)).disabled();
  }

  /// Writes it in place of what there is.
  public void write(Session session, AccountId account) throws SQLException {
    forget(session, account);
    if (!equals(NONE)) {
      session.update(
          "INSERT INTO account_decision (account_id, disabled_at, kept_bytes) VALUES (?, ?, ?)",
          account.bytes(),
          disabledAt,
          keptBytes.orElse(USUAL));
    }
  }

  /// Takes it away.
  public static void forget(Session session, AccountId account) throws SQLException {
    session.update("DELETE FROM account_decision WHERE account_id = ?", account.bytes());
  }
}
