package sotto.store.mailbox;

import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chat.v1.NotAdmitted;
import sotto.chat.v1.RateLimited;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.Appended;
import sotto.mailbox.v1.DeviceAppend;
import sotto.mesh.Permit;
import sotto.store.write.Access;
import sotto.store.write.Batch;
import sotto.store.write.InboxRow;

/// What a sealed append must pass before anything of the recipient is looked at: its access key,
/// then the limit of the recipient, which costs nobody anything who has not the key.
///
/// A wrong key, an account without one, one that has ended and an unknown account are answered
/// alike, after the same statements. Before *not admitted* or a limit is answered the dedupe key is
/// looked up in the mailbox: what an earlier try stored is stored (protocol L2). What lies in a
/// segment is not looked for there, because that would take longer where there are any.
final class SealedAppend {
  private final Append append;
  private final AppendRules rules;
  private final Access access;
  private Optional<Permit> permit = Optional.empty();

  SealedAppend(AccountId account, Append append, AppendRules rules) {
    this.append = append;
    this.rules = rules;
    this.access = new Access(account, Bytes.of(sha256(append.getAccessKey())));
  }

  private static byte[] sha256(ByteString key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.toByteArray());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  Access access() {
    return access;
  }

  /// How it is answered if it goes no further; empty if it does.
  Optional<AppendResult.Builder> refuses(Batch batch) throws SQLException {
    if (!batch.admits(access) || batch.account(access.account()).isEmpty()) {
      return Optional.of(
          earlier(batch)
              .orElseGet(() ->
                  AppendResult.newBuilder().setNotAdmitted(NotAdmitted.getDefaultInstance())));
    }
    // Once, however often the transaction is tried.
    Permit taken = permit.orElseGet(() -> rules.sealedPerRecipient().take(access.account(), 1));
    permit = Optional.of(taken);
    return switch (taken) {
      case Permit.Granted _ -> Optional.empty();
      case Permit.Refused(Duration retryAfter) ->
          Optional.of(earlier(batch).orElseGet(() -> limited(retryAfter)));
    };
  }

  private static AppendResult.Builder limited(Duration retryAfter) {
    return AppendResult.newBuilder()
        .setRateLimited(
            RateLimited.newBuilder()
                .setRetryAfterMs(retryAfter.toMillis())
                .setLimit("sealed-per-recipient"));
  }

  private Optional<AppendResult.Builder> earlier(Batch batch) throws SQLException {
    byte[] dedupe = new Sender(Optional.empty()).dedupe(append.getEnvelopeId());
    Appended.Builder stored = Appended.newBuilder().setAcceptedAtMs(Long.MAX_VALUE);
    for (DeviceAppend to : append.getDevicesList()) {
      Optional<InboxRow.StoredAt> there =
          batch.rows().find(access.account(), to.getDevice(), dedupe);
      if (there.isPresent()) {
        stored
            .addStored(Placing.stored(to.getDevice(), there.get()))
            .setAcceptedAtMs(Math.min(stored.getAcceptedAtMs(), there.get().acceptedAt()));
      }
    }
    return stored.getStoredCount() == 0
        ? Optional.empty()
        : Optional.of(AppendResult.newBuilder().setAppended(stored));
  }
}
