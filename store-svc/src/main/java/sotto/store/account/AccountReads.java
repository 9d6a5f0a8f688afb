package sotto.store.account;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.List;
import java.util.Optional;
import sotto.account.v1.DeviceSeen;
import sotto.account.v1.GetChainRequest;
import sotto.account.v1.GetChainResponse;
import sotto.chain.AccountId;
import sotto.store.sql.Readers;

/// What is read of accounts.
final class AccountReads {
  private static final int LINKS_AT_ONCE = 256;

  private final Readers readers;

  AccountReads(Readers readers) {
    this.readers = readers;
  }

  /// All links of an account; none if there is no such account.
  List<byte[]> links(AccountId account) {
    return readers.ask(session ->
        session.list(
            "SELECT bytes FROM link WHERE account_id = ? ORDER BY sequence",
            row -> row.getBytes(1),
            account.bytes()));
  }

  /// Whether there is such an account, ended ones among them.
  boolean isThere(AccountId account) {
    return readers
        .ask(session ->
            session.first("SELECT 1 FROM account WHERE account_id = ?", row -> 1, account.bytes()))
        .isPresent();
  }

  /// Whether an account has ended, by whomever.
  boolean hasEnded(AccountId account) {
    return readers
        .ask(session ->
            session.first(
                "SELECT 1 FROM account WHERE account_id = ? AND ended = 1",
                row -> 1,
                account.bytes()))
        .isPresent();
  }

  /// A page of a chain.
  GetChainResponse chain(GetChainRequest request) {
    byte[] account = request.getAccountId().toByteArray();
    return readers.ask(session -> {
      // The links first: the sequence is then never older than they are.
      List<ByteString> links =
          request.getFromSequence() < 0
              ? List.of()
              : session.list(
                  "SELECT bytes FROM link WHERE account_id = ? AND sequence >= ?"
                      + " ORDER BY sequence LIMIT ?",
                  row -> UnsafeByteOperations.unsafeWrap(row.getBytes(1)),
                  account,
                  request.getFromSequence(),
                  LINKS_AT_ONCE);
      Optional<Integer> sequence =
          session.first(
              "SELECT chain_sequence FROM account WHERE account_id = ?",
              row -> row.getInt(1),
              account);
      return GetChainResponse.newBuilder()
          .addAllLinks(links)
          .setChainSequence(sequence.orElse(0))
          .setFound(sequence.isPresent())
          .build();
    });
  }

  /// When the devices of an account were last connected.
  List<DeviceSeen> devices(AccountId account) {
    return readers.ask(session ->
        session.list(
            "SELECT device_id, last_seen_day FROM device WHERE account_id = ?"
                + " ORDER BY device_id",
            row ->
                DeviceSeen.newBuilder()
                    .setDevice(row.getInt(1))
                    .setLastSeenDayMs(row.getLong(2))
                    .build(),
            account.bytes()));
  }
}
