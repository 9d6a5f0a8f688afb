package sotto.cli;

import java.util.Optional;
import sotto.cli.print.JsonLine;
import sotto.cli.print.TerminalText;
import sotto.client.Account;

/// How an account looks.
final class AccountLines {
  private AccountLines() {}

  /// Prints the account.
  ///
  /// @param type the type of the JSON object
  /// @param recoveryCode whether to show the recovery code too, as far as it is still here
  static void print(Session session, OpenHome home, String type, boolean recoveryCode) {
    Account account = home.account();
    Optional<String> code = recoveryCode ? home.sotto().recoveryCode() : Optional.empty();
    if (session.json()) {
      JsonLine line =
          new JsonLine(type)
              .put("account", account.id().toString())
              .put("username", account.username().value())
              .put("device", account.device().number())
              .put("server", account.server().toString());
      session.out().json(recoveryCode ? line.put("recovery_code", code) : line);
      return;
    }
    session
        .out()
        .text(
            "username  %s\naccount   %s\ndevice    %d\nserver    %s\n"
                .formatted(
                    account.username(),
                    account.id(),
                    account.device().number(),
                    TerminalText.name(account.server().toString())));
    if (recoveryCode) {
      session
          .out()
          .text(
              code.map(c -> "recovery  " + TerminalText.name(c) + "\n")
                  .orElse("recovery  (the code was marked as kept; it is no longer here)\n"));
    }
  }
}
