package sotto.bench.baseline;

import com.google.common.io.ByteStreams;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import sotto.mesh.CertificateAuthority;
import sotto.mesh.HostPort;
import sotto.mesh.NonBlockingService;
import sotto.mesh.PublicServer;
import sotto.mesh.PublicServerConfig;
import sotto.mesh.Rate;
import sotto.mesh.Telemetry;

/// A service that gives back whatever comes, on the threads of the network, behind the very port
/// that relays open to clients: gRPC over TLS, and nothing done with it.
public final class Echo implements NonBlockingService {
  /// Its only call.
  public static final MethodDescriptor<byte[], byte[]> METHOD =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .setFullMethodName("sotto.bench.Echo/Echo")
          .setRequestMarshaller(new Raw())
          .setResponseMarshaller(new Raw())
          .build();

  private static final PublicServerConfig WIDE =
      new PublicServerConfig(
          PublicServerConfig.DEFAULTS.maxMessageBytes(),
          PublicServerConfig.DEFAULTS.flowControlWindow(),
          PublicServerConfig.DEFAULTS.maxCallsPerConnection(),
          PublicServerConfig.DEFAULTS.idle(),
          PublicServerConfig.DEFAULTS.handshake(),
          new Rate(100_000, java.time.Duration.ofSeconds(1)),
          200_000,
          200_000);

  private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return ByteStreams.toByteArray(stream);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /// Serves until the process ends; says on standard output what every server says.
  ///
  /// @param folder for its authority
  public static void serve(Path folder) throws IOException, InterruptedException {
    var authority =
        CertificateAuthority.openOrCreate(folder, Clock.systemUTC(), new SecureRandom());
    var identity = authority.issueServer(List.of("127.0.0.1", "localhost"));
    try (var server =
        PublicServer.start(
            new HostPort("127.0.0.1", 0),
            WIDE,
            () -> identity,
            List.of(new Echo()),
            Telemetry.none())) {
      System.out.println("ready " + server.address() + " ca=" + authority.file());
      System.out.flush();
      Thread.currentThread().join();
    }
  }

  @Override
  public ServerServiceDefinition bindService() {
    return ServerServiceDefinition.builder("sotto.bench.Echo")
        .addMethod(METHOD, ServerCalls.asyncBidiStreamingCall(Echo::answer))
        .build();
  }

  private static StreamObserver<byte[]> answer(StreamObserver<byte[]> to) {
    return new StreamObserver<>() {
      @Override
      public void onNext(byte[] message) {
        to.onNext(message);
      }

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onCompleted() {
        to.onCompleted();
      }
    };
  }
}
