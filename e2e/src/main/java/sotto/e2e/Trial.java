package sotto.e2e;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/// A run in which users write to each other while parts die, and its judgement: in the end every
/// message that was accepted is with its receiver, once, in the order in which it was sent; or it
/// says what is not and keeps the evidence.
final class Trial implements AutoCloseable {
  /// How long anything may take to go on after a fault.
  static final Duration RECOVERY = Duration.ofSeconds(90);

  private static final Duration MIGRATION = Duration.ofMinutes(1);

  /// What happens in it.
  interface Course {
    /// Brings all up, lets users join and start, strikes, and heals. Nobody need have stopped
    /// writing at its end.
    void run(Trial trial);

    /// Says what it measured, when all has arrived and still runs.
    void report(Trial trial);
  }

  /// How a run ended.
  ///
  /// @param good whether nothing was lost, doubled, overtaken or given away
  /// @param lastLine what it printed last
  record Outcome(boolean good, String lastLine) {}

  private final Path evidence;
  private final Narration narration;
  private final Crowd crowd;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<Path> logs = new ArrayList<>();
  private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
  private final AtomicLong longestStall = new AtomicLong();

  private Trial(Path evidence, PrintStream out) throws IOException {
    this.evidence = evidence;
    this.narration = new Narration(out, evidence.resolve("run.log"));
    this.crowd = new Crowd(narration);
    open.add(crowd);
  }

  /// Takes a course to its end and prints.
  ///
  /// @param name of the evidence's folder
  /// @param keep whether the evidence of a good run is kept too
  static Outcome run(String name, boolean keep, PrintStream out, Course course) throws IOException {
    var evidence = Files.createTempDirectory("sotto-" + name + "-");
    Outcome outcome;
    try (var trial = new Trial(evidence, out)) {
      try {
        outcome = trial.judged(course);
      } catch (RuntimeException e) {
        trial.say("the run broke off");
        trial.narration.trace(e);
        outcome = new Outcome(false, "broke off: " + e.getMessage());
      }
      if (keep || !outcome.good()) {
        trial.say(
            "The logs of servers, storage and this run, and the users' homes, are in " + evidence);
      }
    }
    if (outcome.good() && !keep) {
      remove(evidence);
    }
    if (!outcome.lastLine().isEmpty()) {
      out.println(outcome.lastLine());
    }
    return outcome;
  }

  private Outcome judged(Course course) {
    course.run(this);
    crowd.drain().forEach(this::complain);
    course.report(this);
    say("closing and opening all homes, and comparing their histories");
    var wrong = new ArrayList<>(complaints);
    var verdict = new Judge(crowd.users(), wrong).judge(RECOVERY);
    verdict.complaint().ifPresent(wrong::add);
    wrong.addAll(verdict.examples());
    wrong.addAll(crowd.troubles());
    var accounts = crowd.users().stream().map(Correspondent::accountId).toList();
    logs.forEach(log -> wrong.addAll(new ServerLog(log).complaints(accounts)));
    wrong.forEach(complaint -> say("WRONG: " + complaint));
    return new Outcome(
        wrong.isEmpty(),
        String.format(
            Locale.ROOT,
            "accepted=%d delivered=%d lost=%d duplicates=%d longest_stall_ms=%d",
            verdict.accepted(),
            verdict.delivered(),
            verdict.lost(),
            verdict.duplicates(),
            longestStall.get()));
  }

  Crowd crowd() {
    return crowd;
  }

  void say(String text) {
    narration.say(text);
  }

  /// Something is wrong: the run will not end well. Thread-safe.
  void complain(String sentence) {
    complaints.add(sentence);
  }

  /// Milliseconds; the longest of a run stands in its last line. Thread-safe.
  void stalled(long millis) {
    longestStall.accumulateAndGet(millis, Math::max);
  }

  /// Does something under the eyes of all users, and waits until something of each is accepted
  /// again.
  ///
  /// @param words what is done
  void strike(String words, Runnable fault) {
    var begin = System.nanoTime();
    var reconnects = crowd.reconnects();
    say(words);
    fault.run();
    var healthy = System.nanoTime();
    var _ = Pauses.until(() -> crowd.stuck(healthy).isEmpty(), RECOVERY);
    crowd
        .stuck(healthy)
        .forEach(user ->
            complain(
                "after \"%s\" nothing of %s is accepted any more".formatted(words, user.name())));
    var end = System.nanoTime();
    var stall = crowd.longestWait(begin, end);
    stalled(stall);
    say(
        "%s, for %.1f s, all go on after %.1f s more: longest stall %d ms; %d reconnects"
            .formatted(
                words,
                (healthy - begin) / 1e9,
                (end - healthy) / 1e9,
                stall,
                crowd.reconnects() - reconnects));
  }

  /// A file or folder that stays when the run ends badly.
  Path evidence(String name) {
    return evidence.resolve(name);
  }

  /// A file in which no statements, sentences of a database and accounts may stand.
  void log(Path file) {
    logs.add(file);
  }

  /// To be closed at the end, before what was opened earlier and after the users.
  <T extends AutoCloseable> T opened(T one) {
    open.add(1, one);
    return one;
  }

  /// A database whose logs become evidence; it does not run yet.
  Stack stack(Checkout checkout) {
    // Beside the evidence, which other users may not enter: a database can run as another.
    var stack =
        opened(
            new Stack(
                checkout,
                Path.of("/tmp/sotto-faults-" + ProcessHandle.current().pid()),
                evidence("stack.log")));
    AutoCloseable logsOf = () -> keepLogs(stack);
    var _ = opened(logsOf);
    return stack;
  }

  /// Makes a database's tables.
  static void migrate(Checkout checkout, String url) {
    try (var migrate = new Running("migrate", checkout.sotto("migrate", "--store", url))) {
      if (migrate.awaitEnd(MIGRATION) != 0) {
        throw new IllegalStateException("the database was not migrated: " + migrate.err());
      }
    }
  }

  /// One more user, who registers.
  void join(Correspondent user) {
    crowd.join(user);
  }

  /// Standard output, in UTF-8 whatever the locale.
  static PrintStream standardOut() {
    return new PrintStream(System.out, true, StandardCharsets.UTF_8);
  }

  private void keepLogs(Stack stack) throws IOException {
    var kept = Files.createDirectories(evidence.resolve("storage"));
    try (var files = Files.list(stack.folder().resolve("log"))) {
      for (var log : files.toList()) {
        Files.copy(log, kept.resolve(log.getFileName().toString()));
      }
    }
  }

  private static void remove(Path folder) throws IOException {
    try (var walk = Files.walk(folder)) {
      for (var path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Override
  public void close() {
    for (var each : open) {
      try {
        each.close();
      } catch (Exception e) {
        say("could not be closed: " + e.getMessage());
      }
    }
    narration.close();
  }
}
