package sotto.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import sotto.cli.print.HalfBlocks;
import sotto.cli.print.JsonLine;
import sotto.client.SottoException;

/// `link`: makes this home another device of an account that exists.
@Command(
    name = "link",
    description = {
      "Make this home another device of an account that you have already.",
      "Shows a code, for ten minutes: run 'sotto devices add CODE' on a device of the account. It"
          + " sends this one what it needs, its history too; the recovery code is not among it."
    },
    footer = {
      "",
      "Whoever sees the code before it is used could answer it: compare the username that comes"
          + " out.",
      "",
      "Examples:",
      "  sotto link --server chat.example.org:7443",
      "  sotto link --server localhost:7443 --ca server-data/ca.pem --name Laptop"
    })
final class LinkCommand implements Callable<Integer> {
  @Mixin private final ServerOption at = new ServerOption();

  @Mixin private final DeviceNameOption name = new DeviceNameOption();

  private final Session session;

  LinkCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var address = at.address();
    try (OpenHome home = session.openForRegistration()) {
      home.sotto()
          .account()
          .ifPresent(account -> {
            throw SottoException.of(
                SottoException.Code.ALREADY_REGISTERED,
                "This home is already " + account.username() + " at " + account.server() + ".");
          });
      var _ = home.sotto().link(address, name.value(), this::show);
      AccountLines.print(session, home, "linked", false);
      boolean all = HistoryWatch.follow(session, home.sotto(), DevicesCommand.CONNECT);
      Session.flush(home.sotto(), Session.FLUSH);
      if (!all) {
        session.notice(
            "history_waiting", "Not all history has come; the rest comes with the next commands.");
      }
      return Exit.OK.code();
    }
  }

  private void show(String code) {
    if (session.json()) {
      session.out().json(new JsonLine("link").put("code", code));
      return;
    }
    if (session.host().terminal()) {
      session.out().text(HalfBlocks.qr(code, session.host().colours()));
    }
    session.out().line("On a device that you have: sotto devices add " + code);
  }
}
