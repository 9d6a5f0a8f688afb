package sotto.bench;

import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import sotto.bench.capacity.CapacityReport;
import sotto.bench.capacity.Given;
import sotto.bench.capacity.Input;
import sotto.bench.capacity.SimulationReport;
import sotto.bench.report.Conditions;
import sotto.bench.report.Report;

/// `capacity`: how large an installation must be, computed and not measured.
@Command(
    name = "capacity",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    customSynopsis = "sotto-bench capacity [--users=N] [--simulate] [--INPUT=N]...",
    modelTransformer = CapacityCommand.Inputs.class,
    description = {
      "How many relays, stores, shards, presence and blob pods so many users want, by the resource"
          + " that binds; what is kept and sent, and what it costs by the prices given.",
      "",
      "Nothing is measured here: unit costs are those of docs/performance.md, or assumptions, which"
          + " the report marks. Numbers are written 500e6 or 500M, 30%%, 31.3KiB, 45d.",
      "",
    },
    footer = {
      "",
      "Examples:",
      "  ./sotto-bench capacity --users 500e6 --simulate",
      "  ./sotto-bench capacity --users 20M --relay-memory 64GiB --messages 100",
      "  ./sotto-bench capacity --users 1M --price-core-hour 0.03 --price-egress 0.05"
    })
final class CapacityCommand implements Callable<Integer> {
  private static final int LEAST_SAMPLE = 1_000;
  private static final int MOST_SAMPLE = 10_000_000;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--simulate",
      description = "Simulate the routing at that size as well, with the mesh's own hash.")
  private boolean simulate;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Of the simulation: the same seed, the same figures (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--sample",
      paramLabel = "N",
      defaultValue = "200000",
      description = "How many accounts it draws (default: ${DEFAULT-VALUE}).")
  private int sample = 200_000;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where report.md, report.json and the plot go (default: target/bench/capacity).")
  private Optional<Path> out = Optional.empty();

  /// Makes an option of each input.
  static final class Inputs implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec spec) {
      for (Input.Section section : Input.Section.values()) {
        ArgGroupSpec.Builder group =
            ArgGroupSpec.builder().validate(false).heading("%n" + section.title() + "%n");
        for (Input input : Input.values()) {
          if (input.section() == section) {
            group.addArg(option(input));
          }
        }
        spec.addArgGroup(group.build());
      }
      return spec;
    }

    private static OptionSpec option(Input input) {
      String standard = input.standard().map(s -> " (default: " + s + ")").orElse("");
      String says = input.says();
      return OptionSpec.builder(input.option())
          .paramLabel("N")
          .type(String.class)
          .description((says.substring(0, says.length() - 1) + standard + ".").replace("%", "%%"))
          .build();
    }
  }

  @Override
  public Integer call() throws Exception {
    if (sample < LEAST_SAMPLE || sample > MOST_SAMPLE) {
      throw new ParameterException(
          spec.commandLine(),
          "--sample is " + LEAST_SAMPLE + " to " + MOST_SAMPLE + ", not " + sample);
    }
    CapacityReport model = model();
    Path root = Checkout.root();
    String asked = String.join(" ", spec.root().commandLine().getParseResult().originalArgs());
    Report report =
        new Report("capacity", Conditions.now(Clock.systemUTC(), root, "./sotto-bench " + asked));
    model.write(report);
    if (simulate) {
      SimulationReport.write(report, model, seed, sample, Bench::say);
    }
    Path to = out.orElse(root.resolve("target/bench/capacity"));
    report.write(to);
    spec.commandLine().getOut().println(report.markdown());
    Bench.say("written to " + to);
    return 0;
  }

  private CapacityReport model() {
    Map<Input, String> said = new EnumMap<>(Input.class);
    for (Input input : Input.values()) {
      String text = spec.findOption(input.option()).getValue();
      if (text != null) {
        said.put(input, text);
      }
    }
    try {
      return new CapacityReport(Given.of(said));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
