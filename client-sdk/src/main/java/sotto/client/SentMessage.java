package sotto.client;

import java.time.Duration;
import java.util.Optional;
import sotto.client.internal.engine.Engine;

/// An own message that is durable in the store: what happens to it from here on goes by itself.
///
/// Thread-safe.
public final class SentMessage {
  private final Engine engine;
  private final long row;
  private final MessageId id;

  SentMessage(Engine engine, long row, MessageId id) {
    this.engine = engine;
    this.row = row;
    this.id = id;
  }

  /// Its id.
  public MessageId id() {
    return id;
  }

  /// How far it has come.
  public Status status() {
    return engine.status(row, id);
  }

  /// Why it failed, or what it still waits for.
  public Optional<Failure> failure() {
    return view().failure();
  }

  /// The message as it is now.
  public MessageView view() {
    return engine.view(row, id);
  }

  /// Waits until it has come as far as `wanted`, or has failed, or the time is over.
  ///
  /// @return the status then; compare with [Status#reached]
  public Status await(Status wanted, Duration wait) {
    return engine.await(row, id, wanted, wait);
  }
}
