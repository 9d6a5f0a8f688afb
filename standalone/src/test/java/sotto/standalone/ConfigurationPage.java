package sotto.standalone;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import sotto.mesh.Configs;
import sotto.standalone.admin.AdminConfig;

/// The page docs/configuration.md, made from the config records of all processes: their defaults,
/// and what the `@param` of each component says.
final class ConfigurationPage {
  static final Path FILE = Path.of("../docs/configuration.md");

  // Targets that name no pod.
  private static final String NOWHERE = "static:///";
  private static final List<String> SERVERS =
      List.of("serve", "relay", "store", "presence", "blob");
  private static final Path HOME = Path.of("/home/x");
  private static final Pattern PARAM =
      Pattern.compile("(?m)^/// @param (\\w+) (.*(?:\\R///   .*)*)");
  private static final String HEAD =
      """
      # Configuration

      Every key of every process: made from the code by `make reference`, and compared with it by a test. How keys are given (file, environment, flags) and how values
      are written: [operations.md](operations.md#settings). `./sotto admin config` shows what a running process has, and who said so.

      *Of* is the process that has the key: `serve` is all in one; relay, store, presence and blob are `serve-relay` and so on; admin is `sotto admin`; *servers* are all
      but that.
      """;

  /// @param meanings what the key means, and to which processes
  private record Row(String value, Map<String, List<String>> meanings) {
    List<String> processes() {
      return meanings.values().stream().flatMap(List::stream).toList();
    }

    String meaning() {
      if (meanings.size() == 1) {
        return meanings.keySet().iterator().next();
      }
      return meanings.entrySet().stream()
          .map(entry -> String.join(", ", entry.getValue()) + ": " + entry.getKey())
          .collect(Collectors.joining("; "));
    }
  }

  private final Map<String, Row> rows = new TreeMap<>();

  private ConfigurationPage() {}

  /// The whole page.
  static String text() throws IOException {
    var page = new ConfigurationPage();
    var none = Map.<String, String>of();
    page.add("serve", ServerConfig.class, ServerConfig.defaults(none, HOME));
    page.add("relay", RelayProcessConfig.class, RelayProcessConfig.defaults(none, HOME));
    page.add("store", StoreProcessConfig.class, StoreProcessConfig.defaults(none, HOME));
    page.add("presence", PresenceProcessConfig.class, PresenceProcessConfig.DEFAULTS);
    page.add("blob", BlobProcessConfig.class, BlobProcessConfig.defaults(none, HOME));
    page.add("admin", AdminConfig.class, AdminConfig.defaults(none, HOME));
    return page.rendered();
  }

  private <R extends Record> void add(String process, Class<R> type, R defaults)
      throws IOException {
    var loaded = Configs.read(type, defaults, Optional.empty(), Map.of(), Map.of());
    for (var setting : loaded.settings()) {
      var value = setting.value().replace(HOME.toString(), "~").replace(NOWHERE, "");
      rows.computeIfAbsent(setting.key(), _ -> new Row(value, new LinkedHashMap<>()))
          .meanings()
          .computeIfAbsent(meaning(type, setting.key()), _ -> new ArrayList<>())
          .add(process);
    }
  }

  /// What the record in which a key ends says of it.
  private static String meaning(Class<?> type, String key) throws IOException {
    var words = key.split("\\.", -1);
    var at = type;
    for (int i = 0; i < words.length - 1; i++) {
      at = component(at, words[i]).getType();
    }
    var name = component(at, words[words.length - 1]).getName();
    return Optional.ofNullable(meanings(at).get(name))
        .orElseThrow(() -> new IllegalStateException("nothing says what " + key + " is"));
  }

  private static RecordComponent component(Class<?> type, String word) {
    for (var component : type.getRecordComponents()) {
      if (component.getName().equalsIgnoreCase(word.replace("-", ""))) {
        return component;
      }
    }
    throw new IllegalStateException(type + " has no " + word);
  }

  private static Map<String, String> meanings(Class<?> record) throws IOException {
    var path = record.getName().replaceAll("\\$.*", "").replace('.', '/') + ".java";
    try (var modules = Files.newDirectoryStream(Path.of(".."))) {
      for (var module : modules) {
        var file = module.resolve("src/main/java").resolve(path);
        if (Files.exists(file)) {
          return meanings(Files.readString(file), record.getSimpleName());
        }
      }
    }
    throw new IllegalStateException("no source of " + record);
  }

  /// Those of the comment that stands before a record.
  private static Map<String, String> meanings(String source, String record) {
    var before = source.substring(0, source.indexOf("record " + record + "("));
    var comment = before.substring(before.lastIndexOf("\n\n") + 1);
    var meanings = new HashMap<String, String>();
    PARAM
        .matcher(comment)
        .results()
        .forEach(
            found -> meanings.put(found.group(1), found.group(2).replaceAll("\\R///\\s+", " ")));
    return meanings;
  }

  private String rendered() {
    var page = new StringBuilder(HEAD);
    for (var name : sections()) {
      page.append("\n## ").append(name.isEmpty() ? "Of a process" : "`" + name + "`");
      page.append("\n\n| key | variable | default | of | what |\n|---|---|---|---|---|\n");
      rows.forEach((key, row) -> {
        if (section(key).equals(name)) {
          page.append(line(key, row));
        }
      });
    }
    return page.toString();
  }

  private List<String> sections() {
    return rows.keySet().stream().map(ConfigurationPage::section).distinct().sorted().toList();
  }

  private static String section(String key) {
    return key.contains(".") ? key.substring(0, key.indexOf('.')) : "";
  }

  private static String line(String key, Row row) {
    return String.format(
        Locale.ROOT,
        "| `%s` | `%s` | %s | %s | %s |%n",
        key,
        Configs.variable(key),
        row.value().isEmpty() ? "none" : "`" + row.value() + "`",
        row.processes().equals(SERVERS) ? "servers" : String.join(", ", row.processes()),
        row.meaning().replace("|", "\\|"));
  }
}
