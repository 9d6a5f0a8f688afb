package sotto.mesh;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import io.opentelemetry.api.trace.Span;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import org.slf4j.event.KeyValuePair;

/// The log of a process: one line an event on standard error; SLF4J, `System.Logger` and
/// `java.util.logging` all lead there.
///
/// What never goes into a log: content, keys, tokens, network addresses, and two accounts in one
/// event. Exceptions from outside our own code are logged as [Scrubbed]. Fields of an event are
/// key-value pairs, not parts of its text; one within a sampled trace has its id as `trace`.
public final class Logs {
  private Logs() {}

  /// Sets logging up; to be called once, first thing in `main`.
  ///
  /// @param config how
  public static void open(LogsConfig config) {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      throw new IllegalStateException("logback is not the logger on the class path");
    }
    context.reset();
    var out = new Traced();
    out.setContext(context);
    out.setName("stderr");
    out.setTarget("System.err");
    out.setEncoder(encoder(config.format(), context));
    out.start();
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(out);
    // Libraries: what an operator should look at, and nothing else.
    root.setLevel(config.level() == LogsConfig.Level.ERROR ? Level.ERROR : Level.WARN);
    context.getLogger("sotto").setLevel(Level.toLevel(config.level().name()));
    // What operators do is logged whatever else is.
    context.getLogger(Audit.LOGGER).setLevel(Level.INFO);
    // Warns of what strangers do wrong, which they could flood the log with.
    context.getLogger("io.grpc.netty").setLevel(Level.ERROR);
  }

  /// Writes out what is on its way and closes the log.
  public static void close() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.stop();
    }
  }

  /// Events know the trace within which they were logged.
  private static final class Traced extends ConsoleAppender<ILoggingEvent> {
    @Override
    protected void append(ILoggingEvent event) {
      var trace = Span.current().getSpanContext();
      if (trace.isSampled() && event instanceof LoggingEvent open) {
        open.addKeyValuePair(new KeyValuePair("trace", trace.getTraceId()));
      }
      super.append(event);
    }
  }

  private static Encoder<ILoggingEvent> encoder(LogsConfig.Format format, LoggerContext context) {
    return switch (format) {
      case JSON -> json(context);
      case PLAIN -> plain(context);
    };
  }

  private static Encoder<ILoggingEvent> json(LoggerContext context) {
    var json = new JsonEncoder();
    json.setContext(context);
    json.setWithSequenceNumber(false);
    json.setWithNanoseconds(false);
    json.setWithContext(false);
    json.setWithMDC(false);
    json.setWithMarkers(false);
    json.setWithMessage(false);
    json.setWithArguments(false);
    json.setWithFormattedMessage(true);
    json.start();
    return json;
  }

  private static Encoder<ILoggingEvent> plain(LoggerContext context) {
    var plain = new PatternLayoutEncoder();
    plain.setContext(context);
    plain.setPattern("%d{HH:mm:ss.SSS} %-5level %logger{0}: %msg %kvp%n%ex");
    plain.start();
    return plain;
  }
}
