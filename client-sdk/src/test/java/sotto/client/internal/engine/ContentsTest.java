package sotto.client.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.content.v1.Attachment;
import sotto.content.v1.Content;
import sotto.content.v1.Message;
import sotto.content.v1.Receipt;
import sotto.crypto.Attachments;

/// What a hostile peer puts into a ciphertext.
final class ContentsTest {
  private static final AccountId SELF = new AccountId(1, 2);

  private static Content.Builder content() {
    return Content.newBuilder()
        .setMessageId(ByteString.copyFrom(new byte[16]))
        .setRecipientAccountId(ByteString.copyFrom(SELF.bytes()));
  }

  private static Message.Builder text(String text) {
    return Message.newBuilder().setText(text);
  }

  private static Attachment.Builder attachment() {
    return Attachment.newBuilder()
        .setBlobId(ByteString.copyFrom(new byte[32]))
        .setKey(ByteString.copyFrom(new byte[32]))
        .setSize(5)
        .setCiphertextSize(Attachments.ciphertextSize(5))
        .setCiphertextSha256(ByteString.copyFrom(new byte[32]))
        .setSha256(ByteString.copyFrom(new byte[32]))
        .setName("a.png");
  }

  private static boolean accepted(Content.Builder content) {
    return Contents.check(content.build().toByteArray(), SELF).isPresent();
  }

  @Test
  void honestContents_areTaken() {
    assertThat(accepted(content().setMessage(text("hi")))).isTrue();
    assertThat(accepted(content().setMessage(text("x".repeat(65_536))))).isTrue();
    assertThat(accepted(content().setMessage(text("").addAttachments(attachment())))).isTrue();
    assertThat(accepted(content())).as("a body of a later version").isTrue();
  }

  @Test
  void contentsOutOfBounds_areRefused() {
    ByteString fifteen = ByteString.copyFrom(new byte[15]);
    List<Content.Builder> bad =
        List.of(
            content().setMessage(text("hi")).setMessageId(fifteen),
            content()
                .setMessage(text("hi"))
                .setRecipientAccountId(ByteString.copyFrom(new byte[16])),
            content().setMessage(text("hi")).setSentAtMs(-1),
            content().setMessage(text("hi")).setProfileKey(fifteen),
            content().setMessage(text("hi")).setUsernameHint("Not A Name"),
            content().setMessage(text("")),
            content().setMessage(text("x".repeat(65_537))),
            content().setMessage(text("hi").setQuotedMessageId(fifteen)),
            content().setMessage(text("hi").addAttachments(attachment().setKey(fifteen))),
            content().setMessage(text("hi").addAttachments(attachment().setSize(-1))),
            content().setMessage(text("hi").addAttachments(attachment().setSize(6_000))),
            content().setMessage(text("hi").addAttachments(attachment().setBlobId(fifteen))),
            content().setMessage(text("hi").addAttachments(attachment().setName("n".repeat(256)))),
            content().setReceipt(Receipt.getDefaultInstance()),
            content().setReceipt(Receipt.newBuilder().addMessageIds(fifteen)));
    for (Content.Builder content : bad) {
      assertThat(accepted(content)).as("%s", content).isFalse();
    }
    Message.Builder many = text("hi");
    for (int i = 0; i < 17; i++) {
      many.addAttachments(attachment());
    }
    assertThat(accepted(content().setMessage(many))).isFalse();
  }

  @Test
  void anyBytes_areTakenOrRefused_neverThrow() {
    long seed = 4711;
    Random random = new Random(seed);
    byte[] honest = content().setMessage(text("hello there")).build().toByteArray();
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = honest.clone();
      for (int n = random.nextInt(6); n >= 0; n--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      assertThat(Contents.check(bytes, SELF)).as("seed %d", seed).isNotNull();
    }
  }
}
