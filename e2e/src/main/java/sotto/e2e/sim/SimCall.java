package sotto.e2e.sim;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The client's end of a simulated call.
final class SimCall<Q, A> extends ClientCall<Q, A> {
  // Deadlines are of the machine's clock; what is left of them is rounded up, or no two runs would
  // be
  // equal.
  private static final long ROUND_MILLIS = 500;

  private final Net net;
  private final Machine from;
  private final String to;
  private final MethodDescriptor<Q, A> method;
  private final Optional<Long> deadlineMillis;
  private @Nullable Wire<Q, A> wire;
  private @Nullable ServerMethodDefinition<?, ?> serverMethod;
  private int askedEarly;

  SimCall(Net net, Machine from, String to, MethodDescriptor<Q, A> method, CallOptions options) {
    this.net = net;
    this.from = from;
    this.to = to;
    this.method = method;
    this.deadlineMillis =
        Optional.ofNullable(options.getDeadline())
            .map(deadline ->
                Math.ceilDiv(deadline.timeRemaining(TimeUnit.MILLISECONDS), ROUND_MILLIS)
                    * ROUND_MILLIS);
  }

  @Override
  public void start(Listener<A> listener, Metadata headers) {
    var link = new Net.Link(from.name(), to);
    var server = net.find(to);
    if (server.isEmpty()) {
      fail(listener, link, Scheduler.MILLI, "connection refused");
      return;
    }
    if (net.isCut(link) || server.get().paused()) {
      fail(listener, link, Net.CONNECT, "connect timed out");
      return;
    }
    var method = server.get().method(this.method.getFullMethodName());
    if (method.isEmpty()) {
      from.after(Scheduler.MILLI, () -> listener.onClose(Status.UNIMPLEMENTED, new Metadata()));
      return;
    }
    serverMethod = method.get();
    var opened = new Wire<Q, A>(net, from, server.get(), listener, this.method);
    wire = opened;
    opened.up.signal(() -> opened.arrives(method.get(), headers));
    opened.down.ask(askedEarly);
    opened.toClient(listener::onReady);
    deadlineMillis.ifPresent(millis ->
        from.after(
            millis * Scheduler.MILLI, () -> opened.cancelledByClient(Status.DEADLINE_EXCEEDED)));
  }

  private void fail(Listener<A> listener, Net.Link link, long after, String why) {
    from.after(
        after,
        () -> {
          net.failed(link);
          listener.onClose(Wire.unavailable(why), new Metadata());
        });
  }

  @Override
  public void request(int messages) {
    var at = wire;
    if (at == null) {
      askedEarly += messages;
    } else {
      at.down.ask(messages);
    }
  }

  @Override
  public void sendMessage(Q message) {
    var at = wire;
    var served = serverMethod;
    if (at == null || served == null || at.isClientOver()) {
      return;
    }
    Object theirs = converted(message, served.getMethodDescriptor());
    at.up.message(SimServerCall.size(theirs), () -> at.heard(handler -> handler.onMessage(theirs)));
  }

  private <SQ, SA> Object converted(Q message, MethodDescriptor<SQ, SA> served) {
    return served.getRequestMarshaller().equals(method.getRequestMarshaller())
        ? message
        : served.parseRequest(method.streamRequest(message));
  }

  @Override
  public void halfClose() {
    var at = wire;
    if (at != null && !at.isClientOver()) {
      at.up.signal(() -> at.heard(ServerCall.Listener::onHalfClose));
    }
  }

  @Override
  public void cancel(@Nullable String message, @Nullable Throwable cause) {
    var at = wire;
    if (at != null) {
      at.cancelledByClient(
          Status.CANCELLED.withDescription(message == null ? "cancelled" : message));
    }
  }

  @Override
  public boolean isReady() {
    var at = wire;
    return at == null || at.up.hasRoom();
  }
}
