package sotto.client.internal.store;

import java.util.Optional;
import sotto.chain.DeviceAddress;
import sotto.client.MessageId;

/// Which ciphertext carried which message to which device (protocol R3). The content is made again
/// from history.
public final class SendLog {
  private final Sql sql;

  SendLog(Sql sql) {
    this.sql = sql;
  }

  /// Notes a ciphertext.
  ///
  /// @param ciphertextHash its SHA-256
  public void add(byte[] ciphertextHash, MessageId message, DeviceAddress to, long now) {
    sql.update(
        "INSERT OR IGNORE INTO send_log(ciphertext_hash, message_id, account_id, device, at)"
            + " VALUES(?, ?, ?, ?, ?)",
        ciphertextHash,
        message.bytes(),
        to.account(),
        to.device().number(),
        now);
  }

  /// The message that a ciphertext carried to a device, the first time it is asked for: a message
  /// is sent again once for each ciphertext.
  public Optional<MessageId> takeForResend(byte[] ciphertextHash, DeviceAddress to) {
    Optional<MessageId> found =
        sql.one(
            "SELECT message_id FROM send_log WHERE ciphertext_hash = ? AND account_id = ? AND device"
                + " = ? AND resent = 0",
            r -> MessageId.of(r.bytes(1)),
            ciphertextHash,
            to.account(),
            to.device().number());
    if (found.isPresent()) {
      sql.update("UPDATE send_log SET resent = 1 WHERE ciphertext_hash = ?", ciphertextHash);
    }
    return found;
  }
}
