package sotto.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import sotto.mesh.CertificateAuthority;
import sotto.mesh.ServerIdentity;

/// Certificates that are kept in secrets: made where there are none, made anew where a third of
/// their life is left or their authority is another. Used by one thread; two processes at once
/// agree, because a secret is made once.
final class SecretCertificates {
  private static final String CERTIFICATE = "tls.crt";
  private static final String KEY = "tls.key";
  private static final String CA = "ca.crt";

  private final KubernetesSecrets secrets;
  private final Clock clock;
  private final SecureRandom random;
  private final List<String> made = new ArrayList<>();

  SecretCertificates(KubernetesSecrets secrets, Clock clock, SecureRandom random) {
    this.secrets = secrets;
    this.clock = clock;
    this.random = random;
  }

  /// The names of the secrets that were made or renewed.
  List<String> made() {
    return List.copyOf(made);
  }

  /// Keeps an authority and certificates of it.
  ///
  /// @param authority the secret of the authority
  /// @param issued the secrets of the certificates, and how each is issued
  void keep(String authority, Map<String, Function<CertificateAuthority, ServerIdentity>> issued)
      throws IOException {
    var folder = Files.createTempDirectory("sotto-authority");
    try {
      var ca = authority(authority, folder);
      for (var one : issued.entrySet()) {
        keep(one.getKey(), ca, one.getValue(), folder);
      }
    } finally {
      delete(folder);
    }
  }

  private CertificateAuthority authority(String name, Path folder) throws IOException {
    var certificate = folder.resolve("ca.pem");
    var key = folder.resolve("ca-key.pem");
    var held = secrets.find(name);
    if (held.isEmpty()) {
      CertificateAuthority.openOrCreate(folder, clock, random);
      if (secrets.create(
          name,
          Map.of(CERTIFICATE, Files.readAllBytes(certificate), KEY, Files.readAllBytes(key)))) {
        made.add(name);
      }
      held = secrets.find(name);
    }
    // What the secret holds counts, also where another process was quicker.
    var data = held.orElseThrow(() -> new IOException("the secret " + name + " has gone")).data();
    Files.write(certificate, entry(name, data, CERTIFICATE));
    Files.write(key, entry(name, data, KEY));
    return CertificateAuthority.openOrCreate(folder, clock, random);
  }

  private void keep(
      String name,
      CertificateAuthority ca,
      Function<CertificateAuthority, ServerIdentity> issue,
      Path folder)
      throws IOException {
    var held = secrets.find(name);
    if (held.isPresent() && good(held.get(), ca, folder)) {
      return;
    }
    var certificate = folder.resolve("new.pem");
    var key = folder.resolve("new-key.pem");
    issue.apply(ca).write(certificate, key);
    var data =
        Map.of(
            CERTIFICATE, Files.readAllBytes(certificate),
            KEY, Files.readAllBytes(key),
            CA, Files.readAllBytes(ca.file()));
    if (held.isPresent()) {
      secrets.replace(name, held.get(), data);
    } else if (!secrets.create(name, data)) {
      return;
    }
    made.add(name);
  }

  private boolean good(KubernetesSecrets.Held held, CertificateAuthority ca, Path folder)
      throws IOException {
    var text = held.data().get(CERTIFICATE);
    if (text == null
        || !held.data().containsKey(KEY)
        || !Arrays.equals(held.data().get(CA), Files.readAllBytes(ca.file()))) {
      return false;
    }
    var certificate = read(Files.write(folder.resolve("held.pem"), text));
    return certificate.isPresent() && fresh(certificate.get());
  }

  private static Optional<X509Certificate> read(Path file) {
    try {
      return Optional.of(ServerIdentity.readChain(file).getFirst());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private boolean fresh(X509Certificate certificate) {
    var end = certificate.getNotAfter().toInstant();
    var life = Duration.between(certificate.getNotBefore().toInstant(), end);
    return Duration.between(clock.instant(), end).compareTo(life.dividedBy(3)) > 0;
  }

  private static byte[] entry(String secret, Map<String, byte[]> data, String key)
      throws IOException {
    var value = data.get(key);
    if (value == null) {
      throw new IOException("the secret " + secret + " has no " + key);
    }
    return value;
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
