package sotto.mesh;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;

/// What stands for a request whose bytes are no protobuf message.
///
/// grpc reads a message before any interceptor is asked; if that throws, the client hears `UNKNOWN`
/// and the server logs a stack trace, which anybody could fill a disk with. A service made by
/// [#instead] reads this object instead of throwing, and [BoundsInterceptor] refuses it. **No other
/// code may see it**: it is of no request's type.
final class Unreadable {
  private static final Unreadable IT = new Unreadable();

  private Unreadable() {}

  /// Whether a request is none.
  static boolean is(Object request) {
    return request == IT;
  }

  /// The service with requests that never fail to be read.
  static ServerServiceDefinition instead(ServerServiceDefinition service) {
    var given = service.getServiceDescriptor();
    var descriptor =
        ServiceDescriptor.newBuilder(given.getName())
            .setSchemaDescriptor(given.getSchemaDescriptor());
    var methods = service.getMethods().stream().<ServerMethodDefinition<?, ?>>map(Unreadable::read);
    var all = methods.toList();
    all.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    var builder = ServerServiceDefinition.builder(descriptor.build());
    all.forEach(builder::addMethod);
    return builder.build();
  }

  private static <Q, R> ServerMethodDefinition<Q, R> read(ServerMethodDefinition<Q, R> method) {
    var given = method.getMethodDescriptor();
    return ServerMethodDefinition.create(
        given.toBuilder(new Reading<>(given.getRequestMarshaller()), given.getResponseMarshaller())
            .build(),
        method.getServerCallHandler());
  }

  private record Reading<Q>(MethodDescriptor.Marshaller<Q> marshaller)
      implements MethodDescriptor.Marshaller<Q> {
    @Override
    public InputStream stream(Q value) {
      return marshaller.stream(value);
    }

    @Override
    @SuppressWarnings("unchecked") // refused before anybody asks for its type
    public Q parse(InputStream stream) {
      try {
        return marshaller.parse(stream);
      } catch (StatusRuntimeException e) {
        if (e.getCause() instanceof InvalidProtocolBufferException) {
          return (Q) IT;
        }
        throw e;
      }
    }
  }
}
