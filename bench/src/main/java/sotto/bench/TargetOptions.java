package sotto.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What is measured: a server of this run's own, unless told otherwise.
final class TargetOptions {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ArgGroup(exclusive = true)
  private final Kind kind = new Kind();

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "With --address: the certificate of the server's authority (its ca.pem).")
  private Optional<Path> ca = Optional.empty();

  @Option(
      names = "--invites",
      paramLabel = "FILE",
      description = "With --address: invites, one a line, for a server that wants them.")
  private Optional<Path> invites = Optional.empty();

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      defaultValue = "MYSQL",
      description =
          "With --mesh: its database, ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private StackUnderTest.Profile profile = StackUnderTest.Profile.MYSQL;

  /// One of them.
  static final class Kind {
    @Option(
        names = "--mesh",
        description = "Start a mesh with stack/sotto-stack: two relays, stores and presence pods.")
    private boolean mesh;

    @Option(
        names = "--address",
        paramLabel = "HOST:PORT",
        description =
            "Load the server there, which must take many accounts from one address; what it"
                + " spends is not seen.")
    private Optional<String> address = Optional.empty();
  }

  /// Whether it is a server of this run's own.
  boolean own() {
    return !kind.mesh && kind.address.isEmpty();
  }

  /// Checks what the options say without doing anything yet.
  void check() {
    if (kind.address.isEmpty() && (ca.isPresent() || invites.isPresent())) {
      throw new ParameterException(spec.commandLine(), "--ca and --invites go with --address");
    }
    if (kind.address.isPresent() && !kind.address.get().matches(".+:\\d{1,5}")) {
      throw new ParameterException(
          spec.commandLine(), "--address is HOST:PORT, not " + kind.address.get());
    }
    for (Path file : List.of(ca, invites).stream().flatMap(Optional::stream).toList()) {
      if (!Files.isReadable(file)) {
        throw new ParameterException(spec.commandLine(), file + " cannot be read");
      }
    }
  }

  /// Starts or finds it.
  ///
  /// @param folder for the files of a server of its own
  Target open(Path folder) throws IOException {
    if (kind.address.isPresent()) {
      Registrar registrar =
          invites.isPresent()
              ? Registrar.with(Files.readAllLines(invites.get()))
              : Registrar.open();
      return ServerElsewhere.at(kind.address.get(), ca, registrar);
    }
    return kind.mesh
        ? MeshUnderTest.measured(profile)
        : ServerUnderTest.measured(folder.resolve("data"), Map.of());
  }
}
