package sotto.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// How long messages took, apart for those that met a fault and those that did not. Thread-safe.
final class Delays {
  private final long since;
  private final List<Span> faults = new ArrayList<>(); // guarded by this

  /// @param begin of a fault, as `System.nanoTime`
  /// @param end when all went on
  record Span(long begin, long end) {}

  /// @param since messages that were written before are left out, as `System.nanoTime`
  Delays(long since) {
    this.since = since;
  }

  synchronized void fault(long begin, long end) {
    faults.add(new Span(begin, end));
  }

  /// Two lines: in quiet times, and of messages that were under way during a fault.
  synchronized List<String> lines(List<OneWay> ways) {
    return List.of(line("in quiet times", ways, false), line("during faults", ways, true));
  }

  private String line(String when, List<OneWay> ways, boolean met) {
    var accepted = new ArrayList<Long>();
    var arrived = new ArrayList<Long>();
    for (var way : ways) {
      for (var timing : way.timings()) {
        var last = timing.arrived().orElse(timing.accepted().orElse(timing.written()));
        if (timing.written() >= since && met == met(timing.written(), last)) {
          timing.accepted().ifPresent(at -> accepted.add(at - timing.written()));
          timing.arrived().ifPresent(at -> arrived.add(at - timing.written()));
        }
      }
    }
    return String.format(
        Locale.ROOT,
        "%s: written to accepted p50 %d ms, p99 %d ms; written to delivered p50 %d ms, p99 %d ms (%,d messages)",
        when,
        percentile(accepted, 50),
        percentile(accepted, 99),
        percentile(arrived, 50),
        percentile(arrived, 99),
        accepted.size());
  }

  private boolean met(long from, long to) {
    return faults.stream().anyMatch(f -> from <= f.end && to >= f.begin);
  }

  /// The smallest that so many percent do not exceed, in milliseconds; 0 of none.
  static long percentile(List<Long> nanos, int percent) {
    if (nanos.isEmpty()) {
      return 0;
    }
    var sorted = nanos.stream().sorted().toList();
    var rank = (sorted.size() * percent + 99) / 100;
    return sorted.get(Math.max(rank, 1) - 1) / 1_000_000;
  }
}
