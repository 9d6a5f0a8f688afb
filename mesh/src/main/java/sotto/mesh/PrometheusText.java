package sotto.mesh;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/// Metrics as Prometheus reads them: its text format, version 0.0.4, with names by OpenTelemetry's
/// rules for it (dots become underscores, the unit and `_total` are added).
final class PrometheusText {
  static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final StringBuilder text = new StringBuilder();

  private PrometheusText() {}

  static String of(Collection<MetricData> metrics) {
    var written = new PrometheusText();
    // Two instruments of one name, of two scopes, are one to Prometheus.
    var byName = new LinkedHashMap<String, MetricData>();
    metrics.forEach(m -> byName.putIfAbsent(name(m), m));
    byName.forEach(written::add);
    return written.text.toString();
  }

  /// The name of a metric; a histogram's three series add `_bucket`, `_sum` and `_count`.
  static String name(MetricData metric) {
    var unit =
        switch (metric.getUnit()) {
          case "s" -> "_seconds";
          case "By" -> "_bytes";
          default -> "";
        };
    var plain = metric.getName().replaceAll("[^a-zA-Z0-9_]", "_");
    return (plain.endsWith(unit) ? plain : plain + unit) + (isCounter(metric) ? "_total" : "");
  }

  private static boolean isCounter(MetricData metric) {
    return (metric.getType() == MetricDataType.LONG_SUM && metric.getLongSumData().isMonotonic())
        || (metric.getType() == MetricDataType.DOUBLE_SUM
            && metric.getDoubleSumData().isMonotonic());
  }

  private void add(String name, MetricData metric) {
    if (metric.isEmpty()) {
      return;
    }
    head(name, metric);
    switch (metric.getType()) {
      case LONG_GAUGE ->
          metric.getLongGaugeData().getPoints().forEach(p -> line(name, p, p.getValue()));
      case DOUBLE_GAUGE ->
          metric.getDoubleGaugeData().getPoints().forEach(p -> line(name, p, p.getValue()));
      case LONG_SUM ->
          metric.getLongSumData().getPoints().forEach(p -> line(name, p, p.getValue()));
      case DOUBLE_SUM ->
          metric.getDoubleSumData().getPoints().forEach(p -> line(name, p, p.getValue()));
      case HISTOGRAM -> metric.getHistogramData().getPoints().forEach(p -> histogram(name, p));
      // Nothing here makes these.
      case EXPONENTIAL_HISTOGRAM, SUMMARY -> {}
    }
  }

  private void head(String name, MetricData metric) {
    if (!metric.getDescription().isEmpty()) {
      text.append("# HELP ").append(name).append(' ');
      text.append(escaped(metric.getDescription())).append('\n');
    }
    var kind =
        metric.getType() == MetricDataType.HISTOGRAM
            ? "histogram"
            : isCounter(metric) ? "counter" : "gauge";
    text.append("# TYPE ").append(name).append(' ').append(kind).append('\n');
  }

  private void histogram(String name, HistogramPointData point) {
    long cumulated = 0;
    var counts = point.getCounts();
    for (int i = 0; i < counts.size(); i++) {
      cumulated += counts.get(i);
      var limit = i < point.getBoundaries().size() ? number(point.getBoundaries().get(i)) : "+Inf";
      line(name + "_bucket", labels(point.getAttributes(), limit), Long.toString(cumulated));
    }
    line(name + "_sum", labels(point.getAttributes(), ""), number(point.getSum()));
    line(name + "_count", labels(point.getAttributes(), ""), Long.toString(point.getCount()));
  }

  private void line(String name, PointData point, long value) {
    line(name, labels(point.getAttributes(), ""), Long.toString(value));
  }

  private void line(String name, PointData point, double value) {
    line(name, labels(point.getAttributes(), ""), number(value));
  }

  private void line(String name, String labels, String value) {
    text.append(name).append(labels).append(' ').append(value).append('\n');
  }

  private static String number(double value) {
    return Double.isInfinite(value) ? (value > 0 ? "+Inf" : "-Inf") : Double.toString(value);
  }

  private static String labels(Attributes attributes, String limit) {
    Map<String, String> all = new LinkedHashMap<>();
    attributes.forEach((key, value) ->
        all.put(key.getKey().replaceAll("[^a-zA-Z0-9_]", "_"), String.valueOf(value)));
    if (!limit.isEmpty()) {
      all.put("le", limit);
    }
    if (all.isEmpty()) {
      return "";
    }
    var labels = new StringBuilder("{");
    all.forEach((key, value) ->
        labels
            .append(labels.length() == 1 ? "" : ",")
            .append(key)
            .append("=\"")
            .append(escaped(value).replace("\"", "\\\""))
            .append('"'));
    return labels.append('}').toString();
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\n", "\\n");
  }
}
