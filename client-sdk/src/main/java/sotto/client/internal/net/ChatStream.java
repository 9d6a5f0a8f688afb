package sotto.client.internal.net;

import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import sotto.chat.v1.ChatServiceGrpc;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.ServerFrame;

/// The device's stream: the one place where gRPC's callbacks come in.
///
/// Frames are written by many threads and go in the order of the calls. What comes is handed on one
/// frame at a time on the network's thread, so the listener must not block; it asks for more with
/// [#handled].
public final class ChatStream {
  /// What hears of the stream.
  public interface Listener {
    /// A frame came.
    void frame(ChatStream stream, ServerFrame frame);

    /// Frames can be written again without being buffered.
    void ready(ChatStream stream);

    /// The stream has ended; nothing follows.
    ///
    /// @param failure empty when the server ended it in good order
    void ended(ChatStream stream, Optional<Throwable> failure);
  }

  private static final int FRAMES_AHEAD = 16;

  private final Listener listener;
  private final AtomicReference<Optional<ClientCallStreamObserver<ClientFrame>>> call =
      new AtomicReference<>(Optional.empty());
  private boolean over; // guarded by this

  private ChatStream(Listener listener) {
    this.listener = listener;
  }

  /// Opens the stream; the first frame to send is `hello`.
  public static ChatStream open(Channel channel, String token, Listener listener) {
    ChatStream stream = new ChatStream(listener);
    var _ =
        ServerCalls.withToken(ChatServiceGrpc.newStub(channel), token)
            .connect(stream.new Incoming());
    return stream;
  }

  /// Writes a frame; does nothing once the stream is over.
  public synchronized void send(ClientFrame frame) {
    if (!over) {
      observer().onNext(frame);
    }
  }

  /// Whether frames go out as they are written.
  public boolean ready() {
    return observer().isReady();
  }

  /// Asks for one more frame: one has been dealt with.
  public void handled() {
    try {
      observer().request(1);
    } catch (RejectedExecutionException e) {
      // The connection below was closed meanwhile: no frame comes any more.
    }
  }

  /// Ends the stream in good order: what was written still goes out.
  public synchronized void complete() {
    if (!over) {
      over = true;
      observer().onCompleted();
    }
  }

  /// Breaks the stream off.
  public synchronized void cancel(String why) {
    over = true;
    observer().cancel(why, null);
  }

  private ClientCallStreamObserver<ClientFrame> observer() {
    return call.get().orElseThrow(() -> new IllegalStateException("not started"));
  }

  private synchronized void markOver() {
    over = true;
  }

  private final class Incoming implements ClientResponseObserver<ClientFrame, ServerFrame> {
    @Override
    public void beforeStart(ClientCallStreamObserver<ClientFrame> requests) {
      requests.disableAutoRequestWithInitial(FRAMES_AHEAD);
      requests.setOnReadyHandler(() -> listener.ready(ChatStream.this));
      call.set(Optional.of(requests));
    }

    @Override
    public void onNext(ServerFrame frame) {
      listener.frame(ChatStream.this, frame);
    }

    @Override
    public void onError(Throwable failure) {
      markOver();
      listener.ended(ChatStream.this, Optional.of(failure));
    }

    @Override
    public void onCompleted() {
      markOver();
      listener.ended(ChatStream.this, Optional.empty());
    }
  }
}
