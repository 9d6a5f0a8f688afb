package sotto.bench;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `client`: what an SDK takes.
@Command(
    name = "client",
    mixinStandardHelpOptions = true,
    description = {
      "What real SDKs take in this process, with a server of their own on the same machine.",
      "CONVERSATION: messages a second that one sends and another receives, beside libsignal that only"
          + " encrypts and decrypts. GROUP: processor time of a message to a group, beside one to each"
          + " of the same people. SEALED: of messages of which the server does not know the sender,"
          + " beside plain ones."
    })
final class ClientCommand implements Callable<Integer> {
  /// What is measured.
  enum Part {
    CONVERSATION,
    GROUP,
    SEALED
  }

  @Mixin private final RunOptions run = new RunOptions();

  @Option(
      names = "--parts",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "CONVERSATION,GROUP,SEALED",
      description = "Of ${COMPLETION-CANDIDATES} (default: all).")
  private Set<Part> parts = EnumSet.allOf(Part.class);

  @Option(
      names = "--messages",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Of a figure between two people (default: ${DEFAULT-VALUE}).")
  private int messages = 2_000;

  @Option(
      names = "--callers",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,16",
      description =
          "Of CONVERSATION, threads that send at once, whose messages become durable together"
              + " (default: ${DEFAULT-VALUE}).")
  private List<Integer> callers = new ArrayList<>();

  @Option(
      names = "--members",
      paramLabel = "N",
      split = ",",
      defaultValue = "10,100",
      description =
          "Of a group, beside the sender; each is an account with a home of its own, which takes a"
              + " while to make (default: ${DEFAULT-VALUE}).")
  private List<Integer> members = new ArrayList<>();

  @Option(
      names = "--recipients",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Of a group's figure, messages times members (default: ${DEFAULT-VALUE}).")
  private int recipients = 2_000;

  @Override
  public Integer call() throws Exception {
    run.within("--messages", messages, 1, 1_000_000);
    run.within("--callers", callers, 1, 1_000);
    run.within("--members", members, 1, 1_023);
    run.within("--recipients", recipients, 1, 1_000_000);
    run.withoutMesh();
    return run.measure(this::measure);
  }

  private void measure(Bench bench) throws Exception {
    Homes homes = new Homes(bench.folder().resolve("homes"), bench.target().address());
    if (parts.contains(Part.CONVERSATION)) {
      new ClientTalk(homes, messages, callers).run(bench, run.trials());
    }
    if (parts.contains(Part.GROUP)) {
      new ClientGroup(homes, recipients).run(bench, run.trials(), members);
    }
    if (parts.contains(Part.SEALED)) {
      new ClientSealing(homes, messages).run(bench, run.trials());
    }
  }
}
