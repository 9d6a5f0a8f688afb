package sotto.bench.measure;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.Map;

/// A process's metrics as it shows them to Prometheus.
final class MetricsPage {
  private final Map<String, Double> values;

  private MetricsPage(Map<String, Double> values) {
    this.values = values;
  }

  /// Asks a process on this machine.
  static MetricsPage read(HttpClient client, int port) throws IOException {
    try {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build();
      return parse(client.send(request, BodyHandlers.ofString()).body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /// Reads the text; lines with the same name and other labels are added up.
  static MetricsPage parse(String text) {
    Map<String, Double> values = new HashMap<>();
    for (String line : text.lines().filter(l -> !l.startsWith("#") && !l.isBlank()).toList()) {
      int labels = line.indexOf('{');
      int value = line.lastIndexOf('}') + 1;
      String name = labels < 0 ? line.substring(0, line.indexOf(' ')) : line.substring(0, labels);
      String rest = line.substring(labels < 0 ? name.length() : value).strip();
      values.merge(name, Double.parseDouble(rest.split(" ", 2)[0]), Double::sum);
    }
    return new MetricsPage(values);
  }

  /// A metric's value; 0 if it is not there.
  long of(String name) {
    return values.getOrDefault(name, 0.0).longValue();
  }
}
