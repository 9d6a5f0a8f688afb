package sotto.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sotto.cli.print.HalfBlocks;
import sotto.cli.print.JsonLine;
import sotto.cli.print.MessageJson;
import sotto.client.Contact;
import sotto.client.Conversation;
import sotto.client.SafetyNumber;
import sotto.client.SottoException;
import sotto.client.Username;

/// `verify`: the safety number with a user.
@Command(
    name = "verify",
    description = {
      "Show the safety number with a user, as digits and as a QR code.",
      "Compare it with theirs in person or by phone: if both are the same, nobody stands between"
          + " you. Then run the command with --confirm.",
      "If the account behind the name changes later you are told, and nothing is sent to someone"
          + " you had verified until you confirm again."
    },
    footer = {"", "Examples:", "  sotto verify bob", "  sotto verify bob --confirm"})
final class VerifyCommand implements Callable<Integer> {
  private static final int GROUPS_A_LINE = 4;

  @Option(
      names = "--confirm",
      description = "Remember that you have compared the number and it is the same.")
  private boolean confirm;

  @Parameters(
      index = "0",
      paramLabel = "USER",
      converter = UsernameConverter.class,
      description = "With whom.")
  @SuppressWarnings("NullAway.Init") // picocli sets it or refuses the command line
  private Username user;

  private final Session session;

  VerifyCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (OpenHome home = session.openOnline()) {
      Optional<SottoException> problem = Session.firstAttempt(home.sotto(), Session.FIRST_ATTEMPT);
      Conversation conversation = home.sotto().conversationWith(user);
      SafetyNumber number = number(conversation, problem);
      if (confirm) {
        conversation.confirmVerified();
      }
      print(number, conversation.peer());
      Session.flush(home.sotto(), Session.FLUSH);
      return Exit.OK.code();
    }
  }

  private static SafetyNumber number(Conversation conversation, Optional<SottoException> problem) {
    try {
      return conversation.safetyNumber();
    } catch (SottoException e) {
      if (e.code() == SottoException.Code.SERVER_UNREACHABLE && problem.isPresent()) {
        throw problem.get();
      }
      throw e;
    }
  }

  private void print(SafetyNumber number, Contact peer) {
    if (session.json()) {
      session
          .out()
          .json(
              MessageJson.contact(new JsonLine("verify"), peer)
                  .put("digits", number.digits())
                  .put("qr", number.qr()));
      return;
    }
    session.out().line("Safety number with " + user + ":");
    session.out().line("");
    session.out().text(rows(number));
    session.out().line("");
    session.out().text(HalfBlocks.qr(number.qr(), session.host().colours()));
    session.out().line(state(peer));
  }

  private static String rows(SafetyNumber number) {
    List<String> groups = List.of(number.grouped().split(" ", -1));
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < groups.size(); i++) {
      rows.append(i % GROUPS_A_LINE == 0 ? "    " : " ")
          .append(groups.get(i))
          .append((i + 1) % GROUPS_A_LINE == 0 ? "\n" : "");
    }
    return rows.toString();
  }

  private String state(Contact peer) {
    return switch (peer.verification()) {
      case VERIFIED -> "verified: you have confirmed this number.";
      case UNVERIFIED ->
          "not verified. If " + user + " sees the same: sotto verify " + user + " --confirm";
      case CHANGED ->
          "THE ACCOUNT OF "
              + user
              + " CHANGED. Someone else may answer under this name. Compare the number anew; if it"
              + " is the same: sotto verify "
              + user
              + " --confirm";
    };
  }
}
