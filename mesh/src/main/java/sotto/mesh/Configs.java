package sotto.mesh;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.StringJoiner;

/// Loads config records: defaults, over them the file, over it the environment, over it the flags.
///
/// A record is a section and its components are the keys, in words with hyphens: the component
/// `maxCalls` of the record that is the component `relay` is `relay.max-calls` as a flag, `relay:
/// {max-calls: …}` in the YAML file and `SOTTO_RELAY_MAX_CALLS` in the environment. Types: text,
/// whole and decimal numbers, `true|false`, times (`10s`, `5m`, `30d`), paths, enum names in lower
/// case, `Optional` and `List` of these (lists separated by commas outside the file), records, and
/// any other class with a static `parse(String)`. Unknown keys are refused. Bounds are the records'
/// own. A refusal repeats what was given, except what is [Secret].
public final class Configs {
  private static final String PREFIX = "SOTTO_";
  private static final long LARGEST_FILE = 1 << 20;
  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder()
              .configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION, true)
              .build());

  private Configs() {}

  /// Loads one record: [#read] without where its values come from.
  ///
  /// @return the record, checked by its constructor
  /// @throws ConfigException naming source, field, value and what is allowed
  public static <R extends Record> R load(
      Class<R> type,
      R defaults,
      Optional<Path> file,
      Map<String, String> environment,
      Map<String, String> flags) {
    return read(type, defaults, file, environment, flags).config();
  }

  /// A record and where its values come from.
  ///
  /// @param config the record, checked by its constructor
  /// @param settings all of its keys, sorted
  /// @param <R> the record
  public record Loaded<R>(R config, List<Setting> settings) {
    /// Copies the settings.
    public Loaded {
      settings = List.copyOf(settings);
    }
  }

  /// Loads one record.
  ///
  /// @param type the record's class
  /// @param defaults what holds where nothing is given
  /// @param file a YAML file that must exist; absent = none
  /// @param environment variables; those that do not begin with `SOTTO_` are somebody else's
  /// @param flags keys of the command line, such as `relay.max-calls`
  /// @param <R> the record
  /// @return the record, and what each of its values is from
  /// @throws ConfigException naming source, field, value and what is allowed
  public static <R extends Record> Loaded<R> read(
      Class<R> type,
      R defaults,
      Optional<Path> file,
      Map<String, String> environment,
      Map<String, String> flags) {
    var keys = ConfigKeys.of(type);
    var given = new LinkedHashMap<String, Given>();
    file.ifPresent(f -> flatten("", read(f), f.toString(), keys, given));
    environment.forEach((name, value) -> {
      if (name.startsWith(PREFIX)) {
        given.put(
            keys.require(keyOf(name, keys), name, name, ConfigKeys::variable),
            new Given(name, name, value));
      }
    });
    flags.forEach((key, value) ->
        given.put(
            keys.require(key, "--" + key, "--" + key, k -> "--" + k),
            new Given("--" + key, "--" + key, value)));
    var config = ConfigRecord.bind(type, defaults, "", given);
    return new Loaded<>(config, Setting.all(config, given));
  }

  /// The keys that a record has.
  ///
  /// @param type the record's class
  /// @return such as `relay.max-calls`, sorted
  public static SortedSet<String> keys(Class<? extends Record> type) {
    return Collections.unmodifiableSortedSet(ConfigKeys.of(type).all());
  }

  /// The environment variable of a key.
  ///
  /// @param key such as `relay.max-calls`
  /// @return such as `SOTTO_RELAY_MAX_CALLS`
  public static String variable(String key) {
    return ConfigKeys.variable(key);
  }

  /// Reads a time as config has it.
  ///
  /// @param text such as `12h`
  /// @throws IllegalArgumentException saying the form
  public static Duration duration(String text) {
    return Durations.parse(text);
  }

  private static String keyOf(String variable, ConfigKeys keys) {
    return keys.all().stream()
        .filter(k -> ConfigKeys.variable(k).equals(variable))
        .findFirst()
        .orElse(variable);
  }

  private static JsonNode read(Path file) {
    try {
      if (Files.size(file) > LARGEST_FILE) {
        throw new ConfigException(file + ": a config file has at most 1 MiB");
      }
      var tree = YAML.readTree(Files.readAllBytes(file));
      return tree == null ? YAML.createObjectNode() : tree;
    } catch (JsonProcessingException e) {
      throw new ConfigException(
          file + ", line " + e.getLocation().getLineNr() + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new ConfigException(
          file + ": cannot be read (" + e.getClass().getSimpleName() + ")", e);
    }
  }

  private static void flatten(
      String prefix, JsonNode node, String file, ConfigKeys keys, Map<String, Given> given) {
    if (node.isMissingNode() || node.isNull()) {
      return;
    }
    if (!node.isObject()) {
      throw new ConfigException(
          file + ": " + (prefix.isEmpty() ? "the file" : prefix) + " must hold keys and values");
    }
    node.properties()
        .forEach(entry -> {
          var key = prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey();
          if (keys.isSection(key)) {
            flatten(key, entry.getValue(), file, keys, given);
            return;
          }
          var source = file + ": " + key;
          keys.require(key, key, source, k -> k);
          given.put(key, new Given(file, source, text(entry.getValue(), source)));
        });
  }

  private static String text(JsonNode value, String source) {
    if (value.isArray()) {
      var items = new StringJoiner(",");
      value.forEach(item -> items.add(text(item, source)));
      return items.toString();
    }
    if (!value.isValueNode() || value.isNull()) {
      throw new ConfigException(source + " must be a value or a list of values");
    }
    return value.asText();
  }

  /// A value as text, and where it was given.
  ///
  /// @param origin the file, the variable or the flag
  /// @param source for messages: the file and key, the variable or the flag
  /// @param text the value
  record Given(String origin, String source, String text) {
    static String lower(Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
