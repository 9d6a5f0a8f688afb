package sotto.mesh;

import io.grpc.BindableService;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// What a service has for the operators of its process.
///
/// @param services what they may call, all in `sotto.admin.v1`
/// @param measures some of its metrics, by name; none blocks
/// @param troubles what is wrong with it, a sentence each; none blocks, and none names a device or
///   an account
public record ForOperators(
    List<BindableService> services,
    Map<String, LongSupplier> measures,
    Supplier<List<String>> troubles) {
  /// Nothing.
  public static final ForOperators NOTHING = measuring(Map.of());

  /// Copies.
  public ForOperators {
    services = List.copyOf(services);
    measures = Map.copyOf(measures);
  }

  /// Metrics alone.
  public static ForOperators measuring(Map<String, LongSupplier> measures) {
    return new ForOperators(List.of(), measures, List::of);
  }

  /// What a metric shows now; zero for one that is not among these.
  public long measure(String metric) {
    return measures.getOrDefault(metric, () -> 0).getAsLong();
  }

  /// With what another service of the process has.
  public ForOperators and(ForOperators other) {
    var both = new TreeMap<>(measures);
    both.putAll(other.measures);
    return new ForOperators(
        Stream.concat(services.stream(), other.services.stream()).toList(),
        both,
        () -> Stream.concat(troubles.get().stream(), other.troubles.get().stream()).toList());
  }
}
