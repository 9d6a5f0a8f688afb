package sotto.client.internal.store;

import java.util.List;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.client.Failure;
import sotto.client.MessageId;
import sotto.client.MessageView;
import sotto.client.Status;

/// Everything that history needs of a message.
///
/// @param id its id on the wire
/// @param incoming whether the peer wrote it
/// @param kind whether it can be shown
/// @param text its text
/// @param sentAt when it was sent, milliseconds since 1970
/// @param acceptedAt when its envelope was accepted; 0 = an own message
/// @param status how far it had come
/// @param device the device that sent it; 0 = an own message
/// @param quoted the message it answers
/// @param failure why it failed
/// @param sender the member of a group who sent it; empty = an own message, or the conversation's
///   other end
/// @param files its files; their message rows mean nothing
public record ArchivedMessage(
    MessageId id,
    boolean incoming,
    MessageView.Kind kind,
    String text,
    long sentAt,
    long acceptedAt,
    Status status,
    int device,
    Optional<MessageId> quoted,
    Optional<Failure> failure,
    Optional<AccountId> sender,
    List<Attached.Entry> files) {
  /// Copies the files.
  public ArchivedMessage {
    files = List.copyOf(files);
  }

  /// Its place in the conversation.
  public MessageView.Place place() {
    return new MessageView.Place(sentAt, id);
  }
}
