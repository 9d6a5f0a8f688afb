package sotto.mesh;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/// What one class logs while a test runs, as `message key=value …`.
final class CapturedLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final Logger logger;
  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private CapturedLog(Logger logger) {
    this.logger = logger;
  }

  static CapturedLog of(Class<?> type) {
    return of(type.getName());
  }

  static CapturedLog of(String name) {
    var captured = new CapturedLog((Logger) LoggerFactory.getLogger(name));
    captured.start();
    captured.logger.setLevel(Level.DEBUG);
    captured.logger.addAppender(captured);
    return captured;
  }

  @Override
  protected void append(ILoggingEvent event) {
    var pairs = event.getKeyValuePairs() == null ? List.<Object>of() : event.getKeyValuePairs();
    lines.add(
        event.getFormattedMessage()
            + pairs.stream().map(p -> " " + p).collect(Collectors.joining()));
  }

  /// The next lines, in any order of the threads that wrote them.
  List<String> next(int count) throws InterruptedException {
    var next = new ArrayList<String>();
    while (next.size() < count) {
      var line = lines.poll(20, TimeUnit.SECONDS);
      if (line == null) {
        throw new AssertionError("only " + next);
      }
      next.add(line);
    }
    return next;
  }

  boolean isEmpty() {
    return lines.isEmpty();
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    logger.setLevel(null);
  }
}
