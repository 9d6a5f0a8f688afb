package sotto.mesh;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import sotto.mesh.Configs.Given;

/// One value of a configuration, as it is in force.
///
/// @param key such as `relay.max-streams`
/// @param value as it would stand in a file; empty = none; of a [Secret] that is set, `(secret)`
/// @param source `default`, or the file, the variable or the flag that gave it
public record Setting(String key, String value, String source) {
  private static final String DEFAULT = "default";
  private static final String SECRET = "(secret)";

  /// Those of a record that was made from what was given.
  static List<Setting> all(Record config, Map<String, Given> given) {
    var all = new ArrayList<Setting>();
    add(config, "", given, all);
    all.sort(Comparator.comparing(Setting::key));
    return all;
  }

  private static void add(
      Record config, String prefix, Map<String, Given> given, List<Setting> all) {
    for (var component : config.getClass().getRecordComponents()) {
      var key = ConfigKeys.key(prefix, component);
      var value = ConfigRecord.get(component, config);
      if (ConfigRecord.isSection(component.getType()) && value instanceof Record section) {
        add(section, key, given, all);
      } else {
        var source = Optional.ofNullable(given.get(key)).map(Given::origin).orElse(DEFAULT);
        all.add(new Setting(key, shown(component, value), source));
      }
    }
  }

  private static String shown(RecordComponent component, Object value) {
    var text = text(value);
    return component.isAnnotationPresent(Secret.class) && !text.isEmpty() ? SECRET : text;
  }

  private static String text(Object value) {
    return switch (value) {
      case Optional<?> some -> some.map(Setting::text).orElse("");
      case List<?> some -> some.stream().map(Setting::text).collect(Collectors.joining(","));
      case Duration time -> Durations.text(time);
      case Enum<?> constant -> Given.lower(constant);
      default -> value.toString();
    };
  }
}
