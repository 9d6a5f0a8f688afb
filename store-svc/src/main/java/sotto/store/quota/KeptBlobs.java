package sotto.store.quota;

import java.sql.SQLException;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.quota.v1.NoRoom;
import sotto.quota.v1.ReserveRequest;
import sotto.quota.v1.ReserveResponse;
import sotto.quota.v1.Reserved;
import sotto.quota.v1.UnknownAccount;
import sotto.store.decision.Decision;
import sotto.store.write.Batch;

/// The rooms that accounts take in the blob store. Each method is the work of one job.
///
/// A blob takes its room once, whatever its size is said to be the second time: a name stands for
/// the bytes of one blob. The sum is taken in the transaction that takes the room, by the account's
/// only owner, so that two pods cannot both take the last of it. What an account that has ended
/// kept stays noted until it is given back: nothing else says that these blobs are there.
final class KeptBlobs {
  private KeptBlobs() {}

  /// Takes room, if there is enough. What an operator has decided for the account goes before the
  /// limit of all accounts; one that is disabled gets no room, as if it were not there.
  static ReserveResponse reserve(Batch batch, ReserveRequest request) throws SQLException {
    AccountId account = new AccountId(request.getAccountId().toByteArray());
    byte[] name = request.getName().toByteArray();
    ReserveResponse.Builder response = ReserveResponse.newBuilder();
    Decision decision = Decision.read(batch.session(), account);
    if (batch.account(account).isEmpty() || decision.disabled()) {
      return response.setUnknownAccount(UnknownAccount.getDefaultInstance()).build();
    }
    Optional<Long> there =
        batch
            .session()
            .first(
                "SELECT size FROM kept_blob WHERE account_id = ? AND name = ?",
                row -> row.getLong(1),
                account.bytes(),
                name);
    if (there.isPresent()) {
      return response.setReserved(Reserved.getDefaultInstance()).build();
    }
    long used = used(batch, account);
    long size = request.getSize();
    // Both are unsigned on the wire, and neither is ever added to anything before it is known
    // small.
    long usual = request.getLimit() < 0 ? Long.MAX_VALUE : request.getLimit();
    long limit = decision.keptBytes().orElse(usual);
    if (size <= 0 || used > limit || size > limit - used) {
      return response.setNoRoom(NoRoom.newBuilder().setUsed(used)).build();
    }
    batch
        .session()
        .update(
            "INSERT INTO kept_blob (account_id, name, size, created_at) VALUES (?, ?, ?, ?)",
            account.bytes(),
            name,
            size,
            batch.rows().acceptedAt());
    return response.setReserved(Reserved.getDefaultInstance()).build();
  }

  private static long used(Batch batch, AccountId account) throws SQLException {
    return batch
        .session()
        .first(
            "SELECT COALESCE(SUM(size), 0) FROM kept_blob WHERE account_id = ?",
            row -> row.getLong(1),
            account.bytes())
        .orElse(0L);
  }

  /// Gives room back.
  ///
  /// @return how many blobs had it: 1, or 0
  static Integer release(Batch batch, AccountId account, byte[] name) throws SQLException {
    return batch
        .session()
        .update("DELETE FROM kept_blob WHERE account_id = ? AND name = ?", account.bytes(), name);
  }
}
