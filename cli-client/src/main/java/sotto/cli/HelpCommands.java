package sotto.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// The commands about the commands.
final class HelpCommands {
  private HelpCommands() {}

  /// `help`: how a command is used.
  @Command(
      name = "help",
      helpCommand = true,
      description = "Show how sotto or one of its commands is used.")
  static final class Help implements Callable<Integer> {
    @Parameters(index = "0", arity = "0..1", paramLabel = "COMMAND", description = "Which command.")
    private Optional<String> command = Optional.empty();

    private final CommandLine top;

    Help(CommandLine top) {
      this.top = top;
    }

    @Override
    public Integer call() {
      CommandLine about =
          command
              .map(name ->
                  Optional.ofNullable(top.getSubcommands().get(name))
                      .orElseThrow(() ->
                          CommandFailed.usage("There is no such command. All of them: sotto help")))
              .orElse(top);
      about.usage(top.getOut(), about.getColorScheme());
      return Exit.OK.code();
    }
  }

  /// `generate-completion`: a script that completes commands and options in bash and zsh.
  @Command(
      name = "generate-completion",
      hidden = true,
      description = {
        "Print a completion script for bash and zsh.",
        "In ~/.bashrc: source <(sotto generate-completion)"
      })
  static final class Completion implements Callable<Integer> {
    private final CommandLine top;

    Completion(CommandLine top) {
      this.top = top;
    }

    @Override
    public Integer call() {
      top.getOut().print(AutoComplete.bash("sotto", top));
      top.getOut().flush();
      return Exit.OK.code();
    }
  }
}
