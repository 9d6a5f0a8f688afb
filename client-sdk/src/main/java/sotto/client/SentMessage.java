package sotto.client;

import java.time.Duration;
import java.util.Optional;

/// An own message that is durable in the store: what happens to it from here on goes by itself.
///
/// Thread-safe.
@SuppressWarnings("DoNotCallSuggester")
public final class SentMessage {
  SentMessage() {}

  /// Its id.
  public MessageId id() {
    throw new UnsupportedOperationException();
  }

  /// How far it has come.
  public Status status() {
    throw new UnsupportedOperationException();
  }

  /// Why it failed, or what it still waits for.
  public Optional<Failure> failure() {
    throw new UnsupportedOperationException();
  }

  /// The message as it is now.
  public MessageView view() {
    throw new UnsupportedOperationException();
  }

  /// Waits until it has come as far as `wanted`, or has failed, or the time is over.
  ///
  /// @return the status then; compare with [Status#reached]
  public Status await(Status wanted, Duration wait) {
    throw new UnsupportedOperationException();
  }
}
