package sotto.store.account;

import com.google.protobuf.ByteString;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sotto.admin.v1.AccountShown;
import sotto.admin.v1.AccountState;
import sotto.admin.v1.DeviceShown;
import sotto.chain.AccountId;
import sotto.store.cold.Directory;
import sotto.store.cold.Marks;
import sotto.store.decision.Decision;
import sotto.store.sql.Readers;
import sotto.store.sql.Session;

/// What an operator is shown of an account: numbers. Not who has written to it, not who may see
/// when it was connected.
final class AccountShows {
  private final Readers readers;

  AccountShows(Readers readers) {
    this.readers = readers;
  }

  private record Count(long envelopes, long bytes, long oldest) {
    static final Count NONE = new Count(0, 0, 0);

    Count plus(long more, long size) {
      return new Count(envelopes + more, bytes + size, oldest);
    }
  }

  /// What there is; empty if there is no such account.
  Optional<AccountShown> show(AccountId account) {
    return readers.ask(session -> {
      Optional<AccountShown.Builder> shown =
          session.first(
              "SELECT username, ended, created_at, chain_sequence FROM account"
                  + " WHERE account_id = ?",
              row ->
                  AccountShown.newBuilder()
                      .setAccountId(ByteString.copyFrom(account.bytes()))
                      .setUsername(row.getString(1))
                      .setState(
                          row.getInt(2) == 0
                              ? AccountState.ACCOUNT_STATE_ACTIVE
                              : AccountState.ACCOUNT_STATE_ENDED)
                      .setCreatedAtMs(row.getLong(3))
                      .setChainSequence(row.getInt(4)),
              account.bytes());
      if (shown.isEmpty()) {
        return Optional.empty();
      }
      state(session, account, shown.get());
      kept(session, account, shown.get());
      Map<Integer, Count> mailboxes = mailboxes(session, account);
      return Optional.of(shown.get().addAllDevices(devices(session, account, mailboxes)).build());
    });
  }

  private static void state(Session session, AccountId account, AccountShown.Builder shown)
      throws SQLException {
    Decision decision = Decision.read(session, account);
    shown.setDisabledAtMs(decision.disabledAt());
    decision.keptBytes().ifPresent(shown::setKeptQuota);
    if (decision.disabled()) {
      shown.setState(AccountState.ACCOUNT_STATE_DISABLED);
    }
    if (session
        .first("SELECT 1 FROM account_ending WHERE account_id = ?", row -> 1, account.bytes())
        .isPresent()) {
      shown.setState(AccountState.ACCOUNT_STATE_ENDING);
    }
  }

  private static void kept(Session session, AccountId account, AccountShown.Builder shown)
      throws SQLException {
    var _ =
        session.first(
            "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM kept_blob WHERE account_id = ?",
            row -> shown.setKeptBlobs(row.getLong(1)).setKeptBytes(row.getLong(2)),
            account.bytes());
  }

  private static Map<Integer, Count> mailboxes(Session session, AccountId account)
      throws SQLException {
    Map<Integer, Count> counts = new HashMap<>();
    session.list(
        "SELECT device_id, COUNT(*), SUM(size), MIN(accepted_at) FROM inbox"
            + " WHERE account_id = ? GROUP BY device_id",
        row ->
            Optional.ofNullable(
                counts.put(
                    row.getInt(1), new Count(row.getLong(2), row.getLong(3), row.getLong(4)))),
        account.bytes());
    record Cold(int device, Directory directory, Marks marks) {}
    List<Cold> cold =
        session.list(
            "SELECT device_id, dedupe_keys, acked FROM inbox_segment WHERE account_id = ?",
            row ->
                new Cold(
                    row.getInt(1), Directory.decode(row.getBytes(2)), Marks.of(row.getBytes(3))),
            account.bytes());
    for (Cold segment : cold) {
      List<Directory.Entry> entries = segment.directory.entries();
      for (int i = 0; i < entries.size(); i++) {
        if (!segment.marks.isGone(i)) {
          Count before = counts.getOrDefault(segment.device, Count.NONE);
          counts.put(segment.device, before.plus(1, entries.get(i).size()));
        }
      }
    }
    return counts;
  }

  private static List<DeviceShown> devices(
      Session session, AccountId account, Map<Integer, Count> mailboxes) throws SQLException {
    return session.list(
        "SELECT device_id, created_at, last_seen_day FROM device WHERE account_id = ?"
            + " ORDER BY device_id",
        row -> {
          Count waiting = mailboxes.getOrDefault(row.getInt(1), Count.NONE);
          return DeviceShown.newBuilder()
              .setDevice(row.getInt(1))
              .setCreatedAtMs(row.getLong(2))
              .setLastSeenDayMs(row.getLong(3))
              .setEnvelopes(waiting.envelopes)
              .setBytes(waiting.bytes)
              .setOldestAtMs(waiting.oldest)
              .build();
        },
        account.bytes());
  }
}
