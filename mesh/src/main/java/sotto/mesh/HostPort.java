package sotto.mesh;

import java.util.regex.Pattern;

/// A host and a TCP port, written `host:port`, an IPv6 address in brackets.
///
/// @param host a name or an address without brackets, 1 to 255 characters
/// @param port 0 to 65535; 0 = a free one, where something listens
public record HostPort(String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([^\\[\\]:\\s/]+)):([0-9]{1,5})");

  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException naming what is wrong
  public HostPort {
    Require.that(!host.isEmpty() && host.length() <= 255, "host", host, "1 to 255 characters long");
    Require.between("port", port, 0, 65_535);
  }

  /// Reads what [#toString] writes.
  ///
  /// @param text `host:port` or `[address]:port`
  /// @return host and port
  /// @throws IllegalArgumentException saying the form
  public static HostPort parse(String text) {
    var matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("HOST:PORT, an IPv6 address in brackets");
    }
    var six = matcher.group(1);
    return new HostPort(six == null ? matcher.group(2) : six, Integer.parseInt(matcher.group(3)));
  }

  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
