package sotto.e2e.sim;

import com.google.protobuf.MessageLite;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;

/// The server's end of a simulated call.
final class SimServerCall<Q, A> extends ServerCall<Q, A> {
  private final Wire<?, ?> wire;
  private final MethodDescriptor<Q, A> method;

  SimServerCall(Wire<?, ?> wire, MethodDescriptor<Q, A> method) {
    this.wire = wire;
    this.method = method;
  }

  @Override
  public void request(int messages) {
    wire.up.ask(messages);
  }

  @Override
  public void sendHeaders(Metadata headers) {
    wire.down.signal(() -> wire.headers(headers));
  }

  @Override
  public void sendMessage(A message) {
    if (!wire.isServerOver()) {
      wire.answer(message, method);
    }
  }

  @Override
  public void close(Status status, Metadata trailers) {
    wire.closedByServer(status, trailers);
  }

  @Override
  public boolean isReady() {
    return wire.down.hasRoom();
  }

  @Override
  public boolean isCancelled() {
    return wire.isServerOver();
  }

  @Override
  public MethodDescriptor<Q, A> getMethodDescriptor() {
    return method;
  }

  static int size(Object message) {
    return switch (message) {
      case MessageLite proto -> proto.getSerializedSize();
      case byte[] bytes -> bytes.length;
      default -> 1;
    };
  }
}
