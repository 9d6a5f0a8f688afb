package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import sotto.chain.AccountChain;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.SendResult;
import sotto.chat.v1.ServerFrame.FrameCase;
import sotto.client.Event;
import sotto.client.MessageView;
import sotto.content.v1.Attachment;
import sotto.content.v1.ChainHead;
import sotto.content.v1.Content;
import sotto.content.v1.Message;
import sotto.content.v1.Receipt;
import sotto.content.v1.ReceiptKind;

/// What a registered stranger may put into the mailbox of a real client: none of it stops the
/// client, floods its conversations or costs it a good message.
@ExtendWith(Stage.Given.class)
final class ForgeryTest {
  private static final int FORGED = 256;

  private final Stage stage;

  ForgeryTest(Stage stage) {
    this.stage = stage;
  }

  @Test
  void forgedCiphertexts256_doNotFreezeADevice() {
    try (var wire = stage.wire();
        var mallory = RawDevice.registered(wire, stage.freshName("mallory"));
        var friend = RawDevice.registered(wire, stage.freshName("friend"));
        var bob = Talk.registered(stage, "bob");
        var attack = mallory.connect(1);
        var friendly = friend.connect(1)) {
      var account = bob.sotto().account().orElseThrow().id();
      var chain = mallory.meet(account);
      mallory.say(attack, chain, "before");
      bob.awaitText("before");

      var seed = System.nanoTime();
      var forged = new Forger(mallory, chain, new Random(seed));
      for (var i = 0; i < FORGED; i++) {
        var result = attack.send(mallory.to(chain, List.of(forged.next(i))).build());
        assertThat(result.getOutcomeCase())
            .as("forged %s, seed %s", i, seed)
            .isEqualTo(SendResult.OutcomeCase.ACCEPTED);
      }
      var friends = friend.meet(account);
      friend.say(friendly, friends, "a friend's word");
      bob.awaitText("a friend's word");

      // The attacker itself can talk again, on the session that the client made anew or the old
      // one.
      mallory.meet(account);
      mallory.say(attack, chain, "after");
      bob.awaitText("after");
      assertThat(bob.sotto().awaitMailboxEmpty(Duration.ofSeconds(10))).isTrue();

      var rows = bob.with(mallory.username).messages(1_000);
      assertThat(rows.stream().map(MessageView::text)).contains("before", "after");
      // A changed bit may be one that nothing depends on: then it is the message that it was.
      assertThat(rows).as("rows of the conversation").hasSizeLessThanOrEqualTo(6);
      assertThat(rows.stream().filter(r -> r.kind() == MessageView.Kind.UNDECRYPTABLE))
          .as("one row for all in a row that could not be read")
          .hasSizeLessThanOrEqualTo(3);
      assertThat(bob.seen().stream().filter(e -> !(e instanceof Event.MessageReceived)))
          .as("events beside the messages")
          .hasSizeLessThan(20);
      // Everything was acked: nothing comes again.
      bob.reopen();
      assertThat(bob.sotto().awaitMailboxEmpty(Duration.ofSeconds(10))).isTrue();
      assertThat(bob.await(e -> e instanceof Event.MessageReceived, Duration.ZERO)).isEmpty();
      assertThat(requestsFor(attack)).as("requests to send again").isLessThanOrEqualTo(16);
    }
    stage.goodPair().exchange();
  }

  /// What the client sent back: receipts and requests to send again.
  private static int requestsFor(RawStream attack) {
    var count = 0;
    while (true) {
      var frame = attack.next(0);
      if (frame.isEmpty()) {
        return count;
      }
      if (frame.get().getFrameCase() == FrameCase.DELIVER) {
        count += frame.get().getDeliver().getDeliveriesCount();
      }
    }
  }

  /// Makes envelopes that look like messages.
  private static final class Forger {
    private final RawDevice device;
    private final AccountChain to;
    private final Random random;
    private final DeviceEnvelope genuine;

    Forger(RawDevice device, AccountChain to, Random random) {
      this.device = device;
      this.to = to;
      this.random = random;
      this.genuine = device.encrypt(to, device.text(to, "never sent as it is")).getFirst();
    }

    DeviceEnvelope next(int i) {
      return switch (i % 8) {
        case 0 -> random(CiphertextType.CIPHERTEXT_TYPE_RATCHET, 1 + random.nextInt(2_000));
        case 1 -> random(CiphertextType.CIPHERTEXT_TYPE_PRE_KEY, 1 + random.nextInt(2_000));
        case 2 -> truncated();
        case 3 -> flipped();
        case 4 -> random(CiphertextType.CIPHERTEXT_TYPE_PLAINTEXT, 100);
        case 5 -> genuine.toBuilder().setType(otherType()).build();
        case 6 -> random(CiphertextType.CIPHERTEXT_TYPE_SENDER_KEY, 100);
        default -> fresh();
      };
    }

    private DeviceEnvelope random(CiphertextType type, int length) {
      var bytes = new byte[length];
      random.nextBytes(bytes);
      return genuine.toBuilder().setType(type).setCiphertext(ByteString.copyFrom(bytes)).build();
    }

