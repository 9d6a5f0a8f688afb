package sotto.client.internal.store;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import sotto.crypto.PreKeys;

/// The private halves of this device's pre-keys. They are here before a server hears of the public
/// halves.
public final class PreKeyRows {
  /// The kinds of ids, each counted on its own.
  public enum Ids {
    /// One-time EC keys.
    EC,
    /// Signed EC keys.
    SIGNED,
    /// Kyber keys, one-time and last-resort.
    KYBER
  }

  private final Sql sql;
  private final Settings settings;

  PreKeyRows(Sql sql, Settings settings) {
    this.sql = sql;
    this.settings = settings;
  }

  /// Takes the next ids of a kind; an id comes again after 2²⁴ others.
  public IntStream take(Ids ids, int count) {
    String name = next(ids);
    long next = settings.number(name).orElse(1L);
    settings.put(name, (next + count) & PreKeys.MAX_ID);
    return IntStream.range(0, count).map(i -> (int) ((next + i) & PreKeys.MAX_ID));
  }

  /// Goes on with ids somewhere else: another copy of this home has given the next ones to keys of
  /// its own, and the server takes no other key under them.
  public void leap(SecureRandom random) {
    for (Ids ids : Ids.values()) {
      settings.put(next(ids), random.nextInt(PreKeys.MAX_ID + 1));
    }
  }

  private static String next(Ids ids) {
    return "next_id_" + ids;
  }

  /// Keeps one-time EC keys.
  public void putOneTime(List<PreKeys.OneTime> keys) {
    for (PreKeys.OneTime key : keys) {
      sql.update("INSERT OR REPLACE INTO pre_key(id, record) VALUES(?, ?)", key.id(), key.record());
    }
  }

  /// Keeps one-time Kyber keys.
  public void putOneTimeKyber(List<PreKeys.Signed> keys, Instant now) {
    for (PreKeys.Signed key : keys) {
      putKyber(key, false, now);
    }
  }

  /// Keeps a signed key in place of the current one, which is kept as a replaced one.
  public void putSigned(PreKeys.Signed key, Instant now) {
    sql.update(
        "UPDATE signed_pre_key SET replaced_at = ? WHERE replaced_at IS NULL", now.toEpochMilli());
    sql.update(
        "INSERT OR REPLACE INTO signed_pre_key(id, record, made_at) VALUES(?, ?, ?)",
        key.id(),
        key.record(),
        now.toEpochMilli());
  }

  /// Keeps a last-resort key in place of the current one, which is kept as a replaced one.
  public void putLastResort(PreKeys.Signed key, Instant now) {
    sql.update(
        "UPDATE kyber_pre_key SET replaced_at = ? WHERE last_resort = 1 AND replaced_at IS NULL",
        now.toEpochMilli());
    putKyber(key, true, now);
  }

  private void putKyber(PreKeys.Signed key, boolean lastResort, Instant now) {
    sql.update(
        "INSERT OR REPLACE INTO kyber_pre_key(id, record, last_resort, made_at)"
            + " VALUES(?, ?, ?, ?)",
        key.id(),
        key.record(),
        lastResort,
        now.toEpochMilli());
  }

  /// When the current signed key was made.
  public Optional<Instant> signedMadeAt() {
    return sql.one(
        "SELECT made_at FROM signed_pre_key WHERE replaced_at IS NULL ORDER BY made_at DESC",
        r -> Instant.ofEpochMilli(r.number(1)));
  }

  /// Forgets replaced keys and what was noted about them (protocol R4).
  public void forgetReplacedBefore(Instant now, Duration kept) {
    long before = now.minus(kept).toEpochMilli();
    sql.update("DELETE FROM signed_pre_key WHERE replaced_at <= ?", before);
    sql.update("DELETE FROM kyber_pre_key WHERE replaced_at <= ?", before);
    sql.update("DELETE FROM kyber_use WHERE kyber_id NOT IN (SELECT id FROM kyber_pre_key)");
  }
}
