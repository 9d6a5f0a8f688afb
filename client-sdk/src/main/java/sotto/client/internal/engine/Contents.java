package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.LinkHash;
import sotto.client.Conversation;
import sotto.client.MessageId;
import sotto.client.Username;
import sotto.client.internal.files.AttachmentFormat;
import sotto.client.internal.store.Attached;
import sotto.client.internal.store.Outgoing;
import sotto.content.v1.ChainHead;
import sotto.content.v1.Content;
import sotto.content.v1.Message;
import sotto.content.v1.Receipt;
import sotto.crypto.ProfileKey;
import sotto.group.GroupId;

/// Makes contents, and checks those that come: a peer is hostile until every field is within its
/// bounds.
final class Contents {

  private static final int SHA256 = 32;

  private Contents() {}

  /// The serialised content, if it is one for this account and within its bounds.
  static Optional<Content> check(byte[] bytes, AccountId recipient) {
    try {
      Content content = Content.parseFrom(bytes);
      return valid(content, recipient) ? Optional.of(content) : Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /// The serialised content, if it is one for all members of this group and within its bounds.
  static Optional<Content> checkOfGroup(byte[] bytes, GroupId group) {
    try {
      Content content = Content.parseFrom(bytes);
      boolean good =
          content.getRecipientAccountId().isEmpty()
              && Groups.valid(content.getGroup())
              && content.getGroup().getGroupId().equals(ByteString.copyFrom(group.bytes()))
              && valid(content);
      return good ? Optional.of(content) : Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  private static boolean valid(Content c, AccountId recipient) {
    return c.getRecipientAccountId().equals(ByteString.copyFrom(recipient.bytes()))
        && (!c.hasGroup() || Groups.valid(c.getGroup()))
        && valid(c);
  }

  private static boolean valid(Content c) {
    return c.getMessageId().size() == MessageId.LENGTH
        && c.getSentAtMs() >= 0
        && (c.getProfileKey().isEmpty() || c.getProfileKey().size() == ProfileKey.LENGTH)
        && c.getProfileVersion() >= 0
        && (c.getUsernameHint().isEmpty() || Username.valid(c.getUsernameHint()))
        && (!c.hasSenderChain() || c.getSenderChain().getHash().size() == SHA256)
        && (!c.hasRecipientChain() || c.getRecipientChain().getHash().size() == SHA256)
        && switch (c.getBodyCase()) {
          case MESSAGE -> valid(c.getMessage());
          case RECEIPT -> valid(c.getReceipt());
          case RETRY_REQUEST -> c.getRetryRequest().getCiphertextSha256().size() == SHA256;
          case SYNC,
              TYPING,
              SESSION_PING,
              SENDER_KEY_DISTRIBUTION,
              GROUP_INVITATION,
              BODY_NOT_SET ->
              true;
        };
  }

  static boolean valid(Message m) {
    return m.getTextBytes().size() <= Conversation.MAX_TEXT_BYTES
        && m.getAttachmentsCount() <= Conversation.MAX_FILES
        && (!m.getText().isEmpty() || m.getAttachmentsCount() > 0)
        && (m.getQuotedMessageId().isEmpty() || m.getQuotedMessageId().size() == MessageId.LENGTH)
        && m.getAttachmentsList().stream()
            .allMatch(a -> AttachmentFormat.read(0, 0, a).isPresent());
  }

  private static boolean valid(Receipt r) {
    return r.getMessageIdsCount() > 0
        && r.getMessageIdsCount() <= Outgoing.MAX_RECEIPT_IDS
        && r.getMessageIdsList().stream().allMatch(id -> id.size() == MessageId.LENGTH);
  }

  /// The body of an own message.
  static Message message(String text, List<Attached.Entry> files) {
    Message.Builder message = Message.newBuilder().setText(text);
    files.forEach(file -> message.addAttachments(AttachmentFormat.write(file)));
    return message.build();
  }

  /// The head of a chain.
  static ChainHead head(AccountChain chain) {
    return ChainHead.newBuilder()
        .setSequence((int) chain.sequence())
        .setHash(bytes(chain.headHash().value()))
        .build();
  }

  /// Whether a head that someone else sees is in a chain known here, or beyond it.
  static boolean consistent(ChainHead head, AccountChain chain) {
    long sequence = Integer.toUnsignedLong(head.getSequence());
    return sequence > chain.sequence()
        || chain.contains(sequence, new LinkHash(head.getHash().toByteArray()));
  }

  /// The message ids of a row, one after the other.
  static List<ByteString> split(byte[] ids) {
    List<ByteString> parts = new ArrayList<>(ids.length / MessageId.LENGTH);
    for (int i = 0; i + MessageId.LENGTH <= ids.length; i += MessageId.LENGTH) {
      parts.add(ByteString.copyFrom(ids, i, MessageId.LENGTH));
    }
    return parts;
  }

  private static ByteString bytes(Bytes bytes) {
    return ByteString.copyFrom(bytes.toArray());
  }
}
