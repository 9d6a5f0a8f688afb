package sotto.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

final class HandshakesTest {
  private static final int SUPPORTED_VERSIONS = 43;
  private static final int PRE_SHARED_KEY = 41;

  private final Handshakes handshakes = new Handshakes();

  /// A ServerHello of TLS 1.3 with these extensions, two bytes each, and what comes behind it.
  private static ByteBuf hello(int... extensions) {
    ByteBuf inside = Unpooled.buffer();
    for (int extension : extensions) {
      inside.writeShort(extension).writeShort(2).writeShort(0);
    }
    ByteBuf hello = Unpooled.buffer();
    hello.writeShort(0x0303).writeZero(32).writeByte(32).writeZero(32).writeShort(0x1301);
    hello.writeByte(0).writeShort(inside.readableBytes()).writeBytes(inside);
    ByteBuf record = Unpooled.buffer();
    record.writeByte(22).writeShort(0x0303).writeShort(4 + hello.readableBytes());
    record.writeByte(2).writeMedium(hello.readableBytes()).writeBytes(hello);
    return record.writeBytes(new byte[] {20, 3, 3, 0, 1, 1});
  }

  private void read(ByteBuf... pieces) {
    var channel = new EmbeddedChannel(handshakes.watch());
    for (ByteBuf piece : pieces) {
      int bytes = piece.readableBytes();
      channel.writeInbound(piece);
      ByteBuf passed = channel.readInbound();
      assertThat(passed.readableBytes()).as("what is read behind it").isEqualTo(bytes);
    }
    channel.finishAndReleaseAll();
  }

  @Test
  void handshakeThatGoesOnWithASession_isToldFromOneThatDoesNot() {
    read(hello(SUPPORTED_VERSIONS));
    read(hello(SUPPORTED_VERSIONS, PRE_SHARED_KEY));
    read(hello(PRE_SHARED_KEY));

    assertThat(handshakes.count()).isEqualTo(new Handshakes.Count(3, 2));
  }

  @Test
  void helloThatComesInPieces_isCountedOnce() {
    ByteBuf hello = hello(PRE_SHARED_KEY);
    ByteBuf[] pieces = new ByteBuf[hello.readableBytes()];
    for (int i = 0; i < pieces.length; i++) {
      pieces[i] = hello.copy(i, 1);
    }
    read(pieces);

    assertThat(handshakes.count()).isEqualTo(new Handshakes.Count(1, 1));
  }

  @Test
  void whatIsNoServerHello_isNotCounted() {
    ByteBuf cut = hello(PRE_SHARED_KEY);
    cut.setShort(3, 60);
    read(cut);
    read(
        Unpooled.copiedBuffer(
            "HTTP/1.1 400 Bad Request\r\n\r\n"
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
    read(hello(PRE_SHARED_KEY).setByte(5, 1));
    read(hello(PRE_SHARED_KEY).setByte(0, 21));

    assertThat(handshakes.count()).isEqualTo(new Handshakes.Count(0, 0));
  }

  @Test
  void countSince_isWhatCameAfter() {
    read(hello(PRE_SHARED_KEY));
    Handshakes.Count before = handshakes.count();
    read(hello());

    assertThat(handshakes.count().since(before)).isEqualTo(new Handshakes.Count(1, 0));
  }
}
