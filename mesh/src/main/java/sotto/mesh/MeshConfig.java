package sotto.mesh;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// How a process takes part in the mesh.
///
/// @param listen where the others reach it; port 0 takes a free one
/// @param advertise what the others dial, and this process's name among them; absent = `listen`
/// @param ca the certificate of the authority that all of the mesh has
/// @param certificate this process's certificate; the files are read anew when they change
/// @param key its private key, PKCS 8
/// @param keepAlive after how long without a byte a peer is asked whether it is there, 10 s (gRPC's
///   own least) to 10 m
/// @param keepAliveTimeout how long it has to answer, and what has been sent to be acknowledged,
///   100 ms to 1 m
/// @param connect how long a connection may take, and its TLS handshake, 100 ms to 1 m
/// @param refresh how often discovery is asked and a pod that is down tried again, 100 ms to 5 m
public record MeshConfig(
    HostPort listen,
    Optional<HostPort> advertise,
    Path ca,
    Path certificate,
    Path key,
    Duration keepAlive,
    Duration keepAliveTimeout,
    Duration connect,
    Duration refresh) {
  /// Files under `/etc/sotto/mesh`.
  ///
  /// @param port where it listens, on the loopback address
  public static MeshConfig at(int port) {
    return of(new HostPort("127.0.0.1", port), Path.of("/etc/sotto/mesh"), "pod");
  }

  /// The usual times.
  ///
  /// @param listen where it listens
  /// @param folder where its files are: `ca.pem`, `NAME.pem` and `NAME-key.pem`
  /// @param name of its files
  public static MeshConfig of(HostPort listen, Path folder, String name) {
    return new MeshConfig(
        listen,
        Optional.empty(),
        folder.resolve("ca.pem"),
        folder.resolve(name + ".pem"),
        folder.resolve(name + "-key.pem"),
        Duration.ofSeconds(10),
        Duration.ofSeconds(3),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5));
  }

  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException naming field, value and bound
  public MeshConfig {
    var least = Duration.ofMillis(100);
    var minute = Duration.ofMinutes(1);
    Require.between("keep-alive", keepAlive, Duration.ofSeconds(10), Duration.ofMinutes(10));
    Require.between("keep-alive-timeout", keepAliveTimeout, least, minute);
    Require.between("connect", connect, least, minute);
    Require.between("refresh", refresh, least, Duration.ofMinutes(5));
    advertise.ifPresent(
        name -> Require.that(name.port() != 0, "advertise", name, "an address with a port"));
  }

  /// The name under which the others reach it.
  ///
  /// @throws ConfigException if nobody can reach it at `listen` and `advertise` is absent
  public String name() {
    if (advertise.isEmpty()
        && (listen.port() == 0 || listen.host().equals("0.0.0.0") || listen.host().equals("::"))) {
      throw new ConfigException(
          "others cannot reach this process at mesh.listen " + listen + ": give mesh.advertise");
    }
    return advertise.orElse(listen).toString();
  }
}
