package sotto.mesh;

import java.lang.reflect.RecordComponent;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/// The keys that a config record has, and the section names among them.
///
/// @param all the keys that hold values, such as `relay.max-calls`
/// @param sections the keys that hold keys
record ConfigKeys(SortedSet<String> all, Set<String> sections) {
  static ConfigKeys of(Class<? extends Record> type) {
    var keys = new ConfigKeys(new TreeSet<>(), new TreeSet<>());
    keys.add(type, "");
    return keys;
  }

  static String key(String prefix, RecordComponent component) {
    var words =
        component.getName().replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    return prefix.isEmpty() ? words : prefix + "." + words;
  }

  static String variable(String key) {
    return "SOTTO_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  boolean isSection(String key) {
    return sections.contains(key);
  }

  /// The key itself if it is known.
  ///
  /// @throws ConfigException naming the nearest known one as the source would write it
  String require(String key, String written, String source, UnaryOperator<String> spelling) {
    if (all.contains(key)) {
      return key;
    }
    var nearest =
        all.stream()
            .map(spelling)
            .min((a, b) -> Integer.compare(distance(a, written), distance(b, written)))
            .filter(k -> distance(k, written) <= Math.max(3, written.length() / 3));
    throw new ConfigException(source + " is not a key of the configuration" + hint(nearest));
  }

  private static String hint(Optional<String> nearest) {
    return nearest.map(k -> "; did you mean " + k + "?").orElse("");
  }

  private void add(Class<?> type, String prefix) {
    for (var component : type.getRecordComponents()) {
      var key = key(prefix, component);
      if (ConfigRecord.isSection(component.getType())) {
        sections.add(key);
        add(component.getType(), key);
      } else {
        all.add(key);
      }
    }
  }

  /// The edit distance of Levenshtein: how many characters must be added, removed or changed.
  private static int distance(String a, String b) {
    var row = new int[b.length() + 1];
    for (var j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (var i = 1; i <= a.length(); i++) {
      var diagonal = row[0];
      row[0] = i;
      for (var j = 1; j <= b.length(); j++) {
        var change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
