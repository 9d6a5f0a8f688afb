package sotto.mesh;

import io.grpc.netty.GrpcSslContexts;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/// Who this process is in the mesh and whom it trusts: from files, which are looked at every minute
/// and read anew when they have changed. Connections that are open keep what they began with.
/// Thread-safe.
final class MeshIdentity implements AutoCloseable {
  // What grpc allows as the least.
  private static final int LOOK_EVERY_MIN = 1;

  private final AdvancedTlsX509KeyManager keys;
  private final AdvancedTlsX509TrustManager authority;
  private final MeshName name;
  private final Clock clock;
  private final Runnable end;

  private MeshIdentity(
      AdvancedTlsX509KeyManager keys,
      AdvancedTlsX509TrustManager authority,
      MeshName name,
      Clock clock,
      Runnable end) {
    this.keys = keys;
    this.authority = authority;
    this.name = name;
    this.clock = clock;
    this.end = end;
  }

  /// Reads the files.
  ///
  /// @param own what this process is; another's certificate is refused
  /// @param clock says why a certificate is refused
  /// @param timer looks at the files
  /// @throws IOException naming the file and what is wrong with it
  static MeshIdentity open(MeshConfig config, Role own, Clock clock, ScheduledExecutorService timer)
      throws IOException {
    for (var file : new Path[] {config.ca(), config.certificate(), config.key()}) {
      if (!Files.isReadable(file)) {
        throw new IOException("the mesh's file " + file + " is not there or cannot be read");
      }
    }
    var name = nameIn(config.certificate(), own);
    try {
      var keys = new AdvancedTlsX509KeyManager();
      var keysEnd =
          keys.updateIdentityCredentials(
              config.certificate().toFile(),
              config.key().toFile(),
              LOOK_EVERY_MIN,
              TimeUnit.MINUTES,
              timer);
      var authority =
          AdvancedTlsX509TrustManager.newBuilder()
              .setVerification(
                  AdvancedTlsX509TrustManager.Verification.CERTIFICATE_ONLY_VERIFICATION)
              .build();
      var authorityEnd =
          authority.updateTrustCredentials(
              config.ca().toFile(), LOOK_EVERY_MIN, TimeUnit.MINUTES, timer);
      return new MeshIdentity(
          keys,
          authority,
          name,
          clock,
          () -> {
            keysEnd.close();
            authorityEnd.close();
          });
    } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
      throw new IOException(
          "the mesh's files cannot be used: "
              + String.join(
                  ", ",
                  config.ca().toString(),
                  config.certificate().toString(),
                  config.key().toString()),
          e);
    }
  }

  /// Who this process is; as it was when it started.
  MeshName name() {
    return name;
  }

  /// What a server of this process shows and asks for: any role of the mesh; which one may call
  /// what is decided call by call.
  SslContext serverTls() throws SSLException {
    var builder = SslContextBuilder.forServer(keys).clientAuth(ClientAuth.REQUIRE);
    return finish(builder.trustManager(peers(EnumSet.allOf(Role.class))));
  }

  /// What a client of this process shows and asks for.
  ///
  /// @param server the role that it dials
  SslContext clientTls(Role server) throws SSLException {
    var builder = SslContextBuilder.forClient().keyManager(keys);
    return finish(builder.trustManager(peers(EnumSet.of(server))));
  }

  @Override
  public void close() {
    end.run();
  }

  private TrustedPeers peers(Set<Role> wanted) {
    return new TrustedPeers(authority, wanted, clock);
  }

  private static SslContext finish(SslContextBuilder builder) throws SSLException {
    var provider = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
    var tls = GrpcSslContexts.configure(builder, provider).protocols("TLSv1.3").build();
    // A resumed session would skip the check of a certificate that has ended since.
    if (tls.sessionContext() instanceof OpenSslSessionContext sessions) {
      sessions.setSessionCacheEnabled(false);
    }
    return tls;
  }

  private static MeshName nameIn(Path file, Role own) throws IOException {
    var leaf = ServerIdentity.readChain(file).getFirst();
    var name =
        MeshName.of(leaf)
            .orElseThrow(() ->
                new IOException(file + " is not a certificate of the mesh: it names no role"));
    if (name.role() != own) {
      throw new IOException(
          file
              + " is the certificate of "
              + name
              + "; this is "
              + (own == Role.ADMIN ? "an operator" : "a " + own));
    }
    return name;
  }
}
