package sotto.client.internal.store;

import java.util.Optional;
import sotto.chain.AccountId;

/// One content on its way to one account.
///
/// @param id the row; rows of a lane go in this order
/// @param contact the conversation
/// @param account the destination
/// @param kind what it is
/// @param message the message it carries, 0 if none
/// @param ids the message ids of a receipt, 16 bytes each; the id of a sender key that is given
/// @param content a content made beforehand, serialised, without what is fixed at encryption
/// @param envelopeId random, the same in every retry
/// @param firstAttemptAt when it was first encrypted
/// @param rounds how often its device list was mended
/// @param complete whether the frame has every device; one that was mended has not
/// @param channel the way by which it first left, and goes until a server has refused it there
/// @param frame the send frame without request and generation, once it is encrypted
@SuppressWarnings("ArrayRecordComponent") // compared by id
public record OutboxRow(
    long id,
    long contact,
    AccountId account,
    Kind kind,
    long message,
    byte[] ids,
    byte[] content,
    byte[] envelopeId,
    Optional<Long> firstAttemptAt,
    int rounds,
    boolean complete,
    Optional<Channel> channel,
    Optional<byte[]> frame) {
  /// A way to the server.
  public enum Channel {
    /// The device's stream.
    IDENTIFIED,
    /// A stream on which servers do not know who sends.
    SEALED
  }

  /// What a row carries.
  public enum Kind {
    /// A message.
    MESSAGE,
    /// Receipts of delivery.
    DELIVERED,
    /// Receipts of reading.
    READ,
    /// A copy for one's own other devices.
    SYNC,
    /// A request to send again what could not be decrypted.
    RETRY_REQUEST,
    /// A message once more, after a retry request.
    RESEND,
    /// Something about a group that is for one of its members alone, made beforehand.
    GROUP,
    /// Nothing but another profile key.
    KEY
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OutboxRow row && row.id == id;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(id);
  }

  @Override
  public String toString() {
    return "OutboxRow[" + id + " " + kind + "]";
  }
}
