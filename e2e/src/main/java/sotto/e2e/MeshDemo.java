package sotto.e2e;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// `make demo MESH=1`: two people talk through a mesh, each at relays of her or his own, and every
/// relay is killed while they do. Prints each step in plain words; exits 0 only if nothing was lost
/// and nothing came twice.
///
/// Alice knows relays 0 and 2, Bob 1 and 3, so that what they write always goes from one relay to
/// another. With `telemetry` a Jaeger collects what the processes and both clients export, and the
/// demo shows the way of one message.
public final class MeshDemo {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int BEFORE = 5;
  private static final List<String> WAY =
      List.of(
          "message send",
          "message relay",
          "message store",
          "message forward",
          "message deliver",
          "message receive");
  private static final Pattern RELAYS = Pattern.compile("server=([^,]+),([^,]+),([^,]+),(.+)");

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final long started = System.nanoTime();
  private final Stack stack;
  private final Cli alice;
  private final Cli bob;
  private final List<String> toBob = new ArrayList<>();
  private Map<String, String> environment = Map.of();
  private Optional<Traces> traces = Optional.empty();
  private int step;

  private MeshDemo(Checkout checkout, Path folder, Stack stack) {
    this.stack = stack;
    this.alice = new Cli(checkout, "alice", folder.resolve("alice"), "a passphrase of alice's");
    this.bob = new Cli(checkout, "bob", folder.resolve("bob"), "a passphrase of bob's");
  }

  /// Runs the demo.
  ///
  /// @param arguments the storage under the mesh: `mysql`, `combo` or `vitess`; none is `mysql`;
  ///   and `telemetry`
  public static void main(String[] arguments) throws IOException {
    var words = new ArrayList<>(List.of(arguments));
    var telemetry = words.remove("telemetry");
    var profile = words.isEmpty() ? "mysql" : words.getFirst();
    if (!List.of("mysql", "combo", "vitess").contains(profile)) {
      System.err.println("there is no store " + profile + " for a mesh: mysql, combo or vitess");
      System.exit(2);
      return;
    }
    var checkout = Checkout.find();
    var folder = Files.createTempDirectory("sotto-demo");
    // Beside the folder, which other users may not enter: a database can run as another.
    var stack = new Stack(checkout, folder.resolveSibling(folder.getFileName() + ".db"));
    try {
      new MeshDemo(checkout, folder, stack).run(profile, telemetry);
      stack.close();
      Demo.remove(folder);
    } catch (RuntimeException | IOException e) {
      System.err.println("\nThe demo failed: " + e.getMessage());
      System.err.println("Its files are in " + folder);
      System.exit(1);
    }
  }

  private void run(String profile, boolean telemetry) {
    out.printf("Starting a mesh over %s: this takes half a minute …%n", profile);
    var options = new ArrayList<>(List.of("--relays", "4", "--presence", "2", "--stores", "2"));
    if (telemetry) {
      options.add("--telemetry");
    }
    var url = stack.up(profile, options.toArray(String[]::new));
    say("Four relays, two presence pods, two stores and a blob service are up, over " + url + ".");
    if (telemetry) {
      collect();
    }
    register();
    var following = bob.builder(true, "receive", "--follow");
    following.environment().putAll(environment);
    try (var reading = new Running("bob: sotto receive --follow", following)) {
      write(BEFORE);
      reading.awaitLine(line -> line.contains(toBob.getLast()), LONG);
      say("Alice wrote %d messages, Bob has them as they come.".formatted(BEFORE));
      traces.ifPresent(this::show);

      kill("relay-0", "relay-1");
      write(BEFORE);
      reading.awaitLine(line -> line.contains(toBob.getLast()), LONG);
      say("They went on by the relays that were left: %d more arrived.".formatted(BEFORE));

      start("relay-0", "relay-1");
      kill("relay-2", "relay-3");
      write(BEFORE);
      reading.awaitLine(line -> line.contains(toBob.getLast()), LONG);
      say(
          "By now each has lost the relay that she or he was at, and %d more arrived."
              .formatted(BEFORE));
      reading.terminate();
      reading.awaitEnd(LONG);
      var got = texts(reading.seen());
      check(got.equals(toBob), "Bob has each message once and in order, but " + got);
      say("Bob has all %d, once each and in order.".formatted(toBob.size()));
    }
    answer();
    out.printf("%nAll of it worked, in %d s.%n", (System.nanoTime() - started) / 1_000_000_000);
  }

