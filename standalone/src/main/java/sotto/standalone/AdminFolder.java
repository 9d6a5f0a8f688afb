package sotto.standalone;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sotto.mesh.CertificateAuthority;
import sotto.mesh.HostPort;
import sotto.mesh.MeshConfig;
import sotto.mesh.MeshName;
import sotto.mesh.Role;

/// What the operators of a server that is one process need: whoever can read it is one.
///
/// ```
/// DATA/admin/             for the owner alone, all of it
/// DATA/admin/address      where the server listens for operators, HOST:PORT; there while it runs
/// DATA/admin/ca.pem       the authority of this server's operators, which is for nothing else
/// DATA/admin/ca-key.pem   its key
/// DATA/admin/server.pem   the server's certificate, and server-key.pem; new at each start
/// DATA/admin/operator.pem an operator's certificate, and operator-key.pem; new at each start
/// ```
///
/// @param path the folder
public record AdminFolder(Path path) {
  // Whoever reads them reads the authority's key too: a shorter life would protect nothing.
  private static final Duration LIFE = Duration.ofDays(3653);

  /// That of a server's folder.
  public static AdminFolder in(Path data) {
    return new AdminFolder(data.toAbsolutePath().normalize().resolve("admin"));
  }

  /// Makes what is in it, but for the address.
  ///
  /// @param listen where the server is to listen
  /// @return for the server
  MeshConfig make(HostPort listen, Clock clock, SecureRandom random) throws IOException {
    var authority = CertificateAuthority.openOrCreate(path, clock, random);
    issue(authority, new MeshName(Role.STANDALONE, "server"));
    issue(authority, new MeshName(Role.ADMIN, "operator"));
    close(authority.file());
    return MeshConfig.of(listen, path, "server");
  }

  private void issue(CertificateAuthority authority, MeshName name) throws IOException {
    var certificate = path.resolve(name.pod() + ".pem");
    authority
        .issueMesh(name, List.of(), LIFE)
        .write(certificate, path.resolve(name.pod() + "-key.pem"));
    close(certificate);
  }

  private static void close(Path file) throws IOException {
    if (Files.getFileStore(file).supportsFileAttributeView(PosixFileAttributeView.class)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
  }

  /// Says where the server listens.
  void open(HostPort address) throws IOException {
    var written = Files.writeString(path.resolve("address.new"), address.toString());
    close(written);
    try {
      Files.move(written, address(), StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(written, address(), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /// Says that it does not any more.
  void closed() throws IOException {
    Files.deleteIfExists(address());
  }

  private Path address() {
    return path.resolve("address");
  }

  /// Where a server listens, as it last said; one that was killed has not taken it back.
  ///
  /// @return empty if it says nothing
  public Optional<HostPort> said() throws IOException {
    try {
      return Optional.of(HostPort.parse(Files.readString(address()).strip()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      throw new IOException(address() + " is not an address", e);
    }
  }
}
