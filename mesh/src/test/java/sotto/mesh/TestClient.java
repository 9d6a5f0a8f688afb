package sotto.mesh;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.File;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/// A real TLS client of a test.
final class TestClient {
  private TestClient() {}

  static ManagedChannel connect(HostPort to, File ca, String name) {
    return connect(to, ca, name, Telemetry.none());
  }

  static ManagedChannel connect(HostPort to, File ca, String name, Telemetry telemetry) {
    try {
      var builder =
          NettyChannelBuilder.forAddress(to.host(), to.port())
              .overrideAuthority(name)
              .sslContext(GrpcSslContexts.forClient().trustManager(ca).build());
      telemetry.instrument(builder);
      return builder.build();
    } catch (SSLException e) {
      throw new IllegalStateException(e);
    }
  }

  static void close(ManagedChannel channel) throws InterruptedException {
    channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
  }
}
