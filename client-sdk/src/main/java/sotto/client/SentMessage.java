package sotto.client;

import java.time.Duration;
import java.util.List;
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

  /// How far it has come with each member of its group; none if it went to no group.
  public List<MemberStatus> members() {
    return engine.groups().receipts(id);
  }

  /// How far its files are; complete at once if it has none.
  public Progress progress() {
    return engine.uploadProgress(row);
  }

  /// Takes the message back as long as nothing of it may have reached the server: it is then
  /// [Status#FAILED] with the reason `cancelled`, and the encrypted copies of its files are gone.
  ///
  /// @return false if it is too late, or it has failed already
  public boolean cancel() {
    return engine.unsent().cancel(row);
  }

  /// Queues the message again if it has failed for a reason that may pass ([Failure#retryable]). It
  /// keeps its id; what was uploaded of its files is not uploaded again.
  ///
  /// @return false if it has not failed, or would fail again
  public boolean retry() {
    return engine.unsent().retry(row);
  }

  /// Waits until it has come as far as `wanted`, or has failed, or the time is over.
  ///
  /// @return the status then; compare with [Status#reached]
  public Status await(Status wanted, Duration wait) {
    return engine.await(row, id, wanted, wait);
  }
}
