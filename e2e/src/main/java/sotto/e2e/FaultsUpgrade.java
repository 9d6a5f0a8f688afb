package sotto.e2e;

import static sotto.e2e.Pauses.pause;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// `make faults-upgrade`: a mesh of an earlier build is upgraded to this one while users write to
/// each other: the tables first, then its processes, one after the other, so that old relays work
/// with new stores and the other way round. Two clients of the earlier build talk before and after.
/// In the end every message that was accepted is with its receiver, once, in the order in which it
/// was sent; or it says what is not, keeps the evidence, and exits 1.
///
/// `e2e/faults-upgrade` builds the earlier version first.
public final class FaultsUpgrade implements Trial.Course {
  private static final String USE =
      """
      faults-upgrade [--from COMMIT] [--pairs N] [--rate N] [--between N] [--keep]
        --from C     the build to upgrade from, first of all options (the newest release before this commit, or else the commit before)
        --pairs N    of users who write to each other (10)
        --rate N     messages a second that are wished for, all together (100); what the machine bears is found out first
        --between N  seconds undisturbed before each step and after the last (4)
        --keep       keep the logs and homes of a good run too
      """;
  // Neither the stores nor the relays are all new before the other kind begins.
  private static final List<String> ORDER =
      List.of("store-0", "relay-0", "presence-0", "blob-0", "relay-1", "store-1", "presence-1");

  private final Checkout old;
  private final CourseOptions options;

  private FaultsUpgrade(Checkout old, CourseOptions options) {
    this.old = old;
    this.options = options;
  }

  /// Runs and prints. The system property `sotto.old` is the folder of the earlier build.
  public static void main(String[] arguments) throws IOException {
    // What was built there, where it would be in a checkout.
    var old = new Checkout(Path.of(System.getProperty("sotto.old", ".")));
    new CourseOptions(10, 100, Duration.ofSeconds(4), false)
        .main("faults-upgrade", USE, options -> new FaultsUpgrade(old, options), arguments);
  }

  @Override
  public void run(Trial trial) {
    var checkout = Checkout.find();
    var stack = trial.stack(checkout);
    stack.serving(Optional.of(old.root().resolve("standalone/target/app/bin/sotto-server")));
    trial.say("bringing up a mesh of the earlier build");
    var mesh = trial.opened(Mesh.up(stack, StoreProfile.MYSQL, 2, 2, 2));
    mesh.logs().forEach(trial::log);
    var alice = client(trial, "alice");
    var bob = client(trial, "bob");
    register(stack, List.of(alice, bob));
    talk(alice, bob, "before");
    for (var n = 1; n <= options.pairs(); n++) {
      Correspondent.pair(mesh.address(), n, trial::evidence).forEach(trial::join);
    }
    trial.crowd().start();
    trial.crowd().calibrate(options.rate(), options.between());
    stack.serving(Optional.empty());
    pause(options.between());
    trial.strike("the tables are migrated", () -> Trial.migrate(checkout, stack.run("url")));
    for (var pod : ORDER) {
      pause(options.between());
      trial.strike(pod + " is upgraded", () -> mesh.replace(pod));
    }
    pause(options.between());
    talk(alice, bob, "after");
    trial.say("clients of the earlier build talk through the new one");
  }

  private Cli client(Trial trial, String name) {
    return new Cli(old, name, trial.evidence("old-" + name), "a passphrase of " + name);
  }

  private static void register(Stack stack, List<Cli> clients) {
    var lines = stack.run("relays").lines().toList();
    var server = lines.get(0).substring("server=".length());
    var ca = lines.get(1).substring("ca=".length());
    clients.forEach(client -> client.ok("register", "--server", server, "--ca", ca, client.name()));
  }

  private static void talk(Cli from, Cli to, String when) {
    var text = "written " + when + " the upgrade";
    from.ok("send", to.name(), text, "--timeout", "30s");
    var got = to.ok("receive", "--max", "1", "--timeout", "30s").only("message");
    if (!got.get("text").getAsString().equals(text)) {
      throw new IllegalStateException(to.name() + " has " + got);
    }
  }

  @Override
  public void report(Trial trial) {}
}
