package sotto.bench;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sotto.bench.report.Report;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;

/// `jmh`: the pieces that run for every message, one by one.
@Command(
    name = "jmh",
    mixinStandardHelpOptions = true,
    description = {
      "The pieces that run for every message or change, one by one, under JMH: frames parsed and"
          + " passed on, group commit, rendezvous hashing, the presence table, padding, files.",
      "A trial is a new JVM."
    })
final class MicroCommand implements Callable<Integer> {
  private static final int WARM_UPS = 3;
  private static final int ITERATIONS = 5;
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  @Mixin private final ReportOptions reporting = new ReportOptions();

  @Parameters(
      paramLabel = "PATTERN",
      arity = "0..1",
      defaultValue = "",
      description = "A regular expression that names are to contain (default: all).")
  private String pattern = "";

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Of an iteration; each trial has three to warm up and five (default: ${DEFAULT-VALUE}).")
  private int seconds = 1;

  @Override
  public Integer call() throws Exception {
    reporting.within("--seconds", seconds, 1, 600);
    try {
      var _ = Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw reporting.wrong("PATTERN is no regular expression: " + e.getDescription());
    }
    return reporting.measure(this::measure);
  }

  private void measure(Report report) throws RunnerException {
    Options options =
        new OptionsBuilder()
            .include(pattern)
            .forks(reporting.trials())
            .warmupIterations(WARM_UPS)
            .warmupTime(TimeValue.seconds(seconds))
            .measurementIterations(ITERATIONS)
            .measurementTime(TimeValue.seconds(seconds))
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .build();
    var said = OutputFormatFactory.createFormatInstance(System.err, VerboseMode.NORMAL);
    Collection<RunResult> results = new Runner(options, said).run();
    if (results.isEmpty()) {
      throw new CannotMeasure("nothing is called " + pattern);
    }
    report.add(table(results));
  }

  private static Table table(Collection<RunResult> results) {
    Table table =
        new Table(
            "What the pieces take",
            "The mean of all iterations of all trials, and half of its 99.9 % confidence interval.",
            new Column("what", 0),
            new Column("with", 0),
            new Column("figure", 1),
            new Column("±", 1),
            new Column("unit", 0),
            new Column("allocated bytes", 0));
    for (RunResult result : results) {
      BenchmarkParams parameters = result.getParams();
      Map<String, String> with = new TreeMap<>();
      parameters.getParamsKeys().forEach(key -> with.put(key, parameters.getParam(key)));
      Result<?> primary = result.getPrimaryResult();
      Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
      table.row(
          name(parameters.getBenchmark()),
          with.isEmpty() ? "" : with.toString().replaceAll("[{}]", ""),
          primary.getScore(),
          primary.getScoreError(),
          primary.getScoreUnit(),
          allocated == null ? Double.NaN : allocated.getScore());
    }
    return table;
  }

  /// Class and method.
  private static String name(String full) {
    return full.substring(full.lastIndexOf('.', full.lastIndexOf('.') - 1) + 1);
  }
}
