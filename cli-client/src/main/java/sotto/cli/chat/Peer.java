package sotto.cli.chat;

import java.time.Instant;
import java.util.Optional;
import sotto.client.Connection;
import sotto.client.Contact;

/// What is known right now about the one who is talked to.
///
/// @param contact who
/// @param presence whether they are there; empty = unknown, as they do not share it or nothing came
/// @param typing whether they are typing
/// @param connection how this device stands to the server
record Peer(
    Contact contact, Optional<Presence> presence, boolean typing, Connection.State connection) {
  /// Whether someone is there.
  ///
  /// @param online whether a device of theirs is connected
  /// @param lastSeen when one was last, to five minutes
  record Presence(boolean online, Optional<Instant> lastSeen) {}

  Peer with(Contact other) {
    return new Peer(other, presence, typing, connection);
  }

  Peer with(Presence other) {
    return new Peer(contact, Optional.of(other), typing, connection);
  }

  /// Without a connection nothing is known about the peer.
  Peer with(Connection.State other) {
    return other == Connection.State.ONLINE
        ? new Peer(contact, presence, typing, other)
        : new Peer(contact, Optional.empty(), false, other);
  }

  Peer typing(boolean now) {
    return new Peer(contact, presence, now, connection);
  }
}
