package sotto.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sotto.cli.print.JsonLine;
import sotto.cli.print.MessageLines;
import sotto.cli.print.TerminalText;
import sotto.client.AutoDownloads;
import sotto.client.AutoDownloads.Rule;

/// `downloads`: which received files come by themselves.
@Command(
    name = "downloads",
    description = {
      "Say which received files are downloaded by themselves, or choose it.",
      "Files up to a size, of contacts you have accepted, are then saved by every command that"
          + " connects, two at a time and beside everything else. It is off until you choose a"
          + " size.",
      "Without an option, says how it stands."
    },
    footer = {
      "",
      "Files that came before, and larger ones, are left to '/save' in 'chat' and to 'receive"
          + " --save-files'.",
      "",
      "Examples:",
      "  sotto downloads --up-to 10MB --into ~/Downloads",
      "  sotto downloads",
      "  sotto downloads --off"
    })
final class DownloadsCommand implements Callable<Integer> {
  @Option(
      names = "--up-to",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description = "Download files up to this size: 500kB, 10MB, 1GB.")
  private Optional<Long> largest = Optional.empty();

  @Option(
      names = "--into",
      paramLabel = "DIR",
      description = "Where they go; made if missing. Default: the folder 'files' of the home.")
  private Optional<Path> folder = Optional.empty();

  @Option(
      names = "--a-day",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description = "At most so much in a day; the rest waits for the next. Default: 1GB.")
  private Optional<Long> aDay = Optional.empty();

  @Option(names = "--off", description = "Download nothing by itself.")
  private boolean off;

  private final Session session;

  DownloadsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (off && (largest.isPresent() || folder.isPresent() || aDay.isPresent())) {
      throw CommandFailed.usage("--off stands alone.");
    }
    if (largest.isEmpty() && (folder.isPresent() || aDay.isPresent())) {
      throw CommandFailed.usage("Say with --up-to how large a file may be.");
    }
    if (largest.isPresent() && aDay.isPresent() && aDay.get() < largest.get()) {
      throw CommandFailed.usage("--a-day is not less than --up-to.");
    }
    try (OpenHome home = session.openOffline()) {
      AutoDownloads downloads = home.sotto().autoDownloads();
      if (off) {
        downloads.off();
      }
      largest.ifPresent(size -> downloads.set(rule(size)));
      print(downloads);
      return Exit.OK.code();
    }
  }

  private Rule rule(long size) {
    Rule rule = Rule.upTo(size);
    rule = folder.map(rule::into).orElse(rule);
    return aDay.map(rule::aDay).orElse(rule);
  }

  private void print(AutoDownloads downloads) {
    Optional<Rule> rule = downloads.rule();
    Optional<String> to = rule.map(r -> downloads.folder(r).toString());
    int waiting = downloads.waiting();
    if (session.json()) {
      session
          .out()
          .json(
              new JsonLine("downloads")
                  .number("up_to", rule.map(Rule::largest))
                  .put("folder", to)
                  .number("a_day", rule.map(Rule::aDay))
                  .put("waiting", waiting));
    } else if (rule.isEmpty()) {
      session.out().line("Nothing is downloaded by itself.");
    } else {
      session
          .out()
          .line(
              "Files up to %s go to %s, at most %s a day; %s."
                  .formatted(
                      MessageLines.size(rule.get().largest()),
                      TerminalText.name(to.orElseThrow()),
                      MessageLines.size(rule.get().aDay()),
                      waiting == 0 ? "none waits" : waiting + " to come"));
    }
  }
}
