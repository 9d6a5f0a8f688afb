package sotto.mesh;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// A certificate authority in a folder: that of one server's public port, which clients pin, or
/// that of a mesh. Made on its first use, the same ever after.
///
/// ```
/// DIR/ca.pem       its certificate: P-256, 10 years, signs no other authority; for everybody
/// DIR/ca-key.pem   its key pair (PKCS 8 and X.509); readable by the owner alone
/// ```
///
/// The key is written first, each file durably and in one step: a crash in between is mended by the
/// next start. Thread-safe.
public final class CertificateAuthority {
  /// How long a server certificate is good for.
  public static final Duration SERVER_LIFE = Duration.ofDays(90);

  private static final Duration LIFE = Duration.ofDays(3653);
  // Clocks of clients may be behind by so much.
  private static final Duration SKEW = Duration.ofDays(2);
  private static final String ALGORITHM = "SHA256withECDSA";
  private static final String KEY_LABEL = "PRIVATE KEY";
  private static final String PUBLIC_LABEL = "PUBLIC KEY";
  private static final String CERTIFICATE_LABEL = "CERTIFICATE";

  private final Path file;
  private final X509Certificate certificate;
  private final PrivateKey key;
  private final Clock clock;
  private final SecureRandom random;

  private CertificateAuthority(
      Path file, X509Certificate certificate, PrivateKey key, Clock clock, SecureRandom random) {
    this.file = file;
    this.certificate = certificate;
    this.key = key;
    this.clock = clock;
    this.random = random;
  }

  /// Opens the authority in a folder, or makes one there.
  ///
  /// @param dir an existing folder
  /// @param clock tells the time that certificates begin at
  /// @param random makes keys and serial numbers
  /// @return the authority
  /// @throws IOException if the folder cannot be read or written, or its files do not belong
  ///   together; the message names file and remedy
  public static CertificateAuthority openOrCreate(Path dir, Clock clock, SecureRandom random)
      throws IOException {
    var certificateFile = dir.resolve("ca.pem");
    var keyFile = dir.resolve("ca-key.pem");
    try {
      if (!Files.exists(keyFile)) {
        if (Files.exists(certificateFile)) {
          throw new IOException(
              certificateFile
                  + " has lost its key "
                  + keyFile
                  + ": restore the key, or remove both");
        }
        write(newKey(random), keyFile);
      }
      var keys = readKeys(keyFile);
      if (!Files.exists(certificateFile)) {
        var made = selfSigned(keys, clock.instant(), random);
        DurableFile.write(
            certificateFile, Pem.encode(CERTIFICATE_LABEL, made.getEncoded()), "rw-r--r--");
      }
      var certificate = readCertificate(certificateFile);
      check(certificate, keys, certificateFile, clock.instant());
      return new CertificateAuthority(
          certificateFile, certificate, keys.getPrivate(), clock, random);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("the certificate authority in " + dir + " cannot be used", e);
    }
  }

  /// Where its certificate lies, for clients.
  ///
  /// @return `ca.pem`
  public Path file() {
    return file;
  }

  /// Its certificate.
  ///
  /// @return self-signed
  public X509Certificate certificate() {
    return certificate;
  }

  /// Makes a key and a certificate for a server.
  ///
  /// @param names what clients dial, DNS names or addresses; `localhost`, `127.0.0.1` and `::1` are
  ///   always added
  /// @return good for [#SERVER_LIFE] from now, and two days before
  /// @throws IllegalArgumentException if a name is neither a DNS name nor an address
  public ServerIdentity issueServer(Collection<String> names) {
    return issue(
        "Sotto server", CertificateNames.of(names), SERVER_LIFE, KeyPurposeId.id_kp_serverAuth);
  }

  /// Makes a key and a certificate for a process of the mesh, which calls and is called.
  ///
  /// @param name who it is
  /// @param names under which tools may dial it, beside those of the machine itself
  /// @param life how long it is good, from now; also two days before
  /// @return both
  /// @throws IllegalArgumentException if a name is neither a DNS name nor an address
  public ServerIdentity issueMesh(MeshName name, Collection<String> names, Duration life) {
    return issue(
        name.role() + " " + name.pod(),
        CertificateNames.of(names, name.toString()),
        life,
        KeyPurposeId.id_kp_serverAuth,
        KeyPurposeId.id_kp_clientAuth);
  }

