package sotto.relay.edge;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.SynchronizationContext;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sotto.mesh.Caller;
import sotto.mesh.PeerAddress;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.relay.pods.Pursuit;
import sotto.relay.pods.Route;

/// One unary call of a client on its way to the pod that owns the account it is about.
///
/// *Moved* is followed, because nothing was done. A pod that does not answer is followed by another
/// only when the method may be called twice and the retry budget allows it. The client sees
/// neither: it gets the answer, or *unavailable*, and no pod's name.
///
/// # Threads
///
/// Callbacks of both sides come on their own threads; one turn does all that is done to either.
final class OwnerCall extends ServerCall.Listener<byte[]> {
  private static final Logger LOG = System.getLogger(OwnerCall.class.getName());
  private static final Duration COME_BACK = Duration.ofSeconds(1);

  private final ServerCall<byte[], byte[]> front;
  private final MethodDescriptor<byte[], byte[]> method;
  private final Subject subject;
  private final OwnerCalls.Shared shared;
  private final Optional<Caller> caller = Caller.current();
  private final PolicyGate gate;
  // The client's deadline and cancellation.
  private final Context context = Context.current();
  private final Pursuit pursuit;
  private final long untilMillis;
  private final SynchronizationContext turn = new SynchronizationContext((thread, e) -> fail(e));

  // Touched in the turn only.
  private byte @Nullable [] request;
  private @Nullable ClientCall<byte[], byte[]> back;
  private OptionalInt bucket = OptionalInt.empty();
  private boolean closed;

  OwnerCall(
      ServerCall<byte[], byte[]> front,
      MethodDescriptor<byte[], byte[]> method,
      Subject subject,
      OwnerCalls.Shared shared) {
    this.front = front;
    this.method = method;
    this.subject = subject;
    this.shared = shared;
    this.gate =
        new PolicyGate(shared.policy(), method.getFullMethodName(), caller, PeerAddress.current());
    long patience = shared.deadline().toMillis();
    this.pursuit = new Pursuit(shared.wheel(), shared.backoff(), patience);
    this.untilMillis = shared.wheel().now() + patience;
    // The second lets a second message be seen as the fault it is.
    front.request(2);
  }

  @Override
  public void onMessage(byte[] message) {
    turn.execute(() -> {
      if (closed) {
        return;
      }
      if (request != null) {
        malformed();
        return;
      }
      request = message;
    });
  }

  @Override
  public void onHalfClose() {
    turn.execute(() -> {
      if (closed) {
        return;
      }
      if (request == null) {
        malformed();
      } else if (mayPass(request)) {
        send();
      }
    });
  }

  @Override
  public void onCancel() {
    turn.execute(() -> {
      closed = true;
      if (back != null) {
        back.cancel("the client has gone", null);
      }
    });
  }

  private boolean mayPass(byte[] message) {
    var refusal = gate.refuses(message);
    if (refusal.isPresent()) {
      close(refusal.get());
      return false;
    }
    try {
      subject
          .account(message, caller)
          .ifPresent(account -> bucket = OptionalInt.of(account.bucket()));
      return true;
    } catch (IOException e) {
      malformed();
      return false;
    }
  }

  private void malformed() {
    close(Statuses.of(Reason.FIELD_OUT_OF_BOUNDS, "the message is malformed", Map.of("field", "")));
  }

  private void send() {
    var message = request;
    if (closed || message == null) {
      return;
    }
    var routes = shared.routes();
    var route = bucket.isPresent() ? routes.of(bucket.getAsInt()) : routes.any();
    long left = Math.max(1, untilMillis - shared.wheel().now());
    // A shorter deadline of the client stands in the context and wins.
    context.run(() -> {
      var options = CallOptions.DEFAULT.withDeadlineAfter(left, TimeUnit.MILLISECONDS);
      var channel = routes.channel(route);
      var call =
          caller
              .map(c -> ClientInterceptors.intercept(channel, c.interceptor()))
              .orElse(channel)
              .newCall(method, options);
      back = call;
      call.start(new Back(route), new Metadata());
      call.request(2);
      call.sendMessage(message);
      call.halfClose();
    });
  }

  private void answered(Route route, Status status, Metadata trailers, Optional<byte[]> answer) {
    if (closed) {
      return;
    }
    if (status.isOk() && answer.isPresent()) {
      closed = true;
      shared.routes().answered(route);
      shared.budget().succeeded();
      front.sendHeaders(new Metadata());
      front.sendMessage(answer.get());
      front.close(Status.OK, new Metadata());
      gate.succeeded();
      return;
    }
    var failure = status.asRuntimeException(trailers);
    var owner = Statuses.movedTo(failure);
    if (owner.isPresent()) {
      bucket.ifPresent(b -> shared.routes().moved(b, route, owner.get()));
      if (!pursuit.goOn(this::again)) {
        close(unavailable());
      }
      return;
    }
    boolean silent = shared.routes().failed(route, failure);
    boolean passes = silent || Statuses.reason(failure).equals(Optional.of(Reason.UNAVAILABLE));
    if (passes && subject.isIdempotent() && shared.budget().take()) {
      long least = Statuses.retryAfter(failure).map(Duration::toMillis).orElse(0L);
      if (pursuit.goOnLater(least, this::again)) {
        return;
      }
    }
    close(Statuses.reason(failure).isPresent() ? failure : reasoned(status));
  }

  private void again() {
    turn.execute(this::send);
  }

  private static StatusRuntimeException reasoned(Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED -> unavailable();
      case UNIMPLEMENTED -> Statuses.of(Reason.NOT_SERVED, "the call is not served");
      default -> Statuses.of(Reason.INTERNAL, "a server behind failed");
    };
  }

  private static StatusRuntimeException unavailable() {
    return Statuses.unavailable("a server behind does not answer", COME_BACK);
  }

  private void close(StatusRuntimeException why) {
    closed = true;
    TokenGate.close(front, why);
  }

  private void fail(Throwable failure) {
    LOG.log(Level.ERROR, "a call to an owner failed", failure);
    turn.execute(() -> {
      if (!closed) {
        close(Statuses.of(Reason.INTERNAL, "the call failed"));
      }
    });
  }

  /// The side of one pod.
  private final class Back extends ClientCall.Listener<byte[]> {
    private final Route route;
    private byte @Nullable [] answer;

    Back(Route route) {
      this.route = route;
    }

    @Override
    public void onMessage(byte[] message) {
      answer = message;
    }

    @Override
    public void onClose(Status status, @Nullable Metadata trailers) {
      var last = Optional.ofNullable(answer);
      turn.execute(
          () -> answered(route, status, trailers == null ? new Metadata() : trailers, last));
    }
  }
}
