package sotto.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/// The commands by name, and the parser for a command line.
///
/// A command that is named is the only one that is built, which saves time at start; for help,
/// completion and misspelt names all are.
final class CommandLines {
  private static final Set<String> VALUED =
      Set.of("--home", "--passphrase-file", "--new-passphrase-file");

  private static final Map<String, Function<Session, Object>> COMMANDS = commands();

  private CommandLines() {}

  private static Map<String, Function<Session, Object>> commands() {
    Map<String, Function<Session, Object>> commands = new LinkedHashMap<>();
    commands.put("register", RegisterCommand::new);
    commands.put("whoami", WhoamiCommand::new);
    commands.put("link", LinkCommand::new);
    commands.put("devices", DevicesCommand::of);
    commands.put("group", GroupCommand::of);
    commands.put("profile", ProfileCommand::new);
    commands.put("account", AccountCommand::of);
    commands.put("send", SendCommand::new);
    commands.put("receive", ReceiveCommand::new);
    commands.put("messages", MessagesCommand::new);
    commands.put("info", InfoCommand::new);
    commands.put("conversations", ConversationsCommand::new);
    commands.put("search", SearchCommand::new);
    commands.put("read", ReadCommand::new);
    commands.put("chat", ChatCommand::new);
    commands.put("accept", AcceptCommand::new);
    commands.put("block", BlockCommand::new);
    commands.put("delete", DeleteCommand::new);
    commands.put("downloads", DownloadsCommand::new);
    commands.put("verify", VerifyCommand::new);
    commands.put("archive", ArchiveCommand::new);
    commands.put("backup", BackupCommand::new);
    commands.put("restore", RestoreCommand::new);
    commands.put("export", ExportCommand::new);
    commands.put("retention", RetentionCommand::new);
    commands.put("rekey", RekeyCommand::new);
    commands.put("check-store", CheckStoreCommand::new);
    commands.put("check", CheckCommand::new);
    commands.put("serve", session -> new ServeCommand());
    return commands;
  }

  /// The names of all commands that a person uses.
  static Set<String> names() {
    return COMMANDS.keySet();
  }

  /// The parser for these arguments.
  static CommandLine of(Session session, String... args) {
    CommandLine top = new CommandLine(new TopCommand());
    top.addMixin("globals", session.globals());
    Optional<String> command = command(args).filter(COMMANDS::containsKey);
    for (var entry : COMMANDS.entrySet()) {
      if (command.isEmpty() || command.get().equals(entry.getKey())) {
        top.addSubcommand(entry.getKey(), entry.getValue().apply(session));
      }
    }
    if (command.isEmpty()) {
      top.addSubcommand("help", new HelpCommands.Help(top));
      top.addSubcommand("generate-completion", new HelpCommands.Completion(top));
    }
    describe(top);
    // A text may begin with '@'; it never stands for a file.
    return top.setExpandAtFiles(false).setUsageHelpAutoWidth(false).setUsageHelpWidth(90);
  }

  /// The first argument that is neither an option nor the value of one.
  static Optional<String> command(String... args) {
    for (int i = 0; i < args.length; i++) {
      if (VALUED.contains(args[i])) {
        i++;
      } else if (!args[i].startsWith("-")) {
        return Optional.of(args[i]);
      }
    }
    return Optional.empty();
  }

  private static void describe(CommandLine line) {
    UsageMessageSpec usage = line.getCommandSpec().usageMessage();
    usage.sortOptions(false);
    usage.commandListHeading("%nCommands:%n");
    usage.optionListHeading("%nOptions:%n");
    usage.parameterListHeading("%n");
    usage.descriptionHeading("%n");
    usage.exitCodeListHeading("%nExit codes:%n");
    usage.exitCodeList(
        Arrays.stream(Exit.values())
            .collect(
                Collectors.toMap(
                    e -> Integer.toString(e.code()),
                    Exit::meaning,
                    (one, other) -> one,
                    LinkedHashMap::new)));
    line.getSubcommands().values().forEach(CommandLines::describe);
  }

  /// Whether `--json` stands among the arguments, for errors in the rest of them.
  static boolean wantsJson(String... args) {
    List<String> all = List.of(args);
    int end = all.indexOf("--");
    return all.subList(0, end < 0 ? all.size() : end).contains("--json");
  }
}
