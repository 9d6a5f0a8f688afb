package sotto.standalone.admin;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import sotto.admin.v1.SetQuotaRequest;
import sotto.mesh.ConfigException;
import sotto.standalone.Version;

/// `sotto admin accounts quota`.
@Command(
    name = "quota",
    description = {
      "How much an account may keep in the blob store, such as its archive. What it keeps already stays, also if that is more."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footer = {"", Admin.EXITS})
final class AccountQuotaCommand implements Callable<Integer> {
  private static final long MOST = 1L << 50;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @ParentCommand
  AccountsCommand accounts;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Parameters(paramLabel = "ACCOUNT", description = AccountsCommand.ACCOUNT)
  String which;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @ArgGroup(multiplicity = "1")
  HowMuch howMuch;

  /// One of both.
  static final class HowMuch {
    @Option(names = "--bytes", paramLabel = "N", description = "So many bytes, 0 to 2^50.")
    Optional<Long> bytes = Optional.empty();

    @Option(
        names = "--usual",
        description = "As many as every account (blob.kept-bytes-per-account).")
    boolean usual;
  }

  @Override
  public Integer call() {
    return accounts.admin.run(this::report);
  }

  private Report report(Fleet fleet) {
    var request = SetQuotaRequest.newBuilder().setAccount(Accounts.named(which));
    if (howMuch.bytes.isPresent()) {
      if (howMuch.bytes.get() < 0 || howMuch.bytes.get() > MOST) {
        throw new ConfigException("--bytes is 0 to " + MOST);
      }
      request.setKeptBytes(howMuch.bytes.get());
    }
    return AccountsCommand.act(
        fleet,
        which,
        store -> store.setQuota(request.build()).getDone(),
        howMuch.bytes.map(bytes -> "may keep " + bytes + " bytes").orElse("as all others"));
  }
}
