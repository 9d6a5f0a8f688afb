package sotto.e2e;

import java.util.List;
import java.util.regex.Pattern;

/// A way in which the storage under the server, or the server, dies.
enum StoreFault {
  /// The primary of a shard and its mysqld: vtorc makes a replica the primary.
  PRIMARY("primary", "kill -9 of a primary's mysqld and vttablet"),
  /// The way in to all shards.
  GATE("vtgate", "kill -9 of vtgate"),
  /// Another tablet becomes the primary while the old one lives.
  REPARENT("reparent", "a planned change of primary"),
  /// Commits wait for the replica that is left.
  REPLICA("replica", "kill -9 of a replica's mysqld and vttablet"),
  /// Clients reconnect and resend by themselves.
  SERVER("server", "kill -9 of the server"),
  /// All rows move to new shards while they are written and deleted.
  RESHARD("reshard", "two shards become four"),
  /// All of Vitess in one process.
  COMBO("vtcombo", "kill -9 of vtcombo, then of its mysqld"),
  /// One plain MySQL.
  MYSQL("mysqld", "kill -9 of mysqld");

  private static final Pattern HIT = Pattern.compile("killed ([0-9]+)\\.");

  private final String word;
  private final String sentence;

  StoreFault(String word, String sentence) {
    this.word = word;
    this.sentence = sentence;
  }

  /// What it is called on a command line.
  String word() {
    return word;
  }

  /// What it is, for a person.
  String sentence() {
    return sentence;
  }

  /// Those that a stack can have, in the order in which they are tried: the last one gives the
  /// shards other names.
  ///
  /// @param profile of the stack
  static List<StoreFault> of(StoreProfile profile) {
    return switch (profile) {
      case VITESS -> List.of(PRIMARY, GATE, REPARENT, REPLICA, SERVER, RESHARD);
      case COMBO -> List.of(COMBO, SERVER);
      case MYSQL -> List.of(MYSQL, SERVER);
    };
  }

  /// Strikes, and brings back what was struck.
  ///
  /// @param outage waits as long as a dead part stays dead
  void strike(Stack stack, ServerProcess server, Runnable outage) {
    switch (this) {
      case PRIMARY -> {
        var tablet = kill(stack, "primary/-80");
        run(stack, "wait", "--serving");
        outage.run();
        run(stack, "start", tablet, "--rebuild-if-needed");
      }
      case GATE -> restart(stack, "vtgate", outage);
      case REPARENT -> run(stack, "reparent", "80-");
      case REPLICA -> {
        var tablet = kill(stack, "replica/80-");
        outage.run();
        run(stack, "start", tablet, "--rebuild-if-needed");
      }
      case SERVER -> {
        server.kill();
        server.restart();
      }
      case RESHARD -> run(stack, "reshard");
      // Its mysqld is not durable: it writes what was committed within a second, and is killed
      // only when vtcombo starts again.
      case COMBO -> restart(stack, "vtcombo", outage);
      case MYSQL -> restart(stack, "mysqld", outage);
    }
    run(stack, "wait");
  }

  private static void run(Stack stack, String... words) {
    var _ = stack.run(words);
  }

  /// Kills a part.
  ///
  /// @return the tablet's number, or the name of what is no tablet
  private static String kill(Stack stack, String name) {
    var hit = HIT.matcher(stack.run("kill", name));
    return hit.lookingAt() ? hit.group(1) : name;
  }

  private static void restart(Stack stack, String part, Runnable outage) {
    var _ = kill(stack, part);
    outage.run();
    run(stack, "start", part);
  }
}
