package sotto.client.internal.archive;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sotto.archive.v1.FailureReason;
import sotto.archive.v1.GroupPeer;
import sotto.archive.v1.MessageKind;
import sotto.archive.v1.MessageState;
import sotto.archive.v1.Peer;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.Conversation;
import sotto.client.Failure;
import sotto.client.MessageId;
import sotto.client.MessageView;
import sotto.client.Status;
import sotto.client.Username;
import sotto.client.internal.files.AttachmentFormat;
import sotto.client.internal.store.ArchivedMessage;
import sotto.client.internal.store.Attached;
import sotto.client.internal.store.OtherEnd;
import sotto.client.internal.store.SegmentRow;
import sotto.content.v1.Attachment;
import sotto.crypto.GroupKey;
import sotto.group.GroupId;

/// Segments as `sotto.archive.v1` messages, for the archive and for backups. What is read is
/// trusted no more than a peer's content: it is refused unless every field is within its bounds.
public final class SegmentFormat {
  private static final int VERSION = 1;
  private static final int ID = 16;
  private static final int MAX_FAILURE_CODE = 64;
  private static final int MAX_FAILURE_SENTENCE = 1024;

  private SegmentFormat() {}

  /// The segment's bytes.
  public static byte[] write(Segment segment) {
    sotto.archive.v1.Segment.Builder out =
        sotto.archive.v1.Segment.newBuilder()
            .setVersion(VERSION)
            .setSegmentId(bytes(segment.id()))
            .setAccountId(ByteString.copyFrom(segment.owner().bytes()));
    switch (segment.peer()) {
      case OtherEnd.Person(AccountId account, String hint) ->
          out.setPeer(
              Peer.newBuilder()
                  .setAccountId(ByteString.copyFrom(account.bytes()))
                  .setUsernameHint(hint));
      case OtherEnd.InGroup group -> out.setGroup(write(group));
    }
    segment.messages().forEach(m -> out.addMessages(write(m)));
    return out.build().toByteArray();
  }

  /// A group as history names it.
  public static GroupPeer write(OtherEnd.InGroup group) {
    return GroupPeer.newBuilder()
        .setGroupId(ByteString.copyFrom(group.group().bytes()))
        .setGroupKey(ByteString.copyFrom(group.key().bytes()))
        .build();
  }

  /// The group, if every field is within its bounds.
  public static Optional<OtherEnd.InGroup> read(GroupPeer group) {
    return group.getGroupId().size() == GroupId.LENGTH
            && group.getGroupKey().size() == GroupKey.LENGTH
        ? Optional.of(
            new OtherEnd.InGroup(
                new GroupId(group.getGroupId().toByteArray()),
                GroupKey.of(group.getGroupKey().toByteArray())))
        : Optional.empty();
  }

  private static Optional<OtherEnd> otherEnd(sotto.archive.v1.Segment in) {
    return switch (in.getConversationCase()) {
      case PEER ->
          in.getPeer().getAccountId().size() == AccountId.LENGTH
                  && (in.getPeer().getUsernameHint().isEmpty()
                      || Username.valid(in.getPeer().getUsernameHint()))
              ? Optional.of(
                  new OtherEnd.Person(
                      new AccountId(in.getPeer().getAccountId().toByteArray()),
                      in.getPeer().getUsernameHint()))
              : Optional.empty();
      case GROUP -> read(in.getGroup()).map(group -> group);
      case CONVERSATION_NOT_SET -> Optional.empty();
    };
  }

  /// How many bytes a message takes in a segment.
  public static int size(ArchivedMessage m) {
    int message = write(m).getSerializedSize();
    return 1 + com.google.protobuf.CodedOutputStream.computeUInt32SizeNoTag(message) + message;
  }

  private static sotto.archive.v1.ArchivedMessage write(ArchivedMessage m) {
    sotto.archive.v1.ArchivedMessage.Builder out =
        sotto.archive.v1.ArchivedMessage.newBuilder()
            .setMessageId(ByteString.copyFrom(m.id().bytes()))
            .setIncoming(m.incoming())
            .setKind(kind(m.kind()))
            .setText(m.text())
            .setSentAtMs(m.sentAt())
            .setAcceptedAtMs(m.acceptedAt())
            .setState(state(m))
            .setSenderDevice(m.device());
    m.sender().ifPresent(s -> out.setSenderAccountId(ByteString.copyFrom(s.bytes())));
    m.quoted().ifPresent(q -> out.setQuotedMessageId(ByteString.copyFrom(q.bytes())));
    m.failure()
        .ifPresent(f ->
            out.setFailure(
                FailureReason.newBuilder()
                    .setCode(f.code())
                    .setSentence(f.sentence())
                    .setRetryable(f.retryable())));
    m.files().forEach(file -> out.addAttachments(AttachmentFormat.write(file)));
    return out.build();
  }

  private static MessageKind kind(MessageView.Kind kind) {
    return switch (kind) {
      case MESSAGE -> MessageKind.MESSAGE_KIND_MESSAGE;
      case UNSUPPORTED -> MessageKind.MESSAGE_KIND_UNSUPPORTED;
      case UNDECRYPTABLE, ARCHIVED -> throw new IllegalArgumentException("it is not archived");
    };
  }

  private static MessageState state(ArchivedMessage m) {
    return switch (m.status()) {
      case SENT -> MessageState.MESSAGE_STATE_SENT;
      case DELIVERED ->
          m.incoming() ? MessageState.MESSAGE_STATE_UNREAD : MessageState.MESSAGE_STATE_DELIVERED;
      case READ -> MessageState.MESSAGE_STATE_READ;
      case FAILED -> MessageState.MESSAGE_STATE_FAILED;
      case QUEUED -> MessageState.MESSAGE_STATE_QUEUED;
    };
  }

