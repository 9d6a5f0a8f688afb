package sotto.e2e;

import java.util.List;

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

  /// Those that a stack can have, in the order in which they are tried.
  ///
  /// @param profile of the stack
  static List<StoreFault> of(StoreStack.Profile profile) {
    return switch (profile) {
      case VITESS -> List.of(PRIMARY, GATE, REPARENT, REPLICA, SERVER, RESHARD);
      case COMBO -> List.of(COMBO, SERVER);
      case MYSQL -> List.of(MYSQL, SERVER);
    };
  }

  /// Strikes, and brings back what was struck.
  ///
  /// @param outage waits as long as a dead part stays dead
  void strike(StoreStack stack, ServerProcess server, Runnable outage) {
    switch (this) {
      case PRIMARY -> {
        var tablet = stack.kill("primary/-80");
        stack.run("wait", "--serving");
        outage.run();
        stack.run("start", tablet, "--rebuild-if-needed");
      }
      case GATE -> restart(stack, "vtgate", outage);
      case REPARENT -> stack.run("reparent", "80-");
      case REPLICA -> {
        var tablet = stack.kill("replica/80-");
        outage.run();
        stack.run("start", tablet, "--rebuild-if-needed");
      }
      case SERVER -> {
        server.kill();
        server.restart();
      }
      case RESHARD -> stack.run("reshard");
      // Its mysqld is not durable: it writes what was committed within a second, and is killed
      // only when vtcombo starts again.
      case COMBO -> restart(stack, "vtcombo", outage);
      case MYSQL -> restart(stack, "mysqld", outage);
    }
    stack.run("wait");
  }

  private static void restart(StoreStack stack, String part, Runnable outage) {
    stack.kill(part);
    outage.run();
    stack.run("start", part);
  }
}
