package sotto.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Where a server is, and whom to trust for its TLS certificate. A server may have several
/// addresses: whichever answers will do.
///
/// @param host a DNS name or an IP address, without brackets; the certificate must name it
/// @param port 1 to 65535
/// @param trustedCa certificates in PEM form that may sign the server's, instead of those that the
///   platform trusts; at most 256 KiB
/// @param others further addresses of the same server, without a CA and others of their own; at
///   most 15
public record ServerAddress(
    String host, int port, Optional<String> trustedCa, List<ServerAddress> others) {
  private static final int MOST_OTHERS = 15;
  private static final int MAX_PEM = 256 * 1024;

  /// Checks the bounds.
  ///
  /// @throws SottoException [SottoException.Code#INVALID_INPUT] naming the field
  public ServerAddress {
    if (host.isEmpty() || host.length() > 255 || host.chars().anyMatch(ServerAddress::foreign)) {
      throw SottoException.invalid("server", "The server's host is not a name or an address.");
    }
    if (port < 1 || port > 65535) {
      throw SottoException.invalid("server", "A server's port is 1 to 65535.");
    }
    if (trustedCa.isPresent()
        && (trustedCa.get().length() > MAX_PEM
            || !trustedCa.get().contains("-----BEGIN CERTIFICATE-----"))) {
      throw SottoException.invalid("ca", "The trusted CA is not a PEM certificate.");
    }
    others = List.copyOf(others);
    if (others.size() > MOST_OTHERS
        || others.stream().anyMatch(o -> o.trustedCa.isPresent() || !o.others.isEmpty())) {
      throw SottoException.invalid("server", "A server has at most 16 addresses.");
    }
  }

  /// A server with one address.
  public ServerAddress(String host, int port, Optional<String> trustedCa) {
    this(host, port, trustedCa, List.of());
  }

  /// A server whose certificate the platform trusts.
  public static ServerAddress of(String host, int port) {
    return new ServerAddress(host, port, Optional.empty());
  }

  /// Reads `HOST:PORT` or `[IPv6]:PORT`, or several with commas between them.
  ///
  /// @throws SottoException [SottoException.Code#INVALID_INPUT] if it is neither
  public static ServerAddress parse(String text) {
    List<ServerAddress> all = Stream.of(text.split(",", -1)).map(ServerAddress::parseOne).toList();
    ServerAddress first = all.getFirst();
    return new ServerAddress(first.host, first.port, Optional.empty(), all.subList(1, all.size()));
  }

  private static ServerAddress parseOne(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      throw SottoException.invalid("server", "A server is given as HOST:PORT.");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw SottoException.invalid("server", "An IPv6 address is given as [ADDRESS]:PORT.");
    }
    try {
      return of(host, Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw SottoException.invalid("server", "A server's port is 1 to 65535.");
    }
  }

  /// The same server, trusted through this CA only.
  ///
  /// @param pem one or more certificates
  public ServerAddress trusting(String pem) {
    return new ServerAddress(host, port, Optional.of(pem), others);
  }

  /// Each of its addresses alone, trusted like the whole.
  public List<ServerAddress> each() {
    List<ServerAddress> each = new ArrayList<>();
    each.add(new ServerAddress(host, port, trustedCa));
    others.forEach(other -> each.add(new ServerAddress(other.host, other.port, trustedCa)));
    return List.copyOf(each);
  }

  private static boolean foreign(int c) {
    return c <= ' ' || c >= 0x7f || c == '/' || c == '@' || c == '[' || c == ']';
  }

  /// `HOST:PORT`, an IPv6 address in brackets; several with commas between them.
  @Override
  public String toString() {
    return each().stream().map(ServerAddress::place).collect(Collectors.joining(","));
  }

  private String place() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
