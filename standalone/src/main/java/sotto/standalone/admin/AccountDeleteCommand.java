package sotto.standalone.admin;

import java.io.Console;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import sotto.admin.v1.AccountShown;
import sotto.admin.v1.DeleteAccountRequest;
import sotto.admin.v1.DeviceShown;
import sotto.admin.v1.ShowAccountResponse;
import sotto.mesh.ConfigException;
import sotto.standalone.Version;

/// `sotto admin accounts delete`.
@Command(
    name = "delete",
    description = {
      "Ends an account and takes away what the server has of it: devices, keys, waiting messages, recovery. It cannot be undone.",
      "",
      "Its id, its chain of public keys and its name stay taken, so that nobody can pass for it. What is on its devices stays there."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footer = {"", Admin.EXITS})
final class AccountDeleteCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli sets it
  @ParentCommand
  AccountsCommand accounts;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Parameters(paramLabel = "ACCOUNT", description = AccountsCommand.ACCOUNT)
  String which;

  @Option(names = "--yes", description = "Does not ask.")
  boolean yes;

  @Override
  public Integer call() {
    return accounts.admin.run(this::report);
  }

  private Report report(Fleet fleet) {
    if (yes) {
      return delete(fleet);
    }
    return switch (AccountShowCommand.shown(fleet, which)) {
      case Answer.Failed<ShowAccountResponse> failed -> AccountsCommand.failed(failed);
      case Answer.Got<ShowAccountResponse>(_, var is) -> {
        if (!is.hasAccount()) {
          yield AccountsCommand.report(which, "", "");
        }
        if (sure(is.getAccount())) {
          yield delete(fleet);
        }
        var report =
            AccountsCommand.report(
                which, Accounts.hex(is.getAccount().getAccountId()), "left alone");
        report.unwell();
        yield report;
      }
    };
  }

  private boolean sure(AccountShown account) {
    var console =
        Optional.ofNullable(System.console())
            .filter(Console::isTerminal)
            .orElseThrow(() -> new ConfigException("nobody can be asked here: give --yes"));
    @Nullable String answer =
        console.readLine(
            "Delete the account %s (%s) with %d devices and %d waiting messages? It cannot be undone. [y/N] ",
            which,
            Accounts.hex(account.getAccountId()),
            account.getDevicesCount(),
            account.getDevicesList().stream().mapToLong(DeviceShown::getEnvelopes).sum());
    return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
  }

  private Report delete(Fleet fleet) {
    var request = DeleteAccountRequest.newBuilder().setAccount(Accounts.named(which)).build();
    return AccountsCommand.act(
        fleet, which, store -> store.deleteAccount(request).getDone(), "deleted");
  }
}
