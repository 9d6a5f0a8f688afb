package sotto.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import sotto.client.internal.engine.Engine;

/// Received files that are downloaded by themselves: off until a [Rule] is set, which the store
/// keeps.
///
/// Only files of contacts that were accepted come by themselves, two at a time, checked and resumed
/// as by [Sotto#save], beside everything else: no message waits for them. What became of each is
/// told by [Event.FileSaved]. Files that came before the rule was set, or are larger than it says,
/// are left to [Sotto#save]. A crash at the last instant may leave a file twice, never half.
/// Thread-safe.
public final class AutoDownloads {
  /// Which files come, and where to.
  ///
  /// @param folder where they go, as they were before they were encrypted; empty = the folder
  ///   `files` of the home
  /// @param largest the largest file, 1 byte to `aDay`
  /// @param aDay bytes of files in a day (UTC), at most; what is more waits for the next one
  public record Rule(Optional<Path> folder, long largest, long aDay) {
    private static final long A_DAY = 1_000_000_000;

    /// Checks the sizes; a folder becomes absolute.
    ///
    /// @throws SottoException INVALID_INPUT
    public Rule {
      if (largest < 1 || largest > aDay) {
        throw SottoException.invalid(
            "largest", "The largest file is 1 byte or more, and not more than a day's bytes.");
      }
      folder = folder.map(Path::toAbsolutePath);
    }

    /// Files up to a size, into the home, 1 GB a day or one file if that is more.
    public static Rule upTo(long largest) {
      return new Rule(Optional.empty(), largest, Math.max(largest, A_DAY));
    }

    /// The same into a folder.
    public Rule into(Path other) {
      return new Rule(Optional.of(other), largest, aDay);
    }

    /// The same with other bytes a day.
    public Rule aDay(long bytes) {
      return new Rule(folder, largest, bytes);
    }
  }

  private final Engine engine;

  AutoDownloads(Engine engine) {
    this.engine = engine;
  }

  /// The rule; empty = off.
  public Optional<Rule> rule() {
    return engine.autoSaver().rule();
  }

  /// Switches it on, or changes the rule for what waits and comes.
  ///
  /// @throws SottoException NOT_REGISTERED, CLOSED
  public void set(Rule rule) {
    engine.autoSaver().set(rule);
  }

  /// Switches it off: what waits is left to [Sotto#save], what is on its way still comes.
  ///
  /// @throws SottoException NOT_REGISTERED, CLOSED
  public void off() {
    engine.autoSaver().off();
  }

  /// Where files go under a rule.
  public Path folder(Rule rule) {
    return engine.autoSaver().folder(rule);
  }

  /// How many files of accepted contacts wait or are on their way.
  public int waiting() {
    return engine.autoSaver().waiting();
  }

  /// Waits until no file is on its way, and none waits that could go now.
  ///
  /// @return whether that is so, in time; what still waits then waits for a connection, for room on
  ///   the disk or for the next day
  public boolean await(Duration wait) {
    return engine.autoSaver().await(wait);
  }
}