  private ServerIdentity issue(
      String subject, GeneralNames alternatives, Duration life, KeyPurposeId... uses) {
    try {
      var keys = newKey(random);
      var now = clock.instant();
      var end = now.plus(life);
      var last = certificate.getNotAfter().toInstant();
      var extensions = new JcaX509ExtensionUtils();
      var builder =
          new JcaX509v3CertificateBuilder(
                  X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
                  serial(random),
                  Date.from(now.minus(SKEW)),
                  Date.from(end.isAfter(last) ? last : end),
                  new X500Name("CN=" + subject),
                  keys.getPublic())
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
              .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
              .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(uses))
              .addExtension(Extension.subjectAlternativeName, false, alternatives)
              .addExtension(
                  Extension.authorityKeyIdentifier,
                  false,
                  extensions.createAuthorityKeyIdentifier(certificate.getPublicKey()))
              .addExtension(
                  Extension.subjectKeyIdentifier,
                  false,
                  extensions.createSubjectKeyIdentifier(keys.getPublic()));
      return new ServerIdentity(keys.getPrivate(), List.of(sign(builder, key, random)));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException("a certificate cannot be made", e);
    }
  }

  private static KeyPair newKey(SecureRandom random) throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  private static void write(KeyPair keys, Path file) throws IOException {
    var content = new ByteArrayOutputStream();
    content.writeBytes(Pem.encode(KEY_LABEL, keys.getPrivate().getEncoded()));
    content.writeBytes(Pem.encode(PUBLIC_LABEL, keys.getPublic().getEncoded()));
    DurableFile.write(file, content.toByteArray(), "rw-------");
  }

  private static KeyPair readKeys(Path file) throws IOException, GeneralSecurityException {
    try {
      var pem = Files.readAllBytes(file);
      var factory = KeyFactory.getInstance("EC");
      return new KeyPair(
          factory.generatePublic(new X509EncodedKeySpec(Pem.decode(PUBLIC_LABEL, pem))),
          factory.generatePrivate(new PKCS8EncodedKeySpec(Pem.decode(KEY_LABEL, pem))));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " holds no key pair", e);
    }
  }

  private static X509Certificate readCertificate(Path file)
      throws IOException, GeneralSecurityException {
    try {
      var der = Pem.decode(CERTIFICATE_LABEL, Files.readAllBytes(file));
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " holds no certificate", e);
    }
  }

  private static X509Certificate selfSigned(KeyPair keys, Instant now, SecureRandom random)
      throws GeneralSecurityException, OperatorCreationException, IOException {
    var mark = new byte[4];
    random.nextBytes(mark);
    var name = new X500Name("CN=Sotto CA " + HexFormat.of().formatHex(mark));
    var builder =
        new JcaX509v3CertificateBuilder(
                name,
                serial(random),
                Date.from(now.minus(SKEW)),
                Date.from(now.plus(LIFE)),
                name,
                keys.getPublic())
            .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
            .addExtension(
                Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
            .addExtension(
                Extension.subjectKeyIdentifier,
                false,
                new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
    return sign(builder, keys.getPrivate(), random);
  }

  private static X509Certificate sign(
      X509v3CertificateBuilder builder, PrivateKey key, SecureRandom random)
      throws GeneralSecurityException, OperatorCreationException {
    var signer = new JcaContentSignerBuilder(ALGORITHM).setSecureRandom(random).build(key);
    return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
  }

  /// 127 random bits: positive, and fewer than the 20 octets of RFC 5280, 4.1.2.2.
  private static BigInteger serial(SecureRandom random) {
    return new BigInteger(127, random).setBit(126);
  }

  private static void check(X509Certificate certificate, KeyPair keys, Path file, Instant now)
      throws IOException, GeneralSecurityException {
    if (!certificate.getPublicKey().equals(keys.getPublic()) || !fits(keys)) {
      throw new IOException(
          file + " and its key do not belong together: restore both from one backup");
    }
    if (now.isAfter(certificate.getNotAfter().toInstant())) {
      throw new IOException(
          file
              + " ended on "
              + certificate.getNotAfter().toInstant()
              + ": remove it and its key, start again, and give clients the new one");
    }
  }

  private static boolean fits(KeyPair keys) throws GeneralSecurityException {
    var probe = new byte[] {1};
    var signature = Signature.getInstance(ALGORITHM);
    signature.initSign(keys.getPrivate());
    signature.update(probe);
    var signed = signature.sign();
    signature.initVerify(keys.getPublic());
    signature.update(probe);
    return signature.verify(signed);
  }
}
