package sotto.e2e;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// The numbered messages from one user to another, as both see them. Thread-safe.
final class OneWay {
  private static final Pattern TEXT = Pattern.compile("message ([0-9]+) from ([a-z0-9.]+) .*");

  private final String from;
  private int written; // guarded by this, as all that follows
  private final BitSet accepted = new BitSet();
  private final List<Long> acceptedAt = new ArrayList<>();
  private final List<Timing> timings = new ArrayList<>();
  private final List<Integer> arrived = new ArrayList<>();
  private final BitSet arrivedOnce = new BitSet();
  private int failed;

  /// When a message was written, accepted and shown first, as `System.nanoTime`.
  ///
  /// @param accepted empty while it is not
  /// @param arrived empty while it is not
  record Timing(long written, OptionalLong accepted, OptionalLong arrived) {}

  OneWay(String from) {
    this.from = from;
  }

  /// The text of the next message, which is written now.
  synchronized String next() {
    if (timings.size() == written) {
      timings.add(new Timing(System.nanoTime(), OptionalLong.empty(), OptionalLong.empty()));
    }
    return "message %d from %s and some words as people write them".formatted(written, from);
  }

  /// The number of a message; empty if the text is none of these.
  OptionalInt number(String text) {
    var matcher = TEXT.matcher(text);
    return matcher.matches() && matcher.group(2).equals(from)
        ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
        : OptionalInt.empty();
  }

  synchronized void wrote() {
    written++;
  }

  /// A message came to *sent* at the sender.
  synchronized void accepted(int number) {
    if (!accepted.get(number)) {
      var now = System.nanoTime();
      accepted.set(number);
      acceptedAt.add(now);
      if (number < timings.size()) {
        var timing = timings.get(number);
        timings.set(number, new Timing(timing.written, OptionalLong.of(now), timing.arrived));
      }
    }
  }

  /// A message was given up at the sender.
  synchronized void failed() {
    failed++;
  }

  /// A message was shown to the receiver.
  synchronized void arrived(int number) {
    arrived.add(number);
    if (!arrivedOnce.get(number) && number < timings.size()) {
      var timing = timings.get(number);
      timings.set(
          number, new Timing(timing.written, timing.accepted, OptionalLong.of(System.nanoTime())));
    }
    arrivedOnce.set(number);
  }

  synchronized int written() {
    return written;
  }

  synchronized int acceptedCount() {
    return acceptedAt.size();
  }

  synchronized int arrivedCount() {
    return arrived.size();
  }

  /// How many arrivals were of a message that had arrived before.
  synchronized int arrivedAgainCount() {
    return arrived.size() - arrivedOnce.cardinality();
  }

  synchronized int failedCount() {
    return failed;
  }

  /// Of all messages in the order in which they were written.
  synchronized List<Timing> timings() {
    return List.copyOf(timings);
  }

  /// The longest that a message waited until it was accepted, of those that waited in a span.
  ///
  /// @param begin of the span, as `System.nanoTime`
  /// @param end of the span; what is still waited for then counts up to there
  /// @return nanoseconds
  synchronized long longestWait(long begin, long end) {
    var longest = 0L;
    for (var timing : timings) {
      var until = Math.min(timing.accepted.orElse(end), end);
      if (until >= begin) {
        longest = Math.max(longest, until - timing.written);
      }
    }
    return longest;
  }

  synchronized BitSet acceptedNumbers() {
    return (BitSet) accepted.clone();
  }

  synchronized List<Integer> arrivals() {
    return List.copyOf(arrived);
  }

  /// The longest time between two accepted messages that follow each other, of those times that
  /// reach into a span.
  ///
  /// @param begin of the span, as `System.nanoTime`
  /// @param end of the span; what is still waited for then counts up to there
  /// @return nanoseconds
  synchronized long longestGap(long begin, long end) {
    var longest = 0L;
    var before = begin;
    for (var at : acceptedAt) {
      if (at >= begin) {
        longest = Math.max(longest, Math.min(at, end) - before);
        if (at >= end) {
          return longest;
        }
      }
      before = at;
    }
    return Math.max(longest, end - before);
  }

  /// Whether a message was accepted after an instant.
  synchronized boolean acceptedSince(long instant) {
    return !acceptedAt.isEmpty() && acceptedAt.getLast() > instant;
  }
}
