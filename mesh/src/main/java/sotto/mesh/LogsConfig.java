package sotto.mesh;

/// How a process logs.
///
/// @param level the least that Sotto's own code logs: `error`, `warn`, `info` or `debug`; libraries
///   log from `warn` on
/// @param format how lines look: `json`, an object a line, or `plain`
public record LogsConfig(Level level, Format format) {
  /// From info on, as JSON.
  public static final LogsConfig DEFAULTS = new LogsConfig(Level.INFO, Format.JSON);

  /// How much.
  public enum Level {
    /// Only faults.
    ERROR,
    /// Also what an operator should look at.
    WARN,
    /// Also starts, stops and changes of state.
    INFO,
    /// Also steps.
    DEBUG
  }

  /// How lines look.
  public enum Format {
    /// One JSON object a line.
    JSON,
    /// For people.
    PLAIN
  }
}
