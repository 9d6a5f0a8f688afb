package sotto.client.internal.net;

import sotto.client.ServerAddress;

/// Makes ways to servers.
@FunctionalInterface
public interface Dialer {
  /// A way to a server; does not connect yet.
  ///
  /// @throws sotto.client.SottoException INVALID_INPUT if the trusted CA cannot be read
  Wire dial(ServerAddress server);

  /// One that shares nothing with this which a server could know again, so that it cannot tell that
  /// the ways of both are one client's.
  default Dialer apart() {
    return this;
  }
}
