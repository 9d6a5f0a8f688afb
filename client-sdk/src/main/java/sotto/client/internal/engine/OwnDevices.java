package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import java.util.Optional;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.client.MessageId;
import sotto.client.Status;
import sotto.client.internal.files.AttachmentFormat;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.OutboxRow.Kind;
import sotto.content.v1.Content;
import sotto.content.v1.Message;
import sotto.content.v1.SentMessage;
import sotto.content.v1.Sync;

/// The account's other devices: what one sends the others get too. For the lane only.
final class OwnDevices {
  private OwnDevices() {}

  /// Whether the account has other devices.
  static boolean any(Core core) {
    return core.store()
        .chains()
        .of(core.self().id())
        .map(AccountChain::devices)
        .map(devices -> devices.size() > 1)
        .orElse(false);
  }

  /// Adds a copy of an own text for the other devices; nothing while there are none.
  static void copy(Core core, AccountId recipient, MessageId id, Message message, long sentAt) {
    if (!any(core)) {
      return;
    }
    Sync sync =
        Sync.newBuilder()
            .setSent(
                SentMessage.newBuilder()
                    .setRecipientAccountId(ByteString.copyFrom(recipient.bytes()))
                    .setContent(
                        Content.newBuilder()
                            .setMessageId(ByteString.copyFrom(id.bytes()))
                            .setSentAtMs(sentAt)
                            .setMessage(message)))
            .build();
    core.store()
        .outgoing()
        .add(
            0,
            Optional.of(core.self().id()),
            Kind.SYNC,
            0,
            sync.toByteArray(),
            core.randomBytes(16));
  }

  /// Takes a copy that another own device sent.
  static void received(Core core, Transaction tx, Content content) {
    if (content.getBodyCase() != Content.BodyCase.SYNC || !content.getSync().hasSent()) {
      return;
    }
    SentMessage sent = content.getSync().getSent();
    Content copy = sent.getContent();
    if (sent.getRecipientAccountId().size() != AccountId.LENGTH
        || copy.getMessageId().size() != MessageId.LENGTH
        || copy.getSentAtMs() < 0
        || !copy.hasMessage()
        || !Contents.valid(copy.getMessage())) {
      return;
    }
    long now = core.clock().millis();
    ContactRow contact =
        core.store()
            .contacts()
            .findOrAdd(new AccountId(sent.getRecipientAccountId().toByteArray()), now);
    MessageId id = MessageId.of(copy.getMessageId().toByteArray());
    if (core.store().dedupe().record(core.self().id(), id, now)) {
      Message message = copy.getMessage();
      long row =
          core.store()
              .messages()
              .addOutgoing(
                  contact.id(),
                  id,
                  message.getText(),
                  message.getAttachmentsCount(),
                  copy.getSentAtMs(),
                  Status.SENT);
      for (int place = 0; place < message.getAttachmentsCount(); place++) {
        AttachmentFormat.read(row, place, message.getAttachments(place))
            .ifPresent(core.store().attached()::add);
      }
      tx.afterCommit(core.events()::stored);
    }
  }
}
