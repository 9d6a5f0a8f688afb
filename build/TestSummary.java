import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/// Prints what the surefire reports of all modules say: tests, failures, errors and skipped tests for each, and in total. Reports
/// with a suffix (`TEST-CLASS-SUFFIX.xml`, of tests that run on several databases) have a row of their own.
/// Exits 1 where a test failed or none was run.
///
/// usage: `java TestSummary.java ROOT`
final class TestSummary {
  private record Count(int tests, int failures, int errors, int skipped, double seconds) {
    static final Count NONE = new Count(0, 0, 0, 0, 0);

    static Count of(Element suite) {
      return new Count(
          Integer.parseInt(suite.getAttribute("tests")), Integer.parseInt(suite.getAttribute("failures")),
          Integer.parseInt(suite.getAttribute("errors")), Integer.parseInt(suite.getAttribute("skipped")),
          Double.parseDouble(suite.getAttribute("time").replace(",", "")));
    }

    Count plus(Count c) {
      return new Count(
          tests + c.tests, failures + c.failures, errors + c.errors, skipped + c.skipped, seconds + c.seconds);
    }

    String row(String name) {
      return "%-16s %6d %9d %7d %8d %9.1f".formatted(name, tests, failures, errors, skipped, seconds);
    }
  }

  private TestSummary() {}

  public static void main(String[] args) throws Exception {
    Map<String, Count> modules = new TreeMap<>();
    Path root = Path.of(args[0]);
    try (Stream<Path> reports = Files.list(root)) {
      for (Path module : reports.filter(Files::isDirectory).toList()) {
        count(module, modules);
      }
    }
    Count total = modules.values().stream().reduce(Count.NONE, Count::plus);
    System.out.println();
    System.out.println("module            tests  failures  errors  skipped   seconds");
    modules.forEach((name, count) -> System.out.println(count.row(name)));
    System.out.println(total.row("all"));
    System.out.println();
    int failed = total.failures() + total.errors();
    System.out.printf("%d passed, %d failed, %d skipped%n", total.tests() - failed - total.skipped(), failed, total.skipped());
    System.exit(failed > 0 || total.tests() == 0 ? 1 : 0);
  }

  private static void count(Path module, Map<String, Count> into) throws Exception {
    Path folder = module.resolve("target/surefire-reports");
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> reports = Files.list(folder)) {
      for (Path report : reports.filter(TestSummary::isReport).toList()) {
        Element suite = parse(report);
        into.merge(module.getFileName() + suffix(report), Count.of(suite), Count::plus);
      }
    }
  }

  private static String suffix(Path report) {
    String name = report.getFileName().toString().replaceFirst("\\.xml$", "");
    int end = name.indexOf('-', "TEST-".length());
    return end == -1 ? "" : " " + name.substring(end + 1);
  }

  private static boolean isReport(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith("TEST-") && name.endsWith(".xml");
  }

  private static Element parse(Path report) throws Exception {
    try {
      return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(report.toFile()).getDocumentElement();
    } catch (org.xml.sax.SAXException e) {
      throw new IOException(report + " is not a whole report: did its JVM crash?", e);
    }
  }
}
