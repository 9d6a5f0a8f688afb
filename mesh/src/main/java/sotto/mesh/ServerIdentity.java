package sotto.mesh;

import io.grpc.util.CertificateUtils;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/// What a TLS server shows and proves: a certificate and its private key.
///
/// @param key the private key
/// @param chain the server's certificate first; without the root
public record ServerIdentity(PrivateKey key, List<X509Certificate> chain) {
  /// Copies the chain.
  public ServerIdentity {
    chain = List.copyOf(chain);
    Require.that(!chain.isEmpty(), "chain", "empty", "at least the server's certificate");
  }

  /// Reads two PEM files.
  ///
  /// @param certificate the chain, the server's first
  /// @param key PKCS 8, of an elliptic curve or RSA
  /// @throws IOException naming the file and what is wrong with it
  public static ServerIdentity read(Path certificate, Path key) throws IOException {
    try (var in = Files.newInputStream(key)) {
      return new ServerIdentity(CertificateUtils.getPrivateKey(in), readChain(certificate));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(key + " holds no private key in PKCS 8", e);
    }
  }

  /// Reads a PEM file.
  ///
  /// @param certificate the chain, the server's first
  /// @return at least one
  /// @throws IOException naming the file and what is wrong with it
  public static List<X509Certificate> readChain(Path certificate) throws IOException {
    try (var in = Files.newInputStream(certificate)) {
      var chain = List.of(CertificateUtils.getX509Certificates(in));
      if (!chain.isEmpty()) {
        return chain;
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(certificate + " holds no certificate", e);
    }
    throw new IOException(certificate + " holds no certificate");
  }

  /// Writes two PEM files, each durably and in one step; the key first, so that who waits for both
  /// to change reads a pair.
  ///
  /// @param certificate for everybody
  /// @param key for the owner alone
  /// @throws IOException if they cannot be written
  public void write(Path certificate, Path key) throws IOException {
    DurableFile.write(key, Pem.encode("PRIVATE KEY", this.key.getEncoded()), "rw-------");
    var text = new ByteArrayOutputStream();
    try {
      for (var one : chain) {
        text.writeBytes(Pem.encode("CERTIFICATE", one.getEncoded()));
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate without an encoding", e);
    }
    DurableFile.write(certificate, text.toByteArray(), "rw-r--r--");
  }

  /// The certificate's subject; never the key.
  @Override
  public String toString() {
    return "ServerIdentity[" + chain.getFirst().getSubjectX500Principal() + "]";
  }
}
