package sotto.relay.edge;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Messages as the bytes that arrived.
final class Raw implements MethodDescriptor.Marshaller<byte[]> {
  static final Raw MARSHALLER = new Raw();

  private Raw() {}

  /// The service with its messages left as bytes. Built anew, because the descriptors of a served
  /// service's methods must be its own.
  static ServiceDescriptor service(ServiceDescriptor service) {
    var raw = ServiceDescriptor.newBuilder(service.getName());
    service.getMethods().forEach(method -> raw.addMethod(method(method)));
    return raw.build();
  }

  /// The method with its messages left as bytes.
  static MethodDescriptor<byte[], byte[]> method(MethodDescriptor<?, ?> method) {
    return method.toBuilder(MARSHALLER, MARSHALLER).build();
  }

  @Override
  public InputStream stream(byte[] value) {
    return new Known(value);
  }

  @Override
  public byte[] parse(InputStream stream) {
    try {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw Status.CANCELLED
          .withDescription("the message could not be read")
          .withCause(e)
          .asRuntimeException();
    }
  }

  private static final class Known extends ByteArrayInputStream implements KnownLength {
    Known(byte[] bytes) {
      super(bytes);
    }
  }
}
