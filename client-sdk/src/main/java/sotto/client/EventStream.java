package sotto.client;

import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import sotto.client.internal.engine.Engine;
import sotto.client.internal.engine.EventHub;

/// The events for one consumer, in order, at least once.
///
/// A named consumer has a cursor in the store. It moves past an event when the consumer asks for
/// the next one or calls [#done]; an event that was handed out and not yet passed comes again after
/// a crash or when the stream is opened again. For one thread at a time, but for [#close].
public final class EventStream implements Iterable<Event>, AutoCloseable {
  private static final Duration FOREVER = Duration.ofDays(365);
  private static final Duration NAME_WAIT = Duration.ofSeconds(3);

  private final Engine engine;
  private final Optional<String> consumer;
  private final EventHub.Inlet inlet;
  private long passed;
  private long handedOut;
  private long nameless;
  private long namelessSince;
  private volatile boolean closed;

  private EventStream(Engine engine, Optional<String> consumer, long passed) {
    this.engine = engine;
    this.consumer = consumer;
    this.inlet = engine.events().open();
    this.passed = passed;
    this.handedOut = passed;
  }

  static EventStream of(Engine engine, String consumer) {
    return new EventStream(engine, Optional.of(consumer), engine.cursor(consumer));
  }

  static EventStream live(Engine engine) {
    return new EventStream(engine, Optional.empty(), engine.newestEvent());
  }

  /// The next event; waits for it.
  ///
  /// @param wait how long; zero = only what is there
  /// @return empty when none came in time, or the home or this stream was closed
  public Optional<Event> next(Duration wait) {
    done();
    Optional<Event>[] found = holder();
    var _ =
        engine.awaitEvent(
            () -> {
              found[0] = over() ? Optional.empty() : look();
              return found[0].isPresent() || over();
            },
            wait);
    found[0].filter(event -> event.id() != Event.LIVE).ifPresent(event -> handedOut = event.id());
    return found[0];
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Optional<Event>[] holder() {
    return new Optional[] {Optional.empty()};
  }

  private boolean over() {
    return closed || engine.closed();
  }

  private Optional<Event> look() {
    Optional<Event> live = inlet.poll();
    return live.isPresent() ? live : engine.eventAfter(passed).filter(this::named);
  }

  /// A stranger's message waits a moment for the look-up of the name that it brought along.
  private boolean named(Event event) {
    if (!engine.nameComing(event)) {
      return true;
    }
    if (nameless != event.id()) {
      nameless = event.id();
      namelessSince = System.nanoTime();
      engine.lookAgain(NAME_WAIT);
    }
    return System.nanoTime() - namelessSince >= NAME_WAIT.toNanos();
  }

  /// Moves the cursor past the event handed out last.
  public void done() {
    if (handedOut != passed && !over()) {
      consumer.ifPresent(name -> engine.moveCursor(name, handedOut));
      passed = handedOut;
    }
  }

  /// Waits for each event without end; ends when the home or this stream is closed.
  @Override
  public Iterator<Event> iterator() {
    return new Iterator<>() {
      private Optional<Event> ahead = Optional.empty();

      @Override
      public boolean hasNext() {
        while (ahead.isEmpty() && !over()) {
          ahead = EventStream.this.next(FOREVER);
        }
        return ahead.isPresent();
      }

      @Override
      public Event next() {
        if (!hasNext()) {
          throw new NoSuchElementException("the events have ended");
        }
        Event event = ahead.orElseThrow();
        ahead = Optional.empty();
        return event;
      }
    };
  }

  /// Stops it; another thread that waits in it returns. The event handed out last stays open.
  @Override
  public void close() {
    closed = true;
    inlet.close();
  }
}
