package sotto.mesh;

import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Answers calls of unknown methods with [Reason#NOT_SERVED], so that these too carry a reason.
final class NotServed extends HandlerRegistry {
  private static final MethodDescriptor.Marshaller<InputStream> UNREAD =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(InputStream value) {
          return value;
        }

        @Override
        public InputStream parse(InputStream stream) {
          return new ByteArrayInputStream(new byte[0]);
        }
      };

  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
    var method =
        MethodDescriptor.newBuilder(UNREAD, UNREAD)
            .setType(MethodDescriptor.MethodType.UNKNOWN)
            .setFullMethodName(name)
            .build();
    return ServerMethodDefinition.create(
        method,
        (call, headers) -> {
          var status = Statuses.of(Reason.NOT_SERVED, "this server does not serve the call");
          call.close(status.getStatus(), Failures.trailersOf(status));
          return new ServerCall.Listener<>() {};
        });
  }
}
