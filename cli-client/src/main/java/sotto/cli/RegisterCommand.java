package sotto.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sotto.client.Invite;
import sotto.client.ServerAddress;
import sotto.client.SottoException;
import sotto.client.Username;

/// `register`: makes an account.
@Command(
    name = "register",
    description = {
      "Make an account at a server.",
      "Its keys are made here and never leave this home, which is encrypted with your passphrase."
          + " A registration that broke off is continued by the same command."
    },
    footer = {
      "",
      "Examples:",
      "  sotto register --server chat.example.org:7443 alice",
      "  sotto register --server localhost:7443 --ca server-data/ca.pem alice",
      "  sotto register --server chat.example.org:7443 --invite 7K2QF-… alice"
    })
final class RegisterCommand implements Callable<Integer> {
  @Mixin private final ServerOption at = new ServerOption();
  @Mixin private final DeviceNameOption name = new DeviceNameOption();

  @Option(
      names = "--invite",
      paramLabel = "CODE",
      description = "The invite that the server's operator gave you, where one is needed.")
  private Optional<String> invite = Optional.empty();

  @Parameters(
      index = "0",
      paramLabel = "USERNAME",
      converter = UsernameConverter.class,
      description = "Your name there: 3 to 32 of a-z, 0-9, '.' and '_'.")
  @SuppressWarnings("NullAway.Init") // picocli sets it or refuses the command line
  private Username username;

  private final Session session;

  RegisterCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    ServerAddress address = at.address();
    Optional<Invite> invited = invite.map(Invite::new);
    String called = name.value();
    try (OpenHome home = session.openForRegistration()) {
      home.sotto().account().ifPresent(RegisterCommand::refuseSecond);
      if (invited.isPresent()) {
        home.sotto().register(address, username, invited.get());
      } else {
        home.sotto().register(address, username);
      }
      var _ = home.sotto().nameDevice(called);
      AccountLines.print(session, home, "registered", true);
      if (!session.json()) {
        session
            .out()
            .text(
                """

                Write the recovery code down and keep it safe: whoever has it can act for your
                account. 'sotto whoami --recovery-code' shows it again until you run
                'sotto whoami --recovery-code-kept'.
                """);
      }
      return Exit.OK.code();
    }
  }

  private static void refuseSecond(sotto.client.Account account) {
    throw SottoException.of(
        SottoException.Code.ALREADY_REGISTERED,
        "This home is already " + account.username() + " at " + account.server() + ".");
  }
}
