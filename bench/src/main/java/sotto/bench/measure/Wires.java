package sotto.bench.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Bytes on the TCP connections of this machine's servers, TLS and HTTP/2 included, as the kernel
/// counts them (`ss` of iproute2 tells). A connection that was closed is not counted any more.
public final class Wires {
  private static final Pattern LOCAL = Pattern.compile("^\\S+\\s+\\d+\\s+\\d+\\s+\\S*:(\\d+)\\s");
  private static final Pattern SENT = Pattern.compile(" bytes_sent:(\\d+)");
  private static final Pattern RECEIVED = Pattern.compile(" bytes_received:(\\d+)");

  private final List<Hop> hops;

  /// Connections that are counted together.
  ///
  /// @param name what is at their ends, those who dial first
  /// @param ports where they are dialed
  public record Hop(String name, Set<Integer> ports) {
    /// Copies.
    public Hop {
      ports = Set.copyOf(ports);
    }
  }

  /// What went over a hop.
  ///
  /// @param in bytes from those who dialed
  /// @param out bytes to them
  public record Traffic(String hop, long in, long out) {
    /// What came since an earlier look.
    public Traffic since(Traffic earlier) {
      return new Traffic(hop, in - earlier.in, out - earlier.out);
    }
  }

  /// Counts these.
  public Wires(List<Hop> hops) {
    this.hops = List.copyOf(hops);
  }

  /// Counts since each connection was opened; none where there is no `ss`.
  public List<Traffic> look() {
    if (hops.isEmpty()) {
      return List.of();
    }
    try {
      Process ss = new ProcessBuilder("ss", "-tinHO", "state", "established").start();
      return of(new String(ss.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      System.err.println("bytes on connections are not measured: " + e.getMessage());
      return List.of();
    }
  }

  List<Traffic> of(String said) {
    List<Traffic> all = new ArrayList<>();
    for (Hop hop : hops) {
      long in = 0;
      long out = 0;
      for (String line : said.lines().toList()) {
        Matcher local = LOCAL.matcher("ESTAB " + line.strip() + " ");
        if (local.find() && hop.ports().contains(Integer.parseInt(local.group(1)))) {
          in += number(RECEIVED, line);
          out += number(SENT, line);
        }
      }
      all.add(new Traffic(hop.name(), in, out));
    }
    return all;
  }

  private static long number(Pattern pattern, String line) {
    Matcher found = pattern.matcher(line);
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }
}
