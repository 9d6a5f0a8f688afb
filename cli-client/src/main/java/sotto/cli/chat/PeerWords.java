package sotto.cli.chat;

import java.util.Optional;
import sotto.cli.print.MessageLines;
import sotto.client.Connection;

/// What is known about a peer, in words.
final class PeerWords {
  private PeerWords() {}

  /// `online` or `last seen …`; empty when unknown.
  static Optional<String> presence(Peer peer, MessageLines lines) {
    return peer.presence()
        .map(p ->
            p.online()
                ? "online"
                : p.lastSeen().map(at -> "last seen " + lines.moment(at)).orElse("offline"));
  }

  /// What the user must know about the own connection; empty when it is well.
  static Optional<String> connection(Connection.State state) {
    return switch (state) {
      case ONLINE -> Optional.empty();
      case OFFLINE, CONNECTING, CLOSED -> Optional.of("no connection: messages wait here");
      case DISPLACED -> Optional.of("another sotto of this device took the connection over");
      case REMOVED -> Optional.of("this device was removed from its account");
      case ACCOUNT_DELETED -> Optional.of("the account was deleted");
      case STORAGE_BLOCKED -> Optional.of("the disk is full: nothing can be received");
    };
  }

  /// What is known about the keys.
  static String verification(Peer peer) {
    return switch (peer.contact().verification()) {
      case UNVERIFIED -> "not verified";
      case VERIFIED -> "verified";
      case CHANGED -> "ACCOUNT CHANGED";
    };
  }
}
