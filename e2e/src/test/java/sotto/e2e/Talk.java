package sotto.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import sotto.client.Conversation;
import sotto.client.Event;
import sotto.client.MessageView;
import sotto.client.Options;
import sotto.client.Passphrase;
import sotto.client.ServerAddress;
import sotto.client.Sotto;
import sotto.client.Username;

/// Somebody who uses the SDK in this process and stays connected.
final class Talk implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(30);

  private final Path home;
  private final Options options;
  private final byte[] key = new byte[Passphrase.KEY_LENGTH];
  private final List<Event> seen = new ArrayList<>();
  private Sotto sotto;
  String name = "";

  private Talk(Path home, Options options) {
    this.home = home;
    this.options = options;
    new SecureRandom().nextBytes(key);
    sotto = open();
  }

  private Sotto open() {
    return Sotto.open(home, Passphrase.ofKey(key), options);
  }

  /// Registers at the stage's server.
  static Talk registered(Stage stage, String beginning) {
    return registered(stage, beginning, Options.defaults());
  }

  /// The same with options.
  static Talk registered(Stage stage, String beginning, Options options) {
    return registered(stage, beginning, options, stage.server().address(), stage.server().ca());
  }

  /// Registers at any server.
  static Talk registered(Stage stage, String beginning, Options options, String address, Path ca) {
    var name = stage.freshName(beginning);
    var talk = new Talk(stage.folder(name), options);
    talk.name = name;
    try {
      talk.sotto.register(
          ServerAddress.parse(address).trusting(Files.readString(ca)), Username.of(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    talk.sotto.awaitOnline(LIMIT);
    return talk;
  }

  Sotto sotto() {
    return sotto;
  }

  /// Closes the home and opens it again.
  void reopen() {
    sotto.close();
    sotto = open();
    sotto.awaitOnline(LIMIT);
  }

  Conversation with(String other) {
    return sotto.conversationWith(Username.of(other));
  }

  /// Waits for an event; what came before it is kept in [#seen].
  Event await(Predicate<Event> wanted) {
    return await(wanted, LIMIT)
        .orElseThrow(() -> new AssertionError("not within " + LIMIT + "; came: " + seen));
  }

  /// Waits for an event, so long.
  Optional<Event> await(Predicate<Event> wanted, Duration within) {
    var end = System.nanoTime() + within.toNanos();
    try (var events = sotto.events("test")) {
      while (true) {
        var event = events.next(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        if (event.isEmpty()) {
          return Optional.empty();
        }
        seen.add(event.get());
        events.done();
        if (wanted.test(event.get())) {
          return event;
        }
      }
    }
  }

  /// Waits for a message with a text.
  MessageView awaitText(String text) {
    var event = await(e -> e instanceof Event.MessageReceived m && m.message().text().equals(text));
    return ((Event.MessageReceived) event).message();
  }

  /// The next message.
  MessageView awaitMessage() {
    return ((Event.MessageReceived) await(e -> e instanceof Event.MessageReceived)).message();
  }

  /// All events taken so far.
  List<Event> seen() {
    return List.copyOf(seen);
  }

  @Override
  public void close() {
    sotto.close();
  }
}
