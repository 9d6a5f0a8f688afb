package sotto.relay.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import sotto.chat.v1.Delivery;

/// An outlet that keeps what the loop asked for.
final class RecordingOutlet implements Outlet {
  record Read(long after, int maxEnvelopes, int maxBytes) {}

  boolean ready = true;
  final List<List<Delivery>> batches = new ArrayList<>();
  final ArrayDeque<Read> reads = new ArrayDeque<>();
  final ArrayDeque<Integer> holes = new ArrayDeque<>();
  final List<Long> acknowledged = new ArrayList<>();
  int stalls;
  int retries;
  int queueEmpties;
  private boolean flushComing;

  @Override
  public boolean ready() {
    return ready;
  }

  @Override
  public void deliver(List<Delivery> batch) {
    batches.add(List.copyOf(batch));
  }

  @Override
  public void queueEmpty() {
    queueEmpties++;
  }

  @Override
  public void read(long after, int maxEnvelopes, int maxBytes) {
    reads.add(new Read(after, maxEnvelopes, maxBytes));
  }

  @Override
  public void acknowledged(long acceptedAtMillis) {
    acknowledged.add(acceptedAtMillis);
  }

  @Override
  public void stalled() {
    stalls++;
  }

  @Override
  public void startHole(int hole) {
    holes.add(hole);
  }

  @Override
  public void retryRead(int failures) {
    retries++;
  }

  @Override
  public void flushSoon() {
    flushComing = true;
  }

  /// Ends a turn.
  void endTurn(DeliveryLoop loop) {
    while (flushComing) {
      flushComing = false;
      loop.flush();
    }
  }

  Optional<Read> takeRead() {
    return Optional.ofNullable(reads.poll());
  }

  OptionalInt takeHole() {
    var hole = holes.poll();
    return hole == null ? OptionalInt.empty() : OptionalInt.of(hole);
  }

  List<Long> positions() {
    return batches.stream().flatMap(List::stream).map(Delivery::getPosition).toList();
  }
}
