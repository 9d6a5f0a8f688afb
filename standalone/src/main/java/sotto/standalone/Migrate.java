package sotto.standalone;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import sotto.mesh.Logs;
import sotto.mesh.ServerProcess;
import sotto.store.sql.Migration;
import sotto.store.sql.Schema;

/// `sotto migrate`: brings the database of a server to the schema that this version works with.
@Command(
    name = "migrate",
    description = {
      "Brings a MySQL or a Vitess to the schema that this version of the server works with.",
      "",
      "Run it before the first start on a database and before the first start of a newer version. It may be run again, and by several at once:"
          + " whoever comes later finds it done. It prints one line: \"schema version 0 -> 6\" or \"schema version 6, nothing to do\".",
      "",
      "On one MySQL it makes the tables itself, and needs a user that may. On a Vitess they are made before, with ApplySchema and ApplyVSchema of"
          + " vtctldclient (for a cluster of stack/sotto-stack: with sotto-stack schema); it checks that they are there and makes the first rows."
          + " A server that keeps everything in its folder needs none of this."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footer = {"", "Exit codes: 0 done, 1 could not be done, 2 wrong use."})
final class Migrate implements Callable<Integer> {
  @Mixin StoreOptions store = new StoreOptions();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The server's YAML file, for its store.url and store.password-file.")
  @Nullable Path config;

  @Option(
      names = "--print",
      description =
          "Print the statements that make or change tables, for those who apply them by hand, and do nothing. Needs no database.")
  boolean print;

  @Option(
      names = "--from",
      paramLabel = "N",
      description = "With --print: the version that the database has. Default: 0, an empty one.")
  @Nullable Integer from;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  CommandSpec spec;

  @Override
  public Integer call() {
    if (print) {
      printStatements();
      return ServerProcess.OK;
    }
    if (from != null) {
      throw wrongUse("--from goes with --print");
    }
    try {
      var flags = new LinkedHashMap<String, String>();
      store.addTo(flags);
      var loaded = ServerConfig.load(System.getenv(), Optional.ofNullable(config), flags);
      var url = loaded.store().signIn();
      if (url.isEmpty()) {
        throw wrongUse("which database? Give --store URL, or --config FILE with a store.url in it");
      }
      Logs.open(loaded.log());
      var done = new Migration(url.get()).run();
      out()
          .println(
              done.from() == done.to()
                  ? "schema version " + done.to() + ", nothing to do"
                  : "schema version " + done.from() + " -> " + done.to());
      return ServerProcess.OK;
    } catch (ParameterException e) {
      throw e;
    } catch (Exception e) {
      spec.commandLine().getErr().println("sotto: " + Trouble.sentence(e));
      return ServerProcess.FAILED;
    }
  }

  private void printStatements() {
    var had = from == null ? 0 : from;
    if (had < 0 || had > Schema.VERSION) {
      throw wrongUse("--from is 0 to " + Schema.VERSION);
    }
    for (var statement : Migration.statements(had)) {
      out().println(statement + ";\n");
    }
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private ParameterException wrongUse(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }
}
