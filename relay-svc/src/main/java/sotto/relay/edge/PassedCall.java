package sotto.relay.edge;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.SynchronizationContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sotto.mesh.Caller;
import sotto.mesh.PeerAddress;
import sotto.mesh.Permit;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// One call on its way through: the client's side and the side behind, joined message by message.
///
/// A message is asked of one side when the other has taken the one before and is ready. Callbacks
/// of the two sides come on their own threads; one turn does all that is done to either.
final class PassedCall {
  private static final Logger LOG = System.getLogger(PassedCall.class.getName());
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private final ServerCall<byte[], byte[]> front;
  private final ClientCall<byte[], byte[]> back;
  private final CallPolicy policy;
  private final Optional<Caller> caller;
  private final Optional<PeerAddress> address;
  private final SynchronizationContext turn = new SynchronizationContext((thread, e) -> fail(e));

  // Touched in the turn only.
  private boolean first = true;
  private boolean closed;
  private boolean wantFront;
  private boolean wantBack;

  PassedCall(
      ServerCall<byte[], byte[]> front,
      MethodDescriptor<byte[], byte[]> method,
      Channel target,
      CallPolicy policy,
      Optional<Caller> caller,
      Optional<PeerAddress> address,
      Optional<Duration> deadline) {
    this.front = front;
    this.policy = policy;
    this.caller = caller;
    this.address = address;
    var options = CallOptions.DEFAULT;
    // A shorter deadline of the client stands in the context and wins.
    if (deadline.isPresent()) {
      options = options.withDeadlineAfter(deadline.get().toMillis(), TimeUnit.MILLISECONDS);
    }
    this.back = target.newCall(method, options);
  }

  /// Starts both sides.
  ServerCall.Listener<byte[]> listener() {
    back.start(new Back(), new Metadata());
    front.request(1);
    back.request(1);
    return new Front();
  }

  private void fromFront(byte[] message) {
    if (closed) {
      return;
    }
    if (first && !mayPass(message)) {
      return;
    }
    first = false;
    back.sendMessage(message);
    wantFront = true;
    askFront();
  }

  private boolean mayPass(byte[] message) {
    String method = front.getMethodDescriptor().getFullMethodName();
    try {
      return switch (policy.take(method, caller, address, message)) {
        case Permit.Granted _ -> true;
        case Permit.Refused(Duration retryAfter) -> {
          refuse(Statuses.rateLimited(retryAfter));
          yield false;
        }
      };
    } catch (InvalidProtocolBufferException e) {
      refuse(
          Statuses.of(Reason.FIELD_OUT_OF_BOUNDS, "the message is malformed", Map.of("field", "")));
      return false;
    }
  }

  private void refuse(StatusRuntimeException why) {
    closed = true;
    back.cancel("refused", null);
    TokenGate.close(front, why);
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

  private void fromBack(byte[] message) {
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
      policy.succeeded(front.getMethodDescriptor().getFullMethodName(), caller);
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
    TokenGate.close(
        front,
        switch (status.getCode()) {
          case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED ->
              Statuses.of(Reason.UNAVAILABLE, "a server behind does not answer");
          case UNIMPLEMENTED -> Statuses.of(Reason.NOT_SERVED, "the call is not served");
          default -> Statuses.of(Reason.INTERNAL, "a server behind failed");
        });
  }

  private void fail(Throwable failure) {
    LOG.log(Level.ERROR, "a passed call failed", failure);
    if (!closed) {
      refuse(Statuses.of(Reason.INTERNAL, "the call failed"));
    }
  }

  /// The client's side.
  private final class Front extends ServerCall.Listener<byte[]> {
    @Override
    public void onMessage(byte[] message) {
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
      turn.execute(PassedCall.this::askBack);
    }
  }

  /// The side of the service behind.
  private final class Back extends ClientCall.Listener<byte[]> {
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
    public void onMessage(byte[] message) {
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
      turn.execute(PassedCall.this::askFront);
    }
  }
}
