package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// One real server process for all tests that only use it: started with the first that asks, ended
/// with the test run. Tests that stop a server, or fill its disk, start their own.
final class Stage implements AutoCloseable {
  private static final Pattern TRACE = Pattern.compile("\\([A-Za-z]+\\.java:\\d+\\)");

  private final Checkout checkout;
  private final Path folder;
  private final ServerProcess server;
  private final AtomicInteger count = new AtomicInteger();

  // Guarded by this.
  private int seenLog;
  private Optional<GoodPair> goodPair = Optional.empty();
  private Optional<Cli> somebody = Optional.empty();

  private Stage() {
    checkout = Checkout.find();
    try {
      folder = Files.createTempDirectory("sotto-e2e");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server = ServerProcess.start(checkout, folder.resolve("server"), Stage::manyFromOneAddress);
  }

  /// All tests come from one address: registrations and calls without a token are not limited
  /// there.
  static ProcessBuilder manyFromOneAddress(ProcessBuilder server) {
    server.environment().put("SOTTO_RELAY_REGISTRATIONS", "100000/1s");
    server.environment().put("SOTTO_RELAY_ADDRESS_CALLS", "100000/1s");
    return server;
  }

  /// Gives test methods their stage: `@ExtendWith(Stage.Given.class)` and a parameter.
  static final class Given implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Stage.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(Namespace.create(Stage.class))
          .computeIfAbsent(Stage.class, _ -> new Stage(), Stage.class);
    }
  }

  Checkout checkout() {
    return checkout;
  }

  ServerProcess server() {
    return server;
  }

  /// A new folder, removed with the stage.
  Path folder(String name) {
    return folder.resolve(name + "-" + count.incrementAndGet());
  }

  /// A username that nobody has.
  String freshName(String beginning) {
    return beginning + "." + count.incrementAndGet();
  }

  /// A connection to the server as it is.
  Wire wire() {
    return Wire.to(server.address(), server.ca());
  }

  /// The real client with a home of its own, registered under its name.
  Cli registered(String beginning) {
    return cliAt(server, beginning);
  }

  /// The same at another server.
  Cli cliAt(ServerProcess server, String beginning) {
    var name = freshName(beginning);
    var cli = new Cli(checkout, name, folder(name), "the passphrase of " + name);
    cli.ok("register", "--server", server.address(), "--ca", server.ca().toString(), name);
    return cli;
  }

  /// A registered client that many tests share: none of them may change what its home holds for
  /// good.
  synchronized Cli somebody() {
    var cli = somebody.orElseGet(() -> registered("somebody"));
    somebody = Optional.of(cli);
    return cli;
  }

  /// Two devices that behave, for asking whether the server still serves.
  synchronized GoodPair goodPair() {
    var pair = goodPair.orElseGet(() -> GoodPair.on(this));
    goodPair = Optional.of(pair);
    return pair;
  }

  /// Insists that the server logged no stack trace since this was last asked.
  synchronized void noTraceLogged() {
    var log = server.log();
    var fresh = log.substring(seenLog);
    seenLog = log.length();
    noTrace("the server's log", fresh);
  }

  /// Insists that a text holds no stack trace.
  static void noTrace(String what, String text) {
    var bad =
        text.lines().filter(l -> TRACE.matcher(l).find() || l.contains("Exception")).findFirst();
    assertThat(bad).as("a stack trace in %s", what).isEmpty();
  }

  @Override
  public void close() throws IOException {
    synchronized (this) {
      goodPair.ifPresent(GoodPair::close);
    }
    server.close();
    remove(folder);
  }

  /// Copies a folder with all that is in it.
  static void copy(Path from, Path to) throws IOException {
    try (var all = Files.walk(from)) {
      for (var path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  /// Removes a folder with all that is in it.
  static void remove(Path folder) throws IOException {
    try (var all = Files.walk(folder)) {
      for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
