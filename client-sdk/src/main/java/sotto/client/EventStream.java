package sotto.client;

import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;

/// The events for one consumer, in order, at least once.
///
/// A named consumer has a cursor in the store. It moves past an event when the consumer asks for
/// the next one or calls [#done]; an event that was handed out and not yet passed comes again after
/// a crash or when the stream is opened again. For one thread at a time.
@SuppressWarnings("DoNotCallSuggester")
public final class EventStream implements Iterable<Event>, AutoCloseable {
  EventStream() {}

  /// The next event; waits for it.
  ///
  /// @param wait how long; zero = only what is there
  /// @return empty when none came in time, or the home or this stream was closed
  public Optional<Event> next(Duration wait) {
    throw new UnsupportedOperationException();
  }

  /// Moves the cursor past the event handed out last.
  public void done() {
    throw new UnsupportedOperationException();
  }

  /// Waits for each event without end; ends when the home or this stream is closed.
  @Override
  public Iterator<Event> iterator() {
    throw new UnsupportedOperationException();
  }

  /// Stops it; another thread that waits in it returns. The event handed out last stays open.
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
