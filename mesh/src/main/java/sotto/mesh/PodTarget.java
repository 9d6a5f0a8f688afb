package sotto.mesh;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// Where the pods of a service are found.
///
/// - `static:///HOST:PORT,HOST:PORT`: these.
/// - `dns:///HOST:PORT`: every address that the name has, such as that of a headless service.
///
/// @param text as written here
public record PodTarget(String text) {
  private static final Pattern FORM = Pattern.compile("(static|dns):///([^/\\s]*)");

  /// Of a service that has no pods.
  public static final PodTarget NONE = new PodTarget("static:///");

  /// Checks the form.
  ///
  /// @throws IllegalArgumentException saying it
  public PodTarget {
    var matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw wrong();
    }
    var all = matcher.group(1).equals("dns") ? List.of(matcher.group(2)) : split(matcher.group(2));
    for (var pod : all) {
      if (HostPort.parse(pod).port() == 0) {
        throw wrong();
      }
    }
  }

  /// Reads one.
  ///
  /// @throws IllegalArgumentException saying the form
  public static PodTarget parse(String text) {
    return new PodTarget(text);
  }

  /// For gRPC: the brackets of IPv6 addresses are not for paths.
  URI uri() {
    return URI.create(text.replace("[", "%5B").replace("]", "%5D"));
  }

  static List<String> split(String pods) {
    return Arrays.stream(pods.split(",", -1))
        .map(String::strip)
        .filter(pod -> !pod.isEmpty())
        .toList();
  }

  private static IllegalArgumentException wrong() {
    return new IllegalArgumentException("dns:///HOST:PORT or static:///HOST:PORT,HOST:PORT");
  }

  @Override
  public String toString() {
    return text;
  }
}
