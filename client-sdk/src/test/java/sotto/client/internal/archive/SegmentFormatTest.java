package sotto.client.internal.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import sotto.archive.v1.MessageKind;
import sotto.archive.v1.MessageState;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.Failure;
import sotto.client.MessageId;
import sotto.client.MessageView;
import sotto.client.Picture;
import sotto.client.Status;
import sotto.client.internal.store.ArchivedMessage;
import sotto.client.internal.store.Attached;
import sotto.client.internal.store.OtherEnd;
import sotto.crypto.AttachmentKey;
import sotto.crypto.Attachments;
import sotto.crypto.GroupKey;
import sotto.group.GroupId;

/// The bytes of a segment.
final class SegmentFormatTest {
  private static final Segment SEGMENT =
      new Segment(
          Bytes.of(bytes(16, 1)),
          new AccountId(bytes(16, 2)),
          new OtherEnd.Person(new AccountId(bytes(16, 3)), "bob"),
          List.of(
              message(4, 1000, false, Status.FAILED, Optional.of(new Failure("a", "b.", true))),
              message(5, 1001, true, Status.READ, Optional.empty()),
              message(6, 1001, false, Status.DELIVERED, Optional.empty())));

  private static byte[] bytes(int length, int fill) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) fill);
    return bytes;
  }

  private static ArchivedMessage message(
      int id, long at, boolean incoming, Status status, Optional<Failure> failure) {
    return new ArchivedMessage(
        MessageId.of(bytes(16, id)),
        incoming,
        MessageView.Kind.MESSAGE,
        "text " + id,
        at,
        incoming ? at + 5 : 0,
        status,
        incoming ? 2 : 0,
        Optional.of(MessageId.of(bytes(16, 99))),
        failure,
        Optional.empty(),
        List.of(
            new Attached.Entry(
                0,
                0,
                "a.png",
                "image/png",
                new AttachmentKey(
                    bytes(32, 7),
                    Attachments.ciphertextSize(10),
                    Bytes.of(bytes(32, 8)),
                    10,
                    Bytes.of(bytes(32, 9))),
                Optional.of(Bytes.of(bytes(32, 10))),
                Optional.empty(),
                Optional.of(new Picture(1200, 800, Bytes.of(bytes(50, 11)))))));
  }

  @Test
  void segmentOfAGroup_namesTheGroupAndWhoWrote() {
    Segment group =
        new Segment(
            Bytes.of(bytes(16, 1)),
            new AccountId(bytes(16, 2)),
            new OtherEnd.InGroup(new GroupId(1, 2), GroupKey.of(bytes(32, 4))),
            List.of(
                new ArchivedMessage(
                    MessageId.of(bytes(16, 5)),
                    true,
                    MessageView.Kind.MESSAGE,
                    "hi",
                    1000,
                    1005,
                    Status.READ,
                    2,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(new AccountId(bytes(16, 3))),
                    List.of())));
    assertThat(SegmentFormat.read(SegmentFormat.write(group))).hasValue(group);
  }

  @Test
  void segment_readsBackAsItWas() {
    Segment read = SegmentFormat.read(SegmentFormat.write(SEGMENT)).orElseThrow();
    assertThat(read).usingRecursiveComparison().isEqualTo(SEGMENT);
  }

  @Test
  void sizeOfMessages_isTheSizeOfTheSegmentButForItsHead() {
    int messages = SEGMENT.messages().stream().mapToInt(SegmentFormat::size).sum();
    assertThat(SegmentFormat.write(SEGMENT).length - messages).isBetween(50, 100);
  }

  @Test
  void fieldThatALaterVersionAdds_isNoReasonToRefuse() {
    byte[] known = SegmentFormat.write(SEGMENT);
    // Field 500, varint 1.
    byte[] extended = Arrays.copyOf(known, known.length + 3);
    extended[known.length] = (byte) 0xa0;
    extended[known.length + 1] = 0x1f;
    extended[known.length + 2] = 1;
    assertThat(SegmentFormat.read(extended)).isPresent();
  }

  private static void refused(String what, Consumer<sotto.archive.v1.Segment.Builder> change) {
    try {
      sotto.archive.v1.Segment.Builder segment =
          sotto.archive.v1.Segment.parseFrom(SegmentFormat.write(SEGMENT)).toBuilder();
      change.accept(segment);
      assertThat(SegmentFormat.read(segment.build().toByteArray())).as(what).isEmpty();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static void refusedMessage(
      String what, Consumer<sotto.archive.v1.ArchivedMessage.Builder> change) {
    refused(what, s -> change.accept(s.getMessagesBuilder(1)));
  }

  @Test
  void everythingOutOfItsBounds_isRefused() {
    ByteString seventeen = ByteString.copyFrom(bytes(17, 1));
    refused("a newer version", s -> s.setVersion(2));
    refused("no version", s -> s.setVersion(0));
    refused("segment id", s -> s.setSegmentId(seventeen));
    refused("account id", s -> s.setAccountId(seventeen));
    refused("no conversation", s -> s.clearPeer());
    refused("peer", s -> s.getPeerBuilder().setAccountId(seventeen));
    refused("hint", s -> s.getPeerBuilder().setUsernameHint("No Name!"));
    refused("no message", s -> s.clearMessages());
    refused(
        "too many messages",
        s -> {
          for (int i = 0; i < 1000; i++) {
            s.addMessages(s.getMessages(2));
          }
        });
    refused("the same message twice", s -> s.addMessages(s.getMessages(2)));
    refused("wrong order", s -> s.addMessages(s.getMessages(0)));
    refusedMessage("message id", m -> m.setMessageId(seventeen));
    refusedMessage("kind", m -> m.setKindValue(9));
    refusedMessage("no kind", m -> m.setKind(MessageKind.MESSAGE_KIND_UNSPECIFIED));
    refusedMessage("state", m -> m.setStateValue(9));
    refusedMessage("no state", m -> m.setState(MessageState.MESSAGE_STATE_UNSPECIFIED));
    refusedMessage("incoming but unread", m -> m.setState(MessageState.MESSAGE_STATE_DELIVERED));
    refusedMessage("long text", m -> m.setText("x".repeat(65_537)));
    refusedMessage("sent before time", m -> m.setSentAtMs(-1));
    refusedMessage("accepted before time", m -> m.setAcceptedAtMs(-1));
    refusedMessage("device", m -> m.setSenderDevice(128));
    refusedMessage("quote", m -> m.setQuotedMessageId(seventeen));
    refusedMessage("failure", m -> m.getFailureBuilder().setCode("x".repeat(65)));
    refusedMessage("reason", m -> m.getFailureBuilder().setSentence("x".repeat(1025)));
    refusedMessage(
        "files",
        m -> {
          for (int i = 0; i < 16; i++) {
            m.addAttachments(m.getAttachments(0));
          }
        });
    refusedMessage("blob", m -> m.getAttachmentsBuilder(0).setBlobId(seventeen));
    refusedMessage("key", m -> m.getAttachmentsBuilder(0).setKey(seventeen));
    refusedMessage("size", m -> m.getAttachmentsBuilder(0).setSize(10_000_000));
    refusedMessage("name", m -> m.getAttachmentsBuilder(0).setName("x".repeat(256)));
    refusedMessage("type", m -> m.getAttachmentsBuilder(0).setMediaType("x".repeat(128)));
  }

  @Test
  void bytesOfAnyKind_areASegmentOrNothing() {
    Random random = new Random(20_261_126);
    byte[] good = SegmentFormat.write(SEGMENT);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = good.clone();
      for (int k = random.nextInt(4); k >= 0; k--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      SegmentFormat.read(bytes).ifPresent(segment -> assertThat(segment.messages()).isNotEmpty());
    }
  }
}