  /// A peer's message is read or not, and nothing else.
  private static boolean fits(MessageState state, boolean incoming) {
    return switch (state) {
      case MESSAGE_STATE_READ -> true;
      case MESSAGE_STATE_UNREAD -> incoming;
      case MESSAGE_STATE_SENT,
          MESSAGE_STATE_DELIVERED,
          MESSAGE_STATE_FAILED,
          MESSAGE_STATE_QUEUED ->
          !incoming;
      case MESSAGE_STATE_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  /// The segment in these bytes.
  ///
  /// @return empty if a field is out of its bounds, or it is of a newer version
  public static Optional<Segment> read(byte[] bytes) {
    try {
      sotto.archive.v1.Segment in = sotto.archive.v1.Segment.parseFrom(bytes);
      if (in.getVersion() != VERSION
          || in.getSegmentId().size() != ID
          || in.getAccountId().size() != AccountId.LENGTH
          || in.getMessagesCount() == 0
          || in.getMessagesCount() > Segment.MAX_MESSAGES) {
        return Optional.empty();
      }
      List<ArchivedMessage> messages = new ArrayList<>(in.getMessagesCount());
      for (sotto.archive.v1.ArchivedMessage m : in.getMessagesList()) {
        Optional<ArchivedMessage> message = read(m);
        if (message.isEmpty() || !follows(messages, message.get())) {
          return Optional.empty();
        }
        messages.add(message.get());
      }
      return otherEnd(in)
          .map(peer ->
              new Segment(
                  Bytes.of(in.getSegmentId().toByteArray()),
                  new AccountId(in.getAccountId().toByteArray()),
                  peer,
                  messages));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  private static boolean follows(List<ArchivedMessage> messages, ArchivedMessage next) {
    if (messages.isEmpty()) {
      return true;
    }
    ArchivedMessage last = messages.getLast();
    int order = SegmentRow.ORDER.compare(last.place(), next.place());
    return order < 0 || (order == 0 && !last.incoming() && next.incoming());
  }

  private static Optional<ArchivedMessage> read(sotto.archive.v1.ArchivedMessage m) {
    Optional<MessageView.Kind> kind =
        switch (m.getKind()) {
          case MESSAGE_KIND_MESSAGE -> Optional.of(MessageView.Kind.MESSAGE);
          case MESSAGE_KIND_UNSUPPORTED -> Optional.of(MessageView.Kind.UNSUPPORTED);
          case MESSAGE_KIND_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
        };
    Optional<Status> status =
        switch (m.getState()) {
          case MESSAGE_STATE_SENT -> Optional.of(Status.SENT);
          case MESSAGE_STATE_DELIVERED, MESSAGE_STATE_UNREAD -> Optional.of(Status.DELIVERED);
          case MESSAGE_STATE_READ -> Optional.of(Status.READ);
          case MESSAGE_STATE_FAILED -> Optional.of(Status.FAILED);
          case MESSAGE_STATE_QUEUED -> Optional.of(Status.QUEUED);
          case MESSAGE_STATE_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
        };
    if (kind.isEmpty()
        || status.isEmpty()
        || m.getMessageId().size() != MessageId.LENGTH
        || m.getTextBytes().size() > Conversation.MAX_TEXT_BYTES
        || m.getSentAtMs() < 0
        || m.getAcceptedAtMs() < 0
        || m.getSenderDevice() < 0
        || m.getSenderDevice() > 127
        || (!m.getQuotedMessageId().isEmpty() && m.getQuotedMessageId().size() != MessageId.LENGTH)
        || (!m.getSenderAccountId().isEmpty()
            && (m.getSenderAccountId().size() != AccountId.LENGTH || !m.getIncoming()))
        || m.getAttachmentsCount() > Conversation.MAX_FILES
        || m.getFailure().getCodeBytes().size() > MAX_FAILURE_CODE
        || m.getFailure().getSentenceBytes().size() > MAX_FAILURE_SENTENCE
        || !fits(m.getState(), m.getIncoming())) {
      return Optional.empty();
    }
    List<Attached.Entry> files = new ArrayList<>(m.getAttachmentsCount());
    for (Attachment a : m.getAttachmentsList()) {
      Optional<Attached.Entry> file = AttachmentFormat.read(0, files.size(), a);
      if (file.isEmpty()) {
        return Optional.empty();
      }
      files.add(file.get());
    }
    return Optional.of(
        new ArchivedMessage(
            MessageId.of(m.getMessageId().toByteArray()),
            m.getIncoming(),
            kind.get(),
            m.getText(),
            m.getSentAtMs(),
            m.getAcceptedAtMs(),
            status.get(),
            m.getSenderDevice(),
            Optional.of(m.getQuotedMessageId())
                .filter(q -> !q.isEmpty())
                .map(q -> MessageId.of(q.toByteArray())),
            m.hasFailure()
                ? Optional.of(
                    new Failure(
                        m.getFailure().getCode(),
                        m.getFailure().getSentence(),
                        m.getFailure().getRetryable()))
                : Optional.empty(),
            Optional.of(m.getSenderAccountId())
                .filter(s -> !s.isEmpty())
                .map(s -> new AccountId(s.toByteArray())),
            files));
  }

  private static ByteString bytes(Bytes bytes) {
    return ByteString.copyFrom(bytes.toArray());
  }
}
