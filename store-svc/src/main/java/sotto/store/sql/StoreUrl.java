package sotto.store.sql;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Pattern;

/// Where a MySQL, or the vtgate of a Vitess, is found:
/// `mysql://USER[:PASSWORD]@HOST[:PORT]/DATABASE[?tls=off|on|verify]`.
///
/// With `tls=verify` the server must show a certificate for its name that the Java trust store
/// knows; `on` encrypts and takes any certificate; `off` does not encrypt. Without the parameter it
/// is `off` on a loopback address and `verify` elsewhere. Prints no password.
///
/// @param user who signs in
/// @param password with what; empty = none
/// @param host a name or an address; an IPv6 address without brackets
/// @param port 1 to 65,535; 3306 if the text names none
/// @param database the database, or the keyspace of a Vitess
/// @param tls how the connection is protected
public record StoreUrl(
    String user, Optional<String> password, String host, int port, String database, Tls tls) {
  /// How a connection is protected.
  public enum Tls {
    /// Not at all.
    OFF,
    /// Encrypted; the server may be anybody.
    ON,
    /// Encrypted, with the server's certificate checked.
    VERIFY
  }

  private static final String SCHEME = "mysql";
  private static final String FORM =
      "mysql://USER[:PASSWORD]@HOST[:PORT]/DATABASE[?tls=off|on|verify]";
  private static final int MYSQL_PORT = 3306;
  private static final Pattern DATABASE = Pattern.compile("[A-Za-z0-9_]{1,64}");
  // A name may begin with 127, too, and be anybody's.
  private static final Pattern LOOPBACK = Pattern.compile("127(\\.[0-9]{1,3}){3}");
  private static final Pattern TLS = Pattern.compile("tls=(off|on|verify)");

  /// Reads the text of an address.
  ///
  /// @throws IllegalArgumentException saying what is wrong with it, without its password
  public static StoreUrl parse(String text) {
    URI uri = uri(text);
    check(SCHEME.equals(uri.getScheme()), "it begins with " + SCHEME + "://");
    check(uri.getHost() != null && uri.getFragment() == null, "it has the form " + FORM);
    String[] userInfo = uri.getUserInfo() == null ? new String[0] : uri.getUserInfo().split(":", 2);
    check(userInfo.length > 0 && !userInfo[0].isEmpty(), "it names a user: " + FORM);
    String database = uri.getPath() == null ? "" : uri.getPath().replaceFirst("^/", "");
    check(
        DATABASE.matcher(database).matches(),
        "its database is 1 to 64 letters, digits or underscores: " + FORM);
    int port = uri.getPort() == -1 ? MYSQL_PORT : uri.getPort();
    check(port >= 1 && port <= 65_535, "its port is 1 to 65535");
    String host = uri.getHost().replaceAll("[\\[\\]]", "");
    return new StoreUrl(
        userInfo[0],
        userInfo.length == 2 ? Optional.of(userInfo[1]) : Optional.empty(),
        host,
        port,
        database,
        tls(Optional.ofNullable(uri.getQuery()), host));
  }

  private static URI uri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      // Its message has the text, which may hold a password.
      throw new IllegalArgumentException("a store is given as " + FORM);
    }
  }

  private static Tls tls(Optional<String> query, String host) {
    if (query.isEmpty()) {
      return isLoopback(host) ? Tls.OFF : Tls.VERIFY;
    }
    var asked = TLS.matcher(query.get());
    check(asked.matches(), "its only parameter is tls=off, tls=on or tls=verify");
    return switch (asked.group(1)) {
      case "off" -> Tls.OFF;
      case "on" -> Tls.ON;
      default -> Tls.VERIFY;
    };
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost") || host.equals("::1") || LOOPBACK.matcher(host).matches();
  }

  private static void check(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException("a store's address is not right: " + rule);
    }
  }

  /// The same place with another password.
  public StoreUrl withPassword(String other) {
    return new StoreUrl(user, Optional.of(other), host, port, database, tls);
  }

  /// The address without its password.
  @Override
  public String toString() {
    String shown = host.contains(":") ? "[" + host + "]" : host;
    return SCHEME + "://" + user + "@" + shown + ":" + port + "/" + database;
  }
}
