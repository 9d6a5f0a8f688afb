package sotto.store.peer;

import java.time.Duration;

/// What is known of whether one pod is there. For one thread at a time; times are nanoseconds of
/// any origin.
///
/// ```
/// ASKED  -> HEARD    it has answered; good for two seconds, asked anew after one
/// ASKED  -> SILENT   it has been asked for two seconds in vain; good for three after the last try
/// HEARD  -> ASKED    the answer is old
/// SILENT -> HEARD    it has answered
/// SILENT -> ASKED    nobody has asked for long
/// ```
///
/// A call that is refused at once is not silence yet: a process that starts again refuses calls for
/// a moment.
final class PodPulse {
  /// What [#begin] says when it is not to be asked.
  static final long NOT_NOW = 0;

  private static final long PATIENCE = Duration.ofSeconds(2).toNanos();
  private static final long FRESH = Duration.ofSeconds(2).toNanos();
  private static final long RENEW = Duration.ofSeconds(1).toNanos();
  private static final long SILENCE_HOLDS = Duration.ofSeconds(3).toNanos();
  private static final long PAUSE = Duration.ofMillis(100).toNanos();

  sealed interface Look {}

  /// It has answered just now.
  ///
  /// @param owner as whom
  record Heard(String owner, boolean leaving) implements Look {}

  /// It is being asked.
  record Asked() implements Look {}

  /// It has not answered.
  record Silent() implements Look {}

  // The last answer.
  private boolean heard;
  private long heardAt;
  private String owner = "";
  private boolean leaving;
  // The last try.
  private long number;
  private boolean asking;
  private long askedAt;
  // The tries in vain since the last answer.
  private boolean quiet;
  private long quietSince;
  private boolean failed;
  private long failedAt;

  /// Whether it is to be asked now.
  ///
  /// @return the number of the try that begins, or [#NOT_NOW]
  long begin(long now) {
    if (asking && now - askedAt >= PATIENCE) {
      fail(askedAt + PATIENCE);
    }
    boolean known = heard && now - heardAt < RENEW;
    boolean justAsked = number > 0 && now - askedAt < PAUSE;
    if (asking || known || justAsked) {
      return NOT_NOW;
    }
    if (!quiet || (failed && now - failedAt > SILENCE_HOLDS)) {
      quiet = true;
      quietSince = now;
      failed = false;
    }
    asking = true;
    askedAt = now;
    number++;
    return number;
  }

  Look look(long now) {
    if (heard && now - heardAt < FRESH) {
      return new Heard(owner, leaving);
    }
    boolean silent = failed && failedAt - quietSince >= PATIENCE && now - failedAt <= SILENCE_HOLDS;
    return silent ? new Silent() : new Asked();
  }

  void answered(long now, String as, boolean leaves) {
    heard = true;
    heardAt = now;
    owner = as;
    leaving = leaves;
    asking = false;
    quiet = false;
    failed = false;
  }

  /// A try was in vain; one that is not the last says nothing any more.
  void failed(long now, long of) {
    if (asking && of == number) {
      fail(now);
    }
  }

  private void fail(long at) {
    asking = false;
    failed = true;
    failedAt = at;
  }
}
