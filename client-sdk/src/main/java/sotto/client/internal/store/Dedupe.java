package sotto.client.internal.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.client.MessageId;

/// What has been received before (protocol R1), kept longer than a message's 14 days of retries and
/// 30 days in a mailbox.
public final class Dedupe {
  /// How long a record is kept.
  public static final long KEPT_MILLIS = 45L * 24 * 60 * 60 * 1000;

  private static final int HASH = 16;

  private final Sql sql;

  Dedupe(Sql sql) {
    this.sql = sql;
  }

  /// Whether this ciphertext came from this device before.
  public boolean seen(DeviceAddress sender, byte[] ciphertext) {
    return sql.number(
            "SELECT count(*) FROM seen_ciphertext WHERE hash = ?", hash(sender, ciphertext))
        > 0;
  }

  /// Records a ciphertext.
  public void record(DeviceAddress sender, byte[] ciphertext, long now) {
    sql.update(
        "INSERT OR IGNORE INTO seen_ciphertext(hash, at) VALUES(?, ?)",
        hash(sender, ciphertext),
        now);
  }

  /// Records a message.
  ///
  /// @return false if the account has sent one with this id before
  public boolean record(AccountId sender, MessageId message, long now) {
    return sql.update(
            "INSERT OR IGNORE INTO seen_message(hash, at) VALUES(?, ?)",
            digest("message", sender.bytes(), message.bytes()),
            now)
        == 1;
  }

  /// Forgets what is old enough.
  public void forgetBefore(long limit) {
    sql.update("DELETE FROM seen_ciphertext WHERE at < ?", limit);
    sql.update("DELETE FROM seen_message WHERE at < ?", limit);
    sql.update("DELETE FROM send_log WHERE at < ?", limit);
  }

  private static byte[] hash(DeviceAddress sender, byte[] ciphertext) {
    byte[] from =
        ByteBuffer.allocate(AccountId.LENGTH + 1)
            .put(sender.account().bytes())
            .put((byte) sender.device().number())
            .array();
    return digest("ciphertext", from, ciphertext);
  }

  private static byte[] digest(String domain, byte[]... parts) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(domain.getBytes(StandardCharsets.UTF_8));
      for (byte[] part : parts) {
        sha256.update(part);
      }
      return Arrays.copyOf(sha256.digest(), HASH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
