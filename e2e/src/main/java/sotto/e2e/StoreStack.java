package sotto.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// The real storage in processes of its own, brought up, broken and removed by `stack/sotto-stack`.
final class StoreStack implements AutoCloseable {
  /// What is brought up.
  enum Profile {
    /// A cluster: two shards of three tablets each.
    VITESS("vtgate"),
    /// Vitess in one process.
    COMBO("vtcombo"),
    /// One plain MySQL.
    MYSQL("");

    private final String part;

    Profile(String part) {
      this.part = part;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final Pattern HIT = Pattern.compile("killed ([0-9]+)\\.[a-z]+ .*", Pattern.DOTALL);
  private static final int MINUTES = 10;
  private static final int LOWEST_BASE = 20_000;
  private static final int HIGHEST_BASE = 32_000;
  private static final int SPAN = 400;

  private final Path program;
  private final Path folder;
  private final Path log;
  private final String url;

  private StoreStack(Path program, Path folder, Path log, Profile profile) {
    this.program = program;
    this.folder = folder;
    this.log = log;
    try {
      this.url = run("up", profile.word(), "--port", Integer.toString(freeBase())).strip();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /// Brings a stack up on free ports.
  ///
  /// @param folder its folder, with a short path, which it makes and removes
  /// @param log where its words go
  static StoreStack up(Checkout checkout, Profile profile, Path folder, Path log) {
    return new StoreStack(checkout.root().resolve("stack/sotto-stack"), folder, log, profile);
  }

  /// Whether what a profile runs was installed before. Installing takes many minutes.
  static boolean installed(Profile profile) {
    var cache = cache(System.getenv());
    return matches(cache, "mysql-[0-9]*")
        && (profile.part.isEmpty() || matches(cache, "vitess-*/bin/" + profile.part));
  }

  private static Path cache(Map<String, String> environment) {
    var named = environment.get("SOTTO_CACHE");
    if (named != null) {
      return Path.of(named);
    }
    if (System.getProperty("user.name").equals("root")) {
      return Path.of("/var/cache/sotto");
    }
    var xdg = environment.get("XDG_CACHE_HOME");
    var home = Path.of(System.getProperty("user.home"));
    return (xdg == null ? home.resolve(".cache") : Path.of(xdg)).resolve("sotto");
  }

  private static boolean matches(Path cache, String glob) {
    var matcher = cache.getFileSystem().getPathMatcher("glob:" + cache + "/" + glob);
    try (var found = Files.find(cache, 3, (path, _) -> matcher.matches(path))) {
      return found.findAny().isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  private static int freeBase() {
    var bases = (HIGHEST_BASE - LOWEST_BASE) / SPAN;
    var first = (int) (ProcessHandle.current().pid() % bases);
    return IntStream.range(first, first + bases)
        .map(i -> LOWEST_BASE + i % bases * SPAN)
        .filter(base -> IntStream.of(0, 1, 6, 8, 100, 200, 300).allMatch(p -> free(base + p)))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no ports are free for the storage"));
  }

  private static boolean free(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  /// Where the server is to connect.
  String url() {
    return url;
  }

  /// Kills a part.
  ///
  /// @param name as `sotto-stack kill` takes it
  /// @return the tablet's number, or the name if it is no tablet
  String kill(String name) {
    var hit = HIT.matcher(run("kill", name));
    return hit.matches() ? hit.group(1) : name;
  }

  /// Runs one of its commands to its end and insists on success.
  ///
  /// @return its standard output
  String run(String... arguments) {
    var command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--dir", folder.toString()));
    var said = "sotto-stack " + String.join(" ", arguments);
    try {
      note("# " + said + "\n");
      var process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      process.getOutputStream().close();
      var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException(said + " did not end");
      }
      note(out);
      if (process.exitValue() != 0) {
        throw new IllegalStateException(
            "%s failed: %s".formatted(said, Files.readAllLines(log).getLast()));
      }
      return out;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void note(String text) throws IOException {
    Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /// The folder of its processes' own logs.
  Path logs() {
    return folder.resolve("log");
  }

  @Override
  public void close() {
    run("down");
  }
}
