package sotto.client.internal.store;

import java.util.List;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.crypto.ProfileKey;

/// Profiles: one's own, and those of contacts.
public final class ProfileRows {
  private static final String ROWS =
      "SELECT account_id, profile_key, named, version, name, about, picture_ref, picture FROM"
          + " profile ";
  private static final String NOT_BLOCKED =
      "account_id NOT IN (SELECT account_id FROM contact WHERE blocked = 1 AND account_id IS NOT"
          + " NULL)";

  private final Sql sql;

  ProfileRows(Sql sql) {
    this.sql = sql;
  }

  /// What is known of an account's profile.
  public Optional<ProfileRow> find(AccountId account) {
    return sql.one(ROWS + "WHERE account_id = ?", ProfileRows::row, account);
  }

  /// Keeps the key of an account, and the version that is said to be at the server. What is here of
  /// it stays.
  public void learned(AccountId account, ProfileKey key, int named) {
    sql.update(
        "INSERT INTO profile(account_id, profile_key, named) VALUES(?, ?, ?) ON CONFLICT(account_id)"
            + " DO UPDATE SET profile_key = excluded.profile_key, named = excluded.named, tried = 0",
        account,
        key.bytes(),
        named);
  }

  /// Another key of one's own from now on, and another version.
  public void setKey(AccountId own, ProfileKey key, int version) {
    sql.update(
        "UPDATE profile SET profile_key = ?, version = ? WHERE account_id = ?",
        key.bytes(),
        version,
        own);
  }

  /// A version is at the server.
  public void setNamed(AccountId own, int named) {
    sql.update("UPDATE profile SET named = ? WHERE account_id = ?", named, own);
  }

  /// Keeps what an account calls itself.
  public void setContent(AccountId account, int version, String name, String about) {
    sql.update(
        "UPDATE profile SET version = ?, name = ?, about = ? WHERE account_id = ?",
        version,
        name,
        about,
        account);
  }

  /// Keeps where the picture is, and the picture.
  public void setPicture(AccountId account, Optional<Bytes> reference, Optional<Bytes> picture) {
    sql.update(
        "UPDATE profile SET picture_ref = ?, picture = ? WHERE account_id = ?",
        reference.map(Bytes::toArray),
        picture.map(Bytes::toArray),
        account);
  }

  /// The version that is said to be there was asked for.
  public void tried(AccountId account, int named) {
    sql.update("UPDATE profile SET tried = ? WHERE account_id = ?", named, account);
  }

  /// Profiles of which there is a newer version to ask for.
  public List<ProfileRow> due() {
    return sql.list(
        ROWS + "WHERE named > version AND named > tried AND " + NOT_BLOCKED, ProfileRows::row);
  }

  /// Profiles with pictures to fetch: one's own, and those of contacts that were accepted.
  public List<ProfileRow> picturesDue(AccountId own) {
    return sql.list(
        ROWS
            + "WHERE picture_ref IS NOT NULL AND picture IS NULL AND (account_id = ? OR account_id"
            + " IN (SELECT account_id FROM contact WHERE accepted = 1 AND blocked = 0))",
        ProfileRows::row,
        own);
  }

  private static ProfileRow row(Row r) throws java.sql.SQLException {
    return new ProfileRow(
        r.account(1).orElseThrow(),
        ProfileKey.of(r.bytes(2)),
        r.integer(3),
        r.integer(4),
        r.text(5),
        r.text(6),
        r.optionalBytes(7).map(Bytes::of),
        r.optionalBytes(8).map(Bytes::of));
  }
}
