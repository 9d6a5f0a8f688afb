package sotto.standalone.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import sotto.admin.v1.AccountShown;
import sotto.admin.v1.DeviceShown;
import sotto.admin.v1.ShowAccountRequest;
import sotto.admin.v1.ShowAccountResponse;
import sotto.standalone.Version;

/// `sotto admin accounts show`.
@Command(
    name = "show",
    description = {
      "What the server holds of an account: a row for each device, with what waits for it (and when the oldest of that came, but for what is in the cold tier).",
      "",
      "Quota: bytes that it may keep in the blob store, where that was set for this account."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footer = {"", Admin.EXITS})
final class AccountShowCommand implements Callable<Integer> {
  private static final String[] COLUMNS = {
    "account_id",
    "username",
    "state",
    "created_at",
    "disabled_at",
    "chain",
    "kept_blobs",
    "kept_bytes",
    "quota",
    "device",
    "joined_at",
    "last_seen",
    "waiting",
    "waiting_bytes",
    "oldest_at"
  };

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @ParentCommand
  AccountsCommand accounts;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Parameters(paramLabel = "ACCOUNT", description = AccountsCommand.ACCOUNT)
  String which;

  @Override
  public Integer call() {
    return accounts.admin.run(this::report);
  }

  private Report report(Fleet fleet) {
    return switch (shown(fleet, which)) {
      case Answer.Failed<ShowAccountResponse> failed -> AccountsCommand.failed(failed);
      case Answer.Got<ShowAccountResponse>(_, var is) ->
          is.hasAccount() ? report(is.getAccount()) : AccountsCommand.report(which, "", "");
    };
  }

  static Answer<ShowAccountResponse> shown(Fleet fleet, String which) {
    var request = ShowAccountRequest.newBuilder().setAccount(Accounts.named(which)).build();
    return Accounts.askAgain(fleet, store -> store.showAccount(request));
  }

  private static Report report(AccountShown account) {
    var report = new Report(COLUMNS);
    if (account.getDevicesCount() == 0) {
      report.row(row(account, DeviceShown.getDefaultInstance()));
    }
    account.getDevicesList().forEach(device -> report.row(row(account, device)));
    return report;
  }

  private static Object[] row(AccountShown account, DeviceShown device) {
    List<Object> row = new ArrayList<>();
    row.add(Accounts.hex(account.getAccountId()));
    row.add(account.getUsername().isEmpty() ? Cell.none() : account.getUsername());
    row.add(account.getState().name().replace("ACCOUNT_STATE_", "").toLowerCase(Locale.ROOT));
    row.add(Accounts.moment(account.getCreatedAtMs()));
    row.add(Accounts.moment(account.getDisabledAtMs()));
    row.add(account.getChainSequence());
    row.add(account.getKeptBlobs());
    row.add(new Cell.Bytes(account.getKeptBytes()));
    row.add(account.hasKeptQuota() ? new Cell.Bytes(account.getKeptQuota()) : Cell.none());
    row.add(device.getDevice() == 0 ? Cell.none() : Cell.of(device.getDevice()));
    row.add(Accounts.moment(device.getCreatedAtMs()));
    row.add(Accounts.moment(device.getLastSeenDayMs()));
    row.add(device.getEnvelopes());
    row.add(new Cell.Bytes(device.getBytes()));
    row.add(Accounts.moment(device.getOldestAtMs()));
    return row.toArray();
  }
}
