package sotto.presence;

import java.util.OptionalLong;

/// One relay's right to be believed. Live until it lapses or the relay takes another epoch; what is
/// dead never lives again.
final class Lease {
  private final String relay;
  private final long epoch;
  private final int index;
  private volatile Outbox outbox;
  private volatile long lastFrame;
  // The pod list whose registrations are all in; a stream starts without.
  private volatile OptionalLong completed = OptionalLong.empty();
  private volatile boolean live = true;

  Lease(String relay, long epoch, int index, Outbox outbox, long now) {
    this.relay = relay;
    this.epoch = epoch;
    this.index = index;
    this.outbox = outbox;
    this.lastFrame = now;
  }

  String relay() {
    return relay;
  }

  long epoch() {
    return epoch;
  }

  /// Stands for the lease in the table; given to another lease only when no entry holds it.
  int index() {
    return index;
  }

  /// Of the stream that the lease is renewed on, or was last.
  Outbox outbox() {
    return outbox;
  }

  /// A later stream of the same epoch: it will register everything again.
  void movedTo(Outbox stream) {
    outbox = stream;
    completed = OptionalLong.empty();
  }

  /// Notes that the relay gave a sign of life.
  void renewed(long now) {
    lastFrame = now;
  }

  long lastFrame() {
    return lastFrame;
  }

  /// Whether the relay has registered all its streams for this list of pods and still keeps them by
  /// it.
  boolean complete(long podsVersion) {
    OptionalLong version = completed;
    return version.isPresent() && version.getAsLong() == podsVersion;
  }

  /// The relay has registered all its streams for a list of pods; it goes by no other any more.
  void completed(long podsVersion) {
    completed = OptionalLong.of(podsVersion);
  }

  boolean live() {
    return live;
  }

  void end() {
    live = false;
  }
}
