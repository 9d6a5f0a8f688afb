package sotto.mesh;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.SynchronizationContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// One call on its way through a server: the caller's side and the side behind, joined message by
/// message, unary or streaming.
///
/// A message is asked of one side when the other has taken the one before and is ready. Callbacks
/// of the two sides come on their own threads; one turn does all that is done to either. Of a
/// failure behind only our own reasons pass; no headers do, in either direction.
///
/// @param <Q> the request
/// @param <R> the response
public final class JoinedCall<Q, R> {
  private static final Logger LOG = System.getLogger(JoinedCall.class.getName());
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private final ServerCall<Q, R> front;
  private final ClientCall<Q, R> back;
  private final Gate<Q> gate;
  private final SynchronizationContext turn = new SynchronizationContext((thread, e) -> fail(e));

  // Touched in the turn only.
  private boolean first = true;
  private boolean closed;
  private boolean wantFront;
  private boolean wantBack;

  /// Who lets a call through. Called in the call's turn: must not block.
  ///
  /// @param <Q> the request
  public interface Gate<Q> {
    /// Looks at the first message before it is passed on.
    ///
    /// @param message the message
    /// @return why the call ends here; empty = it may pass
    Optional<StatusRuntimeException> refuses(Q message);

    /// The call was answered with OK.
    void succeeded();

    /// Lets everything through.
    ///
    /// @param <Q> the request
    /// @return a gate that is open
    static <Q> Gate<Q> open() {
      return new Gate<>() {
        @Override
        public Optional<StatusRuntimeException> refuses(Q message) {
          return Optional.empty();
        }

        @Override
        public void succeeded() {
          // Nobody asks.
        }
      };
    }
  }

  private JoinedCall(ServerCall<Q, R> front, ClientCall<Q, R> back, Gate<Q> gate) {
    this.front = front;
    this.back = back;
    this.gate = gate;
  }

  /// Starts the side behind and joins it to the caller's. Deadline and cancellation of the current
  /// context apply to both.
  ///
  /// @param front the caller's call, which nobody has touched
  /// @param back a call that has not been started
  /// @param gate who lets it through
  /// @param <Q> the request
  /// @param <R> the response
  /// @return what hears the caller
  public static <Q, R> ServerCall.Listener<Q> join(
      ServerCall<Q, R> front, ClientCall<Q, R> back, Gate<Q> gate) {
    return new JoinedCall<>(front, back, gate).start();
  }

  private ServerCall.Listener<Q> start() {
    back.start(new Back(), new Metadata());
    front.request(1);
    back.request(1);
    return new Front();
  }

  private void fromFront(Q message) {
    if (closed) {
      return;
    }
    if (first) {
      first = false;
      var refusal = gate.refuses(message);
      if (refusal.isPresent()) {
        refuse(refusal.get());
        return;
      }
    }
    back.sendMessage(message);
    wantFront = true;
    askFront();
  }

  private void refuse(StatusRuntimeException why) {
    closed = true;
    back.cancel("refused", null);
    close(why);
  }

  private void close(StatusRuntimeException why) {
    front.close(why.getStatus(), Failures.trailersOf(why));
  }

  private void askFront() {
    if (wantFront && !closed && back.isReady()) {
      wantFront = false;
      front.request(1);
    }
  }

  private void askBack() {
    if (wantBack && !closed && front.isReady()) {
      wantBack = false;
      back.request(1);
    }
  }

  private void fromBack(R message) {
    if (closed) {
      return;
    }
    front.sendMessage(message);
    wantBack = true;
    if (front.getMethodDescriptor().getType().serverSendsOneMessage()) {
      // The status follows without being asked for; the request lets a second message be seen as
      // the fault it is.
      wantBack = false;
      back.request(1);
    } else {
      askBack();
    }
  }

  private void closedByBack(Status status, Metadata trailers) {
    if (closed) {
      return;
    }
    closed = true;
    if (status.isOk()) {
      front.close(Status.OK, new Metadata());
      gate.succeeded();
      return;
    }
    var details = trailers.get(DETAILS);
    if (details != null) {
      var passed = new Metadata();
      passed.put(DETAILS, details);
      front.close(
          Status.fromCode(status.getCode()).withDescription(status.getDescription()), passed);
      return;
    }
    close(
        switch (status.getCode()) {
          case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED ->
              Statuses.of(Reason.UNAVAILABLE, "a server behind does not answer");
          case UNIMPLEMENTED -> Statuses.of(Reason.NOT_SERVED, "the call is not served");
          default -> Statuses.of(Reason.INTERNAL, "a server behind failed");
        });
  }

  private void fail(Throwable failure) {
    LOG.log(Level.ERROR, "a passed call failed", new Scrubbed(failure));
    if (!closed) {
      refuse(Statuses.of(Reason.INTERNAL, "the call failed"));
    }
  }

  /// The caller's side.
  private final class Front extends ServerCall.Listener<Q> {
    @Override
    public void onMessage(Q message) {
      turn.execute(() -> fromFront(message));
    }

    @Override
    public void onHalfClose() {
      turn.execute(() -> {
        if (!closed) {
          back.halfClose();
        }
      });
    }

    @Override
    public void onCancel() {
      turn.execute(() -> {
        closed = true;
        back.cancel("the client has gone", null);
      });
    }

    @Override
    public void onReady() {
      turn.execute(JoinedCall.this::askBack);
    }
  }

  /// The side of the service behind.
  private final class Back extends ClientCall.Listener<R> {
    private boolean headersSent;

    @Override
    public void onHeaders(Metadata headers) {
      turn.execute(this::sendHeaders);
    }

    private void sendHeaders() {
      if (!closed && !headersSent) {
        headersSent = true;
        front.sendHeaders(new Metadata());
      }
    }

    @Override
    public void onMessage(R message) {
      turn.execute(() -> {
        sendHeaders();
        fromBack(message);
      });
    }

    @Override
    public void onClose(Status status, @Nullable Metadata trailers) {
      turn.execute(() -> closedByBack(status, trailers == null ? new Metadata() : trailers));
    }

    @Override
    public void onReady() {
      turn.execute(JoinedCall.this::askFront);
    }
  }
}
