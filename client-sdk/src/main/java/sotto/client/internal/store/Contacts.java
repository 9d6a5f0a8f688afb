package sotto.client.internal.store;

import java.util.List;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.client.Username;
import sotto.client.Verification;
import sotto.group.GroupId;

/// The contacts; one conversation each.
public final class Contacts {
  private static final String ROWS =
      "SELECT id, account_id, username, hint, verification, accepted, access_key, changed_account,"
          + " blocked, coalesce((SELECT name FROM profile WHERE profile.account_id ="
          + " contact.account_id), (SELECT title FROM chat_group WHERE chat_group.contact ="
          + " contact.id)), (SELECT group_id FROM chat_group WHERE chat_group.contact = contact.id)"
          + " FROM contact ";

  private final Sql sql;
  private final SearchIndex index;

  Contacts(Sql sql, SearchIndex index) {
    this.sql = sql;
    this.index = index;
  }

  /// A contact by row.
  public ContactRow get(long id) {
    return sql.one(ROWS + "WHERE id = ?", Contacts::row, id).orElseThrow();
  }

  /// A contact by row, if it is still there: two become one when a name turns out to be an
  /// account's.
  public Optional<ContactRow> find(long id) {
    return sql.one(ROWS + "WHERE id = ?", Contacts::row, id);
  }

  /// A contact by name.
  public Optional<ContactRow> find(Username username) {
    return sql.one(ROWS + "WHERE username = ?", Contacts::row, username.value());
  }

  /// A contact by account.
  public Optional<ContactRow> find(AccountId account) {
    return sql.one(ROWS + "WHERE account_id = ?", Contacts::row, account);
  }

  /// The contact of an account, made if there is none.
  public ContactRow findOrAdd(AccountId account, long now) {
    return find(account)
        .orElseGet(() ->
            get(
                sql.insert(
                    "INSERT INTO contact(account_id, created_at) VALUES(?, ?)", account, now)));
  }

  /// The contact of a name, made without an account if there is none.
  public ContactRow findOrAdd(Username username, long now) {
    return find(username)
        .orElseGet(() ->
            get(
                sql.insert(
                    "INSERT INTO contact(username, created_at) VALUES(?, ?)",
                    username.value(),
                    now)));
  }

  /// The contact that is a group.
  public Optional<ContactRow> find(GroupId group) {
    return sql.one(
        ROWS + "WHERE id = (SELECT contact FROM chat_group WHERE group_id = ?)",
        Contacts::row,
        group);
  }

  /// Makes a contact that is to be a group.
  ///
  /// @return the row
  public long addForGroup(long now) {
    return sql.insert("INSERT INTO contact(created_at) VALUES(?)", now);
  }

  /// Contacts whose account is known.
  public List<ContactRow> known() {
    return sql.list(ROWS + "WHERE account_id IS NOT NULL ORDER BY id", Contacts::row);
  }

  /// Contacts whose name leads to no account yet.
  public List<ContactRow> unresolved() {
    return sql.list(
        ROWS + "WHERE account_id IS NULL AND username IS NOT NULL ORDER BY id", Contacts::row);
  }

  /// Contacts that claim a name which nobody has looked up.
  public List<ContactRow> hinted() {
    return sql.list(
        ROWS + "WHERE username IS NULL AND hint IS NOT NULL ORDER BY id", Contacts::row);
  }

  /// Named contacts to whom something waits to go.
  public List<ContactRow> awaited() {
    return sql.list(
        ROWS
            + "WHERE username IS NOT NULL AND account_id IS NOT NULL AND id IN (SELECT contact FROM"
            + " outbox WHERE kind = 1) ORDER BY id",
        Contacts::row);
  }

  /// Pins a name to an account. What was kept under either becomes one conversation.
  ///
  /// @return the row that has both now
  public long pin(Username username, AccountId account, long now) {
    ContactRow named = findOrAdd(username, now);
    Optional<ContactRow> stranger = find(account).filter(c -> c.id() != named.id());
    if (stranger.isPresent()) {
      merge(stranger.get(), named);
    }
    sql.update("UPDATE contact SET account_id = ?, hint = NULL WHERE id = ?", account, named.id());
    sql.update(
        "UPDATE outbox SET account_id = ? WHERE contact = ? AND account_id IS NULL",
        account,
        named.id());
    return named.id();
  }

