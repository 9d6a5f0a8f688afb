package sotto.standalone.admin;

import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import sotto.admin.v1.AccountAdminServiceGrpc.AccountAdminServiceBlockingStub;
import sotto.admin.v1.AccountDecided;
import sotto.admin.v1.DisableAccountRequest;
import sotto.admin.v1.EnableAccountRequest;
import sotto.standalone.Version;

/// `sotto admin accounts`.
@Command(
    name = "accounts",
    description = {
      "Single accounts: what the server holds of one in numbers, whether it is let in, how much it may keep, and its end.",
      "",
      "ACCOUNT is an account's id (32 hex digits) or its username. Nothing here reads messages, shows who talks to whom, or adds a device."
    },
    subcommands = {
      AccountShowCommand.class,
      AccountsCommand.Disable.class,
      AccountsCommand.Enable.class,
      AccountDeleteCommand.class,
      AccountQuotaCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", Admin.EXITS})
final class AccountsCommand implements Callable<Integer> {
  static final String ACCOUNT = "Its id (32 hex digits) or its username.";

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @ParentCommand
  Admin admin;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "COMMAND is missing");
  }

  /// Reports what became of an act.
  ///
  /// @param which the account as it was named
  /// @param id its id, empty if there is none
  /// @param done what it is now
  static Report report(String which, String id, String done) {
    var report = new Report("account", "account_id", "outcome");
    if (id.isEmpty()) {
      report.unwell();
      report.row(which, Cell.none(), "there is no such account");
    } else {
      report.row(which, id, done);
    }
    return report;
  }

  /// Reports that nobody answered.
  static Report failed(Answer.Failed<?> failed) {
    var report = new Report("account", "account_id", "outcome");
    report.failed(failed);
    return report;
  }

  /// Has a store do something to an account, and reports what became of it.
  ///
  /// @param which the account as it was named
  /// @param act may be done again; gives what was done
  /// @param done what the account is then
  static Report act(
      Fleet fleet,
      String which,
      Function<AccountAdminServiceBlockingStub, AccountDecided> act,
      String done) {
    return switch (Accounts.askAgain(fleet, act)) {
      case Answer.Failed<?> failed -> failed(failed);
      case Answer.Got<AccountDecided>(_, var is) ->
          report(which, Accounts.hex(is.getAccountId()), done);
    };
  }

  /// `sotto admin accounts disable`.
  @Command(
      name = "disable",
      description = {
        "Locks an account out: its devices are cut within a second and let in no more. Mail to it is kept until it is let in again or the mail's time is over; senders see no difference."
      },
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      sortOptions = false,
      footer = {"", Admin.EXITS})
  static final class Disable implements Callable<Integer> {
    @SuppressWarnings("NullAway.Init") // picocli sets it
    @ParentCommand
    AccountsCommand accounts;

    @SuppressWarnings("NullAway.Init") // picocli sets it
    @Parameters(paramLabel = "ACCOUNT", description = ACCOUNT)
    String which;

    @Override
    public Integer call() {
      var request = DisableAccountRequest.newBuilder().setAccount(Accounts.named(which)).build();
      return accounts.admin.run(
          fleet -> act(fleet, which, store -> store.disableAccount(request).getDone(), "disabled"));
    }
  }

  /// `sotto admin accounts enable`.
  @Command(
      name = "enable",
      description = "Lets an account in again.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      sortOptions = false,
      footer = {"", Admin.EXITS})
  static final class Enable implements Callable<Integer> {
    @SuppressWarnings("NullAway.Init") // picocli sets it
    @ParentCommand
    AccountsCommand accounts;

    @SuppressWarnings("NullAway.Init") // picocli sets it
    @Parameters(paramLabel = "ACCOUNT", description = ACCOUNT)
    String which;

    @Override
    public Integer call() {
      var request = EnableAccountRequest.newBuilder().setAccount(Accounts.named(which)).build();
      return accounts.admin.run(
          fleet -> act(fleet, which, store -> store.enableAccount(request).getDone(), "let in"));
    }
  }
}
