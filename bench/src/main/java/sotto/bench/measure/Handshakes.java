package sotto.bench.measure;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/// Counts the TLS handshakes of clients, and of them those that went on with a session they had.
/// Thread-safe.
///
/// Which they are the server says in the first thing that it sends: a ServerHello (RFC 8446 §4.1.3)
/// with the extension `pre_shared_key` (§4.2.11).
public final class Handshakes {
  private static final int RECORD_HEADER = 5;
  private static final int HANDSHAKE_RECORD = 22;
  private static final int HANDSHAKE_HEADER = 4;
  private static final int SERVER_HELLO = 2;
  private static final int VERSION_AND_RANDOM = 2 + 32;
  private static final int CIPHER_SUITE_AND_COMPRESSION = 2 + 1;
  private static final int PRE_SHARED_KEY = 41;
  private static final int LONGEST = 1024;

  private final LongAdder all = new LongAdder();
  private final LongAdder resumed = new LongAdder();

  /// How many there were.
  ///
  /// @param all handshakes that the server answered
  /// @param resumed of them those that went on with a session
  public record Count(long all, long resumed) {
    /// What came after another count.
    public Count since(Count before) {
      return new Count(all - before.all, resumed - before.resumed);
    }
  }

  /// Those until now.
  public Count count() {
    return new Count(all.sum(), resumed.sum());
  }

  /// Counts the handshake of one connection; stands before whatever reads TLS, and goes when it has
  /// seen enough.
  public ChannelHandler watch() {
    return new Watch();
  }

  private final class Watch extends ChannelInboundHandlerAdapter {
    private final ByteBuf seen = Unpooled.buffer();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof ByteBuf bytes) {
        seen.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
        look(context);
      }
      context.fireChannelRead(message);
    }

    private void look(ChannelHandlerContext context) {
      if (seen.readableBytes() < RECORD_HEADER) {
        return;
      }
      int length = seen.getUnsignedShort(3);
      if (length <= LONGEST && seen.readableBytes() < RECORD_HEADER + length) {
        return;
      }
      context.pipeline().remove(this);
      goesOn(seen)
          .ifPresent(goesOn -> {
            all.increment();
            if (goesOn) {
              resumed.increment();
            }
          });
    }
  }

  /// Whether the server goes on with a session.
  ///
  /// @param record its first TLS record
  /// @return empty when that is no ServerHello
  static Optional<Boolean> goesOn(ByteBuf record) {
    try {
      return readHello(record);
    } catch (IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  private static Optional<Boolean> readHello(ByteBuf record) {
    if (record.getByte(0) != HANDSHAKE_RECORD || record.getByte(RECORD_HEADER) != SERVER_HELLO) {
      return Optional.empty();
    }
    ByteBuf hello = record.slice(RECORD_HEADER, record.getUnsignedShort(3));
    hello.skipBytes(HANDSHAKE_HEADER + VERSION_AND_RANDOM);
    hello.skipBytes(hello.readUnsignedByte()); // the session's id, which says nothing any more
    hello.skipBytes(CIPHER_SUITE_AND_COMPRESSION);
    ByteBuf extensions = hello.readSlice(hello.readUnsignedShort());
    while (extensions.isReadable()) {
      if (extensions.readUnsignedShort() == PRE_SHARED_KEY) {
        return Optional.of(true);
      }
      extensions.skipBytes(extensions.readUnsignedShort());
    }
    return Optional.of(false);
  }
}
