package sotto.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The chart in helm/, rendered by the Helm that `stack/sotto-stack install helm` has built.
final class Chart {
  private static final Path FOLDER = Path.of("../helm");
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private Chart() {}

  /// What Helm did.
  ///
  /// @param exit its exit code
  /// @param out the objects, if it is 0
  /// @param errors what it said
  record Rendered(int exit, List<JsonNode> out, String errors) {
    /// The objects of a kind.
    Stream<JsonNode> all(String kind) {
      return out.stream().filter(o -> o.path("kind").asText().equals(kind));
    }

    /// The pods of all workloads, jobs and tests.
    List<JsonNode> pods() {
      var pods = new ArrayList<JsonNode>();
      for (var object : out) {
        if (object.path("kind").asText().equals("Pod")) {
          pods.add(object);
        }
        for (var path : List.of("/spec/template", "/spec/jobTemplate/spec/template")) {
          if (object.at(path).has("spec")) {
            pods.add(object.at(path));
          }
        }
      }
      return pods;
    }
  }

  /// Where Helm is.
  static Optional<Path> helm() {
    var cache = Optional.ofNullable(System.getenv("SOTTO_CACHE")).map(Path::of);
    var home = Path.of(System.getProperty("user.home"), ".cache", "sotto");
    return Stream.of(cache, Optional.of(Path.of("/var/cache/sotto")), Optional.of(home))
        .flatMap(Optional::stream)
        .flatMap(Chart::built)
        .max(Comparator.naturalOrder());
  }

  private static Stream<Path> built(Path cache) {
    try (var parts = Files.newDirectoryStream(cache, "helm-*")) {
      var found = new ArrayList<Path>();
      parts.forEach(part -> found.add(part.resolve("bin/helm")));
      return found.stream().filter(Files::isExecutable);
    } catch (IOException none) {
      return Stream.empty();
    }
  }

  /// A file of the chart, YAML or JSON.
  static JsonNode file(String name) throws IOException {
    return parsed(Files.readString(FOLDER.resolve(name)));
  }

  /// YAML or JSON.
  static JsonNode parsed(String text) throws IOException {
    return YAML.readTree(text);
  }

  /// A release `chat` of a profile, with further settings as `--set` takes them.
  static Rendered render(String profile, String... settings) throws Exception {
    var command =
        new ArrayList<>(
            List.of(
                helm().orElseThrow().toString(),
                "template",
                "chat",
                FOLDER.toString(),
                "-f",
                FOLDER.resolve("profiles").resolve(profile + ".yaml").toString()));
    for (var setting : settings) {
      command.add("--set-json");
      command.add(setting);
    }
    var process = new ProcessBuilder(command).start();
    process.getOutputStream().close();
    var errors = new StringBuilder();
    var reader =
        Thread.ofVirtual()
            .start(() ->
                process
                    .errorReader(StandardCharsets.UTF_8)
                    .lines()
                    .forEach(l -> errors.append(l).append('\n')));
    var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    var exit = process.waitFor();
    reader.join();
    var objects = new ArrayList<JsonNode>();
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(out)) {
      documents.forEachRemaining(o -> {
        if (o.isObject()) {
          objects.add(o);
        }
      });
    }
    return new Rendered(exit, objects, errors.toString());
  }
}