  private void register() {
    var relays = stack.run("relays").lines().toList();
    var found = RELAYS.matcher(relays.getFirst());
    check(found.matches(), "sotto-stack names four relays");
    var ca = relays.get(1).substring("ca=".length());
    var hers = found.group(1) + "," + found.group(3);
    var his = found.group(2) + "," + found.group(4);
    alice.ok("register", "--server", hers, "--ca", ca, "alice");
    bob.ok("register", "--server", his, "--ca", ca, "bob");
    say("Alice has an account and knows the relays at %s.".formatted(hers));
    say("Bob has one and knows those at %s.".formatted(his));
  }

  private void answer() {
    var texts = List.of("You were cut off?", "I did not notice.");
    texts.forEach(text -> bob.ok("send", "alice", text, "--timeout", "30s"));
    var got =
        alice.ok("receive", "--max", "2", "--timeout", "30s").all("message").stream()
            .map(MeshDemo::text)
            .toList();
    check(got.equals(texts), "Alice has Bob's answers, but " + got);
    check(alice.ok("receive").all("message").isEmpty(), "nothing comes to Alice twice");
    check(bob.ok("receive").all("message").isEmpty(), "nothing comes to Bob twice");
    say("Bob answered and Alice has it. Nothing came twice.");
  }

  private void write(int count) {
    for (var i = 0; i < count; i++) {
      var text = "message %d".formatted(toBob.size() + 1001);
      toBob.add(text);
      var _ = alice.run(environment, new byte[0], "send", "bob", text, "--timeout", "30s").exits(0);
    }
  }

  /// Both clients export what they do from now on, and at once.
  private void collect() {
    var places =
        stack
            .run("telemetry")
            .lines()
            .map(line -> line.split("=", 2))
            .collect(Collectors.toMap(place -> place[0], place -> place[1]));
    environment =
        Map.of(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            Objects.requireNonNull(places.get("otlp")),
            "OTEL_BSP_SCHEDULE_DELAY",
            "200");
    traces = Optional.of(new Traces(Objects.requireNonNull(places.get("jaeger"))));
    say(
        "Jaeger is at %s, Prometheus at %s."
            .formatted(places.get("jaeger"), places.get("prometheus")));
  }

  private void show(Traces jaeger) {
    var trace = jaeger.await(WAY);
    say("The way of one of them is one trace, %s:".formatted(trace.page()));
    trace.lines().forEach(line -> out.println("      " + line));
  }

  private void kill(String... relays) {
    for (var relay : relays) {
      var _ = stack.run("kill", relay);
    }
    say("%s were killed with SIGKILL.".formatted(String.join(" and ", relays)));
  }

  private void start(String... relays) {
    for (var relay : relays) {
      var _ = stack.run("start", relay);
    }
    say("%s were started again.".formatted(String.join(" and ", relays)));
  }

  private static List<String> texts(List<String> lines) {
    return lines.stream()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .filter(o -> o.get("type").getAsString().equals("message"))
        .map(MeshDemo::text)
        .toList();
  }

  private static String text(JsonObject message) {
    return message.get("text").getAsString();
  }

  private static void check(boolean so, String claim) {
    if (!so) {
      throw new IllegalStateException("it is not so that " + claim);
    }
  }

  private void say(String sentence) {
    out.printf("%2d. %s%n", ++step, sentence);
  }
}
