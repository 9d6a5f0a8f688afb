package sotto.blob.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;

/// Whose certificates an S3 may show, where that is not the platform's to say.
final class S3Trust {
  private S3Trust() {}

  /// Lets a client believe the certificates of a file alone. The name that they are for is checked
  /// as ever.
  ///
  /// @param ca one or more certificates in PEM form
  /// @throws IOException naming the file if it has none
  static void only(Path ca, OkHttpClient.Builder http) throws IOException {
    try {
      X509TrustManager manager = manager(certificates(ca));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new X509TrustManager[] {manager}, null);
      http.sslSocketFactory(context.getSocketFactory(), manager);
    } catch (GeneralSecurityException e) {
      throw new IOException(ca + " holds no certificate", e);
    }
  }

  private static Collection<? extends Certificate> certificates(Path ca)
      throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(ca)) {
      var all = CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (all.isEmpty()) {
        throw new IOException(ca + " holds no certificate");
      }
      return all;
    }
  }

  private static X509TrustManager manager(Collection<? extends Certificate> trusted)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    int number = 0;
    for (Certificate certificate : trusted) {
      store.setCertificateEntry("ca" + number++, certificate);
    }
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return Arrays.stream(factory.getTrustManagers())
        .filter(X509TrustManager.class::isInstance)
        .map(X509TrustManager.class::cast)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("every Java platform checks X.509"));
  }
}