  private void merge(ContactRow from, ContactRow into) {
    List<Long> moved =
        sql.list("SELECT id FROM message WHERE contact = ?", r -> r.number(1), from.id());
    moved.forEach(index::forget);
    sql.update("UPDATE OR IGNORE message SET contact = ? WHERE contact = ?", into.id(), from.id());
    moved.forEach(index::put);
    sql.update("UPDATE outbox SET contact = ? WHERE contact = ?", into.id(), from.id());
    sql.update("UPDATE event SET contact = ? WHERE contact = ?", into.id(), from.id());
    sql.update("UPDATE archive_segment SET contact = ? WHERE contact = ?", into.id(), from.id());
    sql.update(
        "UPDATE OR REPLACE archive_receipt SET contact = ? WHERE contact = ?",
        into.id(),
        from.id());
    sql.update(
        "UPDATE contact SET account_id = NULL, username = NULL, hint = NULL WHERE id = ?",
        from.id());
    sql.update(
        "UPDATE contact SET blocked = max(blocked, ?), accepted = max(accepted, ?), access_key ="
            + " coalesce(?, access_key) WHERE id = ?",
        from.blocked(),
        from.accepted() && !into.blocked() && !from.blocked(),
        from.accessKey(),
        into.id());
    sql.update(
        "UPDATE contact SET has_key = max(has_key, (SELECT has_key FROM contact WHERE id = ?))"
            + " WHERE id = ?",
        from.id(),
        into.id());
    sql.update(
        "DELETE FROM contact WHERE id = ? AND id NOT IN (SELECT contact FROM message)", from.id());
    sql.update("UPDATE contact SET accepted = 0 WHERE id = ? AND blocked = 1", into.id());
  }

  /// Remembers that a verified contact's name leads to another account.
  public void markChanged(long id, AccountId other) {
    sql.update(
        "UPDATE contact SET verification = ?, changed_account = ? WHERE id = ?",
        Codes.of(Verification.CHANGED),
        other,
        id);
  }

  /// Leads a name to another account; the one before becomes a nameless contact when it writes
  /// again.
  public void repin(long id, AccountId other) {
    sql.update("UPDATE contact SET account_id = NULL WHERE account_id = ? AND id <> ?", other, id);
    sql.update(
        "UPDATE contact SET account_id = ?, changed_account = NULL, access_key = NULL, has_key = 0,"
            + " key_refused = 0 WHERE id = ?",
        other,
        id);
  }

  /// Forgets a contact that has no messages.
  public void dropIfEmpty(long id) {
    sql.update("DELETE FROM contact WHERE id = ? AND id NOT IN (SELECT contact FROM message)", id);
  }

  /// Keeps what is known about the keys.
  public void setVerification(long id, Verification verification) {
    sql.update("UPDATE contact SET verification = ? WHERE id = ?", Codes.of(verification), id);
  }

  /// Accepts the contact.
  public void accept(long id) {
    sql.update("UPDATE contact SET accepted = 1 WHERE id = ? AND accepted = 0", id);
  }

  /// Blocks the contact, or makes it a stranger again.
  public void setBlocked(long id, boolean blocked) {
    sql.update("UPDATE contact SET blocked = ?, accepted = 0 WHERE id = ?", blocked, id);
  }

  /// Keeps a contact's access key.
  public void setAccessKey(long id, byte[] accessKey) {
    sql.update("UPDATE contact SET access_key = ? WHERE id = ?", accessKey, id);
  }

  /// The access key of an account to which sealed messages may go: it is accepted, it has shown
  /// that it has the own key, and nobody has refused this one of it.
  public Optional<byte[]> sealedFor(AccountId account) {
    return sql.one(
        "SELECT access_key FROM contact WHERE account_id = ? AND accepted = 1 AND blocked = 0 AND"
            + " has_key = 1 AND key_refused = 0 AND access_key IS NOT NULL",
        r -> r.bytes(1),
        account);
  }

  /// An account has shown that it has the own key.
  public void hasKey(AccountId account) {
    sql.update("UPDATE contact SET has_key = 1 WHERE account_id = ? AND has_key = 0", account);
  }

  /// A server lets nobody in with an account's access key.
  public void keyRefused(AccountId account) {
    sql.update("UPDATE contact SET key_refused = 1 WHERE account_id = ?", account);
  }

  /// Something newer is known of an account's key.
  public void keyRenewed(AccountId account) {
    sql.update(
        "UPDATE contact SET key_refused = 0 WHERE account_id = ? AND key_refused = 1", account);
  }

  /// The accepted contacts who have the own key.
  public List<ContactRow> keyHolders() {
    return sql.list(
        ROWS
            + "WHERE account_id IS NOT NULL AND accepted = 1 AND blocked = 0 AND has_key = 1 ORDER BY"
            + " id",
        Contacts::row);
  }

  /// Keeps a claimed name to look up, if the contact has none.
  public void setHint(long id, Optional<String> hint) {
    sql.update("UPDATE contact SET hint = ? WHERE id = ? AND username IS NULL", hint, id);
  }

  private static ContactRow row(Row r) throws java.sql.SQLException {
    return new ContactRow(
        r.number(1),
        r.account(2),
        r.optionalText(3).map(Username::new),
        r.optionalText(4),
        Codes.verification(r.integer(5)),
        r.flag(6),
        r.optionalBytes(7),
        r.account(8),
        r.flag(9),
        r.optionalText(10).filter(name -> !name.isEmpty()),
        r.optionalBytes(11).map(GroupId::new));
  }
}
