package sotto.bench;

import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// The entry point of all measurements.
@Command(
    name = "sotto-bench",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "SCENARIO",
    description = {
      "Measures a Sotto installation, for whoever has to know how large it must be.",
      "",
      "The first scenarios load servers with raw protocol clients: real streams over TLS, random"
          + " bytes in place of ciphertext. They start a standalone server by themselves, or a mesh"
          + " (--mesh), or load one that runs (--address). A report with all trials, its"
          + " conditions and the machine's own baselines goes to standard output and, with JSON"
          + " and plots, into the folder --out."
    },
    subcommandsRepeatable = false,
    footer = {
      "",
      "Examples:",
      "  ./sotto-bench pairs --rate 1000,2000 --seconds 30",
      "  ./sotto-bench pairs --mesh --sweep",
      "  ./sotto-bench group --members 1000 --connected 10",
      "  ./sotto-bench storm --clients 10000",
      "  ./sotto-bench SCENARIO --help"
    },
    subcommands = {
      PairsCommand.class,
      GrowCommand.class,
      GroupCommand.class,
      SealedCommand.class,
      DayCommand.class,
      StormCommand.class,
      DrainCommand.class,
      ChurnCommand.class,
      StartCommand.class,
      GuardCommand.class,
      EchoCommand.class,
      MicroCommand.class,
      StoreBench.Asked.class,
      StatementBench.Asked.class,
      PresenceBench.Asked.class,
      PresenceTimes.Asked.class,
      IdleBench.Asked.class,
      MediaBench.Asked.class,
      ClientCommand.class,
      HistoryBench.Asked.class,
      SearchBench.Asked.class,
      CipherBench.Asked.class,
      TelemetryBench.Asked.class,
      CapacityCommand.class
    })
public final class Main implements Callable<Integer> {
  private static final int CANNOT = 1;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  /// Runs a command line and ends the process: 0 = measured, 1 = could not, 2 = asked wrongly.
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((failure, line, _) -> {
          Optional<String> why = sentence(failure);
          if (why.isPresent()) {
            line.getErr().println(why.get());
          } else {
            failure.printStackTrace(line.getErr());
          }
          return CANNOT;
        });
  }

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "Which scenario?");
  }

  /// What to tell people; empty = a fault of this program, whose trace is wanted.
  static Optional<String> sentence(Throwable failure) {
    return switch (failure) {
      case CannotMeasure _ -> Optional.ofNullable(failure.getMessage());
      case StatusRuntimeException e -> Optional.of(refusal(e));
      case java.io.IOException _ -> Optional.of(String.valueOf(failure.getMessage()));
      case java.util.concurrent.CompletionException e when e.getCause() != null ->
          sentence(e.getCause());
      default -> Optional.empty();
    };
  }

  private static String refusal(StatusRuntimeException refused) {
    Optional<Reason> reason = Statuses.reason(refused);
    String why = reason.map(Enum::name).orElse("") + " " + refused.getStatus();
    return reason.filter(Reason.RATE_LIMITED::equals).isPresent()
        ? "the server's limits for one address are too low for this ("
            + why.strip()
            + "): raise relay.… and edge.… there, see bench/README.md"
        : "the server did not answer as it should: " + why.strip();
  }
}
