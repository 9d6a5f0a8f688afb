package sotto.client.internal.net;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import sotto.chat.v1.ChatServiceGrpc;
import sotto.chat.v1.SealedSend;
import sotto.chat.v1.SendResult;

/// A stream of sends that name no sender. It is opened without a token, and on a connection on
/// which nothing else goes.
///
/// What comes is handed on on the network's thread, so the listener must not block.
public final class SealedStream {
  /// What hears of the stream.
  public interface Listener {
    /// A send is answered.
    void answered(SealedStream stream, SendResult result);

    /// Sends can be written again without being buffered.
    void ready(SealedStream stream);

    /// The stream has ended; nothing follows.
    ///
    /// @param absent the server has no such call, and has stored nothing
    void ended(SealedStream stream, boolean absent);
  }

  private final Listener listener;
  private final AtomicReference<Optional<ClientCallStreamObserver<SealedSend>>> call =
      new AtomicReference<>(Optional.empty());
  private boolean over; // guarded by this

  private SealedStream(Listener listener) {
    this.listener = listener;
  }

  /// Opens the stream.
  public static SealedStream open(Channel channel, Listener listener) {
    SealedStream stream = new SealedStream(listener);
    var _ = ChatServiceGrpc.newStub(channel).sendSealed(stream.new Incoming());
    return stream;
  }

  /// Writes a send; does nothing once the stream is over.
  public synchronized void send(SealedSend send) {
    if (!over) {
      observer().onNext(send);
    }
  }

  /// Whether sends go out as they are written.
  public synchronized boolean ready() {
    return !over && observer().isReady();
  }

  /// Ends the stream in good order.
  public synchronized void complete() {
    if (!over) {
      over = true;
      observer().onCompleted();
    }
  }

  private ClientCallStreamObserver<SealedSend> observer() {
    return call.get().orElseThrow(() -> new IllegalStateException("not started"));
  }

  private synchronized void markOver() {
    over = true;
  }

  private final class Incoming implements ClientResponseObserver<SealedSend, SendResult> {
    @Override
    public void beforeStart(ClientCallStreamObserver<SealedSend> requests) {
      requests.setOnReadyHandler(() -> listener.ready(SealedStream.this));
      call.set(Optional.of(requests));
    }

    @Override
    public void onNext(SendResult result) {
      listener.answered(SealedStream.this, result);
    }

    @Override
    public void onError(Throwable failure) {
      markOver();
      listener.ended(
          SealedStream.this, Status.fromThrowable(failure).getCode() == Status.Code.UNIMPLEMENTED);
    }

    @Override
    public void onCompleted() {
      markOver();
      listener.ended(SealedStream.this, false);
    }
  }
}
