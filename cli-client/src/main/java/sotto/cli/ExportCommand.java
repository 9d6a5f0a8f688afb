package sotto.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sotto.cli.export.Export;
import sotto.cli.export.ExportFolder;
import sotto.cli.print.JsonLine;
import sotto.cli.print.TerminalText;
import sotto.client.Contact;
import sotto.client.ConversationSummary;
import sotto.client.Sotto;

/// `export`: conversations as files that can be read without sotto.
@Command(
    name = "export",
    description = {
      "Write your conversations into a folder, in the clear: a page of HTML each, or JSON lines.",
      "The folder appears when all of it is written, and only you can look into it."
    },
    footer = {
      "",
      "What is in the archive is fetched; what cannot be fetched is noted as missing.",
      "",
      "Examples:",
      "  sotto export my-messages",
      "  sotto export bob --with bob --media",
      "  sotto export backup --format json"
    })
final class ExportCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "DIR",
      description = "A folder that does not exist, or is empty.")
  private Path folder = Path.of("");

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "html",
      description = "'html' for people, 'json' for programs. Default: ${DEFAULT-VALUE}.")
  private String format = "html";

  @Option(names = "--with", paramLabel = "USER", description = "Only the conversation with USER.")
  private Optional<String> with = Optional.empty();

  @Option(names = "--media", description = "Save the files of messages too.")
  private boolean media;

  private final Session session;

  ExportCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Export.Format chosen =
        switch (format) {
          case "html" -> Export.Format.HTML;
          case "json" -> Export.Format.JSON;
          default -> throw CommandFailed.usage("--format takes html or json.");
        };
    try (OpenHome home = session.openOnline()) {
      Session.firstAttempt(home.sotto(), Session.FIRST_ATTEMPT);
      List<Contact> peers = peers(home.sotto());
      Export.Exported exported;
      try (ExportFolder target = ExportFolder.begin(folder);
          HistoryBar bar = new HistoryBar(session, "export")) {
        exported =
            new Export(
                    home.sotto(),
                    target.work(),
                    chosen,
                    media,
                    session.host().zone().get(),
                    p -> bar.show(p.done(), p.total()))
                .run(peers);
        target.finish();
      } catch (IOException e) {
        throw new CommandFailed(
            Exit.FAILED,
            "file",
            "The folder "
                + TerminalText.name(folder.toString())
                + " cannot be written: "
                + TerminalText.name(String.valueOf(e.getMessage()))
                + ".",
            false);
      }
      print(exported);
      return Exit.OK.code();
    }
  }

  private List<Contact> peers(Sotto sotto) {
    List<Contact> all = sotto.conversations().stream().map(ConversationSummary::peer).toList();
    List<Contact> chosen =
        all.stream().filter(peer -> with.isEmpty() || peer.name().equals(with.get())).toList();
    if (chosen.isEmpty()) {
      throw CommandFailed.usage(
          with.map(user -> "There is no conversation with " + TerminalText.name(user) + " here.")
              .orElse("There is no conversation to export."));
    }
    return chosen;
  }

  private void print(Export.Exported exported) {
    if (session.json()) {
      session
          .out()
          .json(
              new JsonLine("exported")
                  .put("conversations", exported.conversations())
                  .put("messages", exported.messages())
                  .put("files", exported.files())
                  .put("missing", exported.missing())
                  .put("incomplete", exported.unreachable().size()));
    } else {
      session
          .out()
          .line(
              String.format(
                  Locale.ROOT,
                  "%d messages of %d conversations%s",
                  exported.messages(),
                  exported.conversations(),
                  media ? ", " + exported.files() + " files" : ""));
    }
    if (exported.missing() > 0) {
      session.notice(
          "missing", exported.missing() + " files could not be had; the pages say which.");
    }
    if (!exported.unreachable().isEmpty()) {
      session.notice(
          "archive_unreachable",
          "Older messages of "
              + String.join(", ", exported.unreachable())
              + " are in the archive, and the server could not be reached.");
    }
  }
}
