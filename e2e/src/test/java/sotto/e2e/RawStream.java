package sotto.e2e;

import com.google.protobuf.CodedOutputStream;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import sotto.chat.v1.Ack;
import sotto.chat.v1.ChatServiceGrpc;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.Delivery;
import sotto.chat.v1.Hello;
import sotto.chat.v1.Send;
import sotto.chat.v1.SendResult;
import sotto.chat.v1.ServerFrame;
import sotto.chat.v1.ServerFrame.FrameCase;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// One `Connect` stream by hand: sends any frame, or bytes that are none, and reads only what it is
/// told to if made so.
final class RawStream implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(20);

  private final ClientCall<byte[], byte[]> call;
  private final BlockingQueue<Optional<ServerFrame>> frames = new LinkedBlockingQueue<>();
  private final CompletableFuture<StatusRuntimeException> end = new CompletableFuture<>();
  private final List<ServerFrame> skipped = new ArrayList<>();

  /// Opens one.
  ///
  /// @param channel with the headers wanted
  /// @param reads false = nothing is taken off the network until [#read]
  RawStream(Channel channel, boolean reads) {
    call = channel.newCall(Wire.rawMethod(ChatServiceGrpc.getConnectMethod()), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(byte[] message) {
            frames.add(Optional.of(parse(message)));
            if (reads) {
              call.request(1);
            }
          }

          @Override
          public void onClose(Status status, @Nullable Metadata trailers) {
            end.complete(new StatusRuntimeException(status, trailers));
            frames.add(Optional.empty());
          }
        },
        new Metadata());
    if (reads) {
      call.request(1);
    }
  }

  private static ServerFrame parse(byte[] message) {
    try {
      return ServerFrame.parseFrom(message);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Takes so many frames off the network.
  void read(int count) {
    call.request(count);
  }

  void send(ClientFrame.Builder frame) {
    sendRaw(frame.build().toByteArray());
  }

  /// Sends bytes as a frame.
  void sendRaw(byte[] frame) {
    call.sendMessage(frame);
  }

  void hello(long number) {
    send(
        ClientFrame.newBuilder()
            .setHello(Hello.newBuilder().setConnectionNumber(number).setClient("e2e")));
  }

  /// Sends and waits for the result.
  SendResult send(Send send) {
    send(ClientFrame.newBuilder().setSend(send));
    return await(f -> f.hasSendResult() && f.getSendResult().getRequest() == send.getRequest())
        .getSendResult();
  }

  void ack(List<Delivery> deliveries) {
    if (!deliveries.isEmpty()) {
      send(
          ClientFrame.newBuilder()
              .setAck(
                  Ack.newBuilder()
                      .addAllPositions(deliveries.stream().map(Delivery::getPosition).toList())));
    }
  }

  /// Waits for a frame of a kind.
  ServerFrame await(FrameCase kind) {
    return await(f -> f.getFrameCase() == kind);
  }

  /// Waits for a frame; others are kept for later.
  ServerFrame await(Predicate<ServerFrame> wanted) {
    for (var frame : skipped) {
      if (wanted.test(frame)) {
        skipped.remove(frame);
        return frame;
      }
    }
    var until = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      var frame = next(until - System.nanoTime());
      if (frame.isEmpty()) {
        throw new AssertionError(
            "not within " + LIMIT + "; came instead: " + kinds(skipped), ended());
      }
      if (wanted.test(frame.get())) {
        return frame.get();
      }
      skipped.add(frame.get());
    }
  }

  /// The next frame, if one comes in time.
  Optional<ServerFrame> next(long nanos) {
    try {
      var frame = frames.poll(nanos, TimeUnit.NANOSECONDS);
      if (frame == null) {
        return Optional.empty();
      }
      if (frame.isEmpty()) {
        frames.add(frame);
      }
      return frame;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// Waits for so many deliveries.
  List<Delivery> deliveries(int count) {
    var all = new ArrayList<Delivery>();
    while (all.size() < count) {
      all.addAll(await(FrameCase.DELIVER).getDeliver().getDeliveriesList());
    }
    return all;
  }

  /// Waits for the end that the server makes.
  StatusRuntimeException awaitEnd() {
    try {
      return end.get(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("the stream did not end; it holds " + kinds(skipped), e);
    }
  }

  /// Why the server ended it.
  Optional<Reason> reason() {
    return Statuses.reason(awaitEnd());
  }

  private @Nullable Throwable ended() {
    return end.getNow(null);
  }

  private static List<FrameCase> kinds(List<ServerFrame> frames) {
    return frames.stream().map(ServerFrame::getFrameCase).toList();
  }

  /// A frame with one field of a number that no version knows.
  static byte[] unknownFrame(int number) {
    var bytes = new byte[16];
    var out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeUInt64(number, 7);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return java.util.Arrays.copyOf(bytes, out.getTotalBytesWritten());
  }

  void halfClose() {
    call.halfClose();
  }

  @Override
  public void close() {
    call.cancel("done", null);
  }
}
