package sotto.e2e;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One person's client: the real `./sotto --json` on a home of its own.
///
/// @param checkout whose `./sotto`
/// @param name what to call the person in a failure's message
/// @param home the client's folder
/// @param passphrase the home's
record Cli(Checkout checkout, String name, Path home, String passphrase) {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  /// What a command did.
  ///
  /// @param command its words
  /// @param exit its exit code
  /// @param out its JSON lines
  /// @param err its standard error
  record Result(String command, int exit, List<JsonObject> out, String err) {
    /// Insists on an exit code.
    ///
    /// @return this
    Result exits(int wanted) {
      if (exit != wanted) {
        throw new IllegalStateException(
            "`%s` exited %d instead of %d%nstdout: %s%nstderr: %s"
                .formatted(command, exit, wanted, out, err));
      }
      return this;
    }

    /// Its lines of a type.
    List<JsonObject> all(String type) {
      return out.stream().filter(o -> o.get("type").getAsString().equals(type)).toList();
    }

    /// Its only line of a type.
    JsonObject only(String type) {
      var found = all(type);
      if (found.size() != 1) {
        throw new IllegalStateException(
            "`%s` printed %d lines of type %s, not one: %s%nstderr: %s"
                .formatted(command, found.size(), type, out, err));
      }
      return found.getFirst();
    }
  }

  /// Runs a command to its end.
  Result run(String... arguments) {
    return run(Map.of(), new byte[0], arguments);
  }

  /// Runs a command to its end and insists on success.
  Result ok(String... arguments) {
    return run(arguments).exits(0);
  }

  /// Runs a command to its end.
  ///
  /// @param environment added to the process's
  /// @param input its standard input
  /// @param arguments what follows `./sotto --json`
  /// @return what it did
  Result run(Map<String, String> environment, byte[] input, String... arguments) {
    var command = name + ": sotto " + String.join(" ", shortened(arguments));
    var builder = builder(true, arguments);
    builder.environment().putAll(environment);
    try (var running = new Running(command, builder)) {
      if (input.length > 0) {
        running.write(input);
      }
      running.endInput();
      var exit = running.awaitEnd(LIMIT);
      var out = new ArrayList<JsonObject>();
      for (var line : running.seen()) {
        out.add(JsonParser.parseString(line).getAsJsonObject());
      }
      return new Result(command, exit, List.copyOf(out), running.err());
    }
  }

  /// Starts a command that goes on, with `--json` or as a person sees it.
  Running start(boolean json, String... arguments) {
    return new Running(
        name + ": sotto " + String.join(" ", shortened(arguments)), builder(json, arguments));
  }

  /// A command that is yet to be started.
  ProcessBuilder builder(boolean json, String... arguments) {
    var all = new ArrayList<String>();
    all.add("--home");
    all.add(home.toString());
    if (json) {
      all.add("--json");
    }
    all.addAll(List.of(arguments));
    var builder = checkout.sotto(all.toArray(String[]::new));
    builder.environment().put("SOTTO_PASSPHRASE", passphrase);
    return builder;
  }

  private static List<String> shortened(String... arguments) {
    return List.of(arguments).stream()
        .map(a -> a.length() > 60 ? a.substring(0, 57) + "…" : a)
        .toList();
  }
}
