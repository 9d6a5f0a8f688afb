package sotto.bench;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import sotto.chat.v1.ChatServiceGrpc;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.Hello;
import sotto.chat.v1.Ping;
import sotto.chat.v1.Send;
import sotto.chat.v1.ServerFrame;

/// A device's stream on a connection of its own. Any thread may send.
final class DeviceStream implements SendStream, ClientResponseObserver<ClientFrame, ServerFrame> {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final int MOST_TRIES = 5;

  // Of all devices, whose accounts are as young as this process: so each stream's is its device's
  // highest.
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final ManagedChannel channel;
  private final Consumer<ServerFrame> frames;
  private final CompletableFuture<DeviceStream> welcome = new CompletableFuture<>();
  private Optional<ClientCallStreamObserver<ClientFrame>> out = Optional.empty();
  private volatile boolean ended;

  private DeviceStream(ManagedChannel channel, Consumer<ServerFrame> frames) {
    this.channel = channel;
    this.frames = frames;
  }

  /// Connects and says hello.
  ///
  /// @param channel of this stream alone, and closed with it
  /// @param frames gets what comes after the welcome, on a thread of the network
  /// @return what is done with the welcome, and fails with the stream
  static CompletableFuture<DeviceStream> open(
      ManagedChannel channel, Person person, Consumer<ServerFrame> frames) {
    DeviceStream stream = new DeviceStream(channel, frames);
    Metadata headers = signedIn(person);
    var _ =
        ChatServiceGrpc.newStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .connect(stream);
    stream.send(
        ClientFrame.newBuilder()
            .setHello(
                Hello.newBuilder()
                    .setConnectionNumber(NUMBERS.incrementAndGet())
                    .setClient("bench"))
            .build());
    return stream.welcome;
  }

  /// Connects and says hello, on another connection where one fails: on a busy machine the first
  /// may run out of the time that TLS may take.
  ///
  /// @param connections makes the one of this stream alone
  /// @param frames gets what comes after the welcome, on a thread of the network
  /// @return what is done with the welcome, or fails with `CannotMeasure`
  static CompletableFuture<DeviceStream> opened(
      Supplier<ManagedChannel> connections, Person person, Consumer<ServerFrame> frames) {
    return opened(connections, person, frames, MOST_TRIES);
  }

  private static CompletableFuture<DeviceStream> opened(
      Supplier<ManagedChannel> connections,
      Person person,
      Consumer<ServerFrame> frames,
      int tries) {
    return open(connections.get(), person, frames)
        .exceptionallyCompose(failure ->
            tries > 1
                ? opened(connections, person, frames, tries - 1)
                : CompletableFuture.failedFuture(
                    new CannotMeasure(
                        "a stream did not open in "
                            + MOST_TRIES
                            + " tries: "
                            + failure.getMessage())));
  }

  /// What says who calls.
  static Metadata signedIn(Person person) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + person.token());
    return headers;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ClientFrame> stream) {
    out = Optional.of(stream);
  }

  /// Sends a frame. After the stream's end it does nothing.
  void send(ClientFrame frame) {
    if (ended) {
      return;
    }
    synchronized (this) {
      out.orElseThrow().onNext(frame);
    }
  }

  @Override
  public void send(Send send) {
    send(ClientFrame.newBuilder().setSend(send).build());
  }

  /// Keeps it open; due every 30 s.
  @Override
  public void ping() {
    send(ClientFrame.newBuilder().setPing(Ping.newBuilder().setId(1)).build());
  }

  @Override
  public void onNext(ServerFrame frame) {
    switch (frame.getFrameCase()) {
      case WELCOME -> welcome.complete(this);
      case DIVERGED -> welcome.completeExceptionally(new IllegalStateException("diverged"));
      default -> frames.accept(frame);
    }
  }

  @Override
  public void onError(Throwable failure) {
    end(failure);
  }

  @Override
  public void onCompleted() {
    end(new IllegalStateException("the stream has ended"));
  }

  private void end(Throwable failure) {
    ended = true;
    welcome.completeExceptionally(failure);
    // Who comes back comes on another connection.
    channel.shutdownNow();
  }

  @Override
  public boolean ended() {
    return ended;
  }

  /// Closes the connection.
  @Override
  public void close() {
    channel.shutdownNow();
  }
}
