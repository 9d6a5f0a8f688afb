package sotto.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import sotto.client.Event;
import sotto.client.Options;
import sotto.client.Passphrase;
import sotto.client.ServerAddress;
import sotto.client.Sotto;
import sotto.client.Username;

/// Somebody who uses the SDK in this process, against a server in another.
///
/// @param name the username
/// @param home the home
record Person(String name, Path home) {
  private static final byte[] KEY = new byte[Passphrase.KEY_LENGTH];

  /// Opens the home and connects if it has an account.
  Sotto open() {
    return open(Options.defaults());
  }

  /// Opens the home with options.
  Sotto open(Options options) {
    return Sotto.open(home, Passphrase.ofKey(KEY), options);
  }

  /// Makes an account at a server and leaves.
  Person register(ServerProcess server) {
    try (var sotto = open()) {
      sotto.register(addressOf(server), Username.of(name));
    }
    return this;
  }

  /// A server as a client is to be given it.
  static ServerAddress addressOf(ServerProcess server) {
    try {
      return ServerAddress.parse(server.address()).trusting(Files.readString(server.ca()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Receives until so many messages are there or the time is over.
  ///
  /// @return their texts, in the order of their events
  static List<String> receive(Sotto sotto, int count, Duration within) {
    var end = System.nanoTime() + within.toNanos();
    var texts = new ArrayList<String>();
    try (var events = sotto.events("test")) {
      while (texts.size() < count) {
        var event = events.next(Duration.ofNanos(end - System.nanoTime()));
        if (event.isEmpty()) {
          break;
        }
        if (event.get() instanceof Event.MessageReceived received) {
          texts.add(received.message().text());
        }
        events.done();
      }
    }
    return texts;
  }
}