    private DeviceEnvelope truncated() {
      var bytes = genuine.getCiphertext();
      return genuine.toBuilder()
          .setCiphertext(bytes.substring(0, 1 + random.nextInt(bytes.size() - 1)))
          .build();
    }

    private DeviceEnvelope flipped() {
      var bytes = genuine.getCiphertext().toByteArray();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      return genuine.toBuilder().setCiphertext(ByteString.copyFrom(bytes)).build();
    }

    private CiphertextType otherType() {
      return genuine.getType() == CiphertextType.CIPHERTEXT_TYPE_PRE_KEY
          ? CiphertextType.CIPHERTEXT_TYPE_RATCHET
          : CiphertextType.CIPHERTEXT_TYPE_PRE_KEY;
    }

    /// A right session with garbage inside.
    private DeviceEnvelope fresh() {
      return device.encrypt(to, RawDevice.randomBytes(512).toByteArray()).getFirst();
    }
  }

  @Test
  void hostileContents_areDropped_andAGoodOneArrives() {
    try (var wire = stage.wire();
        var mallory = RawDevice.registered(wire, stage.freshName("mallory"));
        var bob = Talk.registered(stage, "bob");
        var attack = mallory.connect(1)) {
      var chain = mallory.meet(bob.sotto().account().orElseThrow().id());
      var contents = hostile(mallory, chain);
      for (var content : contents) {
        RawDevice.accepted(attack.send(mallory.to(chain, mallory.encrypt(chain, content)).build()));
      }
      mallory.say(attack, chain, "the good one");
      bob.awaitText("the good one");
      var rows = bob.with(mallory.username).messages(1_000);
      assertThat(
              rows.stream()
                  .filter(r -> r.kind() == MessageView.Kind.MESSAGE)
                  .map(MessageView::text))
          .containsExactly("the good one");
    }
    stage.goodPair().exchange();
  }

  private static List<Content> hostile(RawDevice from, AccountChain to) {
    var all = new ArrayList<Content>();
    var hello = Message.newBuilder().setText("hostile").build();
    all.add(Content.getDefaultInstance());
    all.add(from.content(to).build());
    all.add(from.content(to).setMessage(hello).setMessageId(ByteString.EMPTY).build());
    all.add(from.content(to).setMessage(hello).setMessageId(RawDevice.randomBytes(17)).build());
    all.add(from.content(to).setMessage(hello).setSentAtMs(-1).build());
    // Meant for somebody else: a message passed on under another's name.
    all.add(from.content(to).setMessage(hello).setRecipientAccountId(from.idBytes()).build());
    all.add(from.content(to).setMessage(hello).setUsernameHint("\u001b[31mroot").build());
    all.add(
        from.content(to)
            .setMessage(hello)
            .setSenderChain(ChainHead.newBuilder().setHash(RawDevice.randomBytes(3)))
            .build());
    all.add(from.content(to).setMessage(Message.getDefaultInstance()).build());
    all.add(from.content(to).setMessage(Message.newBuilder().setText("x".repeat(65_537))).build());
    var file = Attachment.newBuilder().setBlobId(RawDevice.randomBytes(32)).setName("f").build();
    all.add(from.content(to).setMessage(Message.newBuilder().addAttachments(file)).build());
    all.add(
        from.content(to)
            .setMessage(hello.toBuilder().setQuotedMessageId(RawDevice.randomBytes(1)))
            .build());
    all.add(
        from.content(to)
            .setReceipt(
                Receipt.newBuilder()
                    .setKind(ReceiptKind.RECEIPT_KIND_READ)
                    .addMessageIds(RawDevice.randomBytes(16)))
            .build());
    all.add(from.content(to).setReceipt(Receipt.newBuilder().setKindValue(77)).build());
    // A body that only a later version knows.
    all.add(
        from.content(to)
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(
                        99,
                        UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(ByteString.copyFromUtf8("new"))
                            .build())
                    .build())
            .build());
    return all;
  }

  @Test
  void messageFromAYearAhead_isCapped_andDoesNotDragTheConversationAlong() {
    try (var wire = stage.wire();
        var mallory = RawDevice.registered(wire, stage.freshName("mallory"));
        var bob = Talk.registered(stage, "bob");
        var attack = mallory.connect(1)) {
      var chain = mallory.meet(bob.sotto().account().orElseThrow().id());
      var now = System.currentTimeMillis();
      var ahead =
          mallory
              .content(chain)
              .setSentAtMs(now + Duration.ofDays(365).toMillis())
              .setMessage(Message.newBuilder().setText("from the future"))
              .build();
      RawDevice.accepted(attack.send(mallory.to(chain, mallory.encrypt(chain, ahead)).build()));
      var first = bob.awaitText("from the future");
      assertThat(first.sentAt().toEpochMilli())
          .isBetween(now, now + Duration.ofMinutes(6).toMillis());
      var conversation = bob.with(mallory.username);
      var answer = conversation.send("answer");
      assertThat(answer.await(sotto.client.Status.SENT, Talk.LIMIT))
          .isEqualTo(sotto.client.Status.SENT);
      assertThat(answer.view().sentAt().toEpochMilli())
          .as("own messages stay near the clock")
          .isBetween(now, now + Duration.ofMinutes(6).toMillis());
    }
  }
}
