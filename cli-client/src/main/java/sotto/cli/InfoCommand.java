package sotto.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sotto.cli.print.JsonLine;
import sotto.cli.print.MessageJson;
import sotto.cli.print.MessageLines;
import sotto.client.MemberStatus;
import sotto.client.MessageId;
import sotto.client.MessageView;
import sotto.client.SentMessage;
import sotto.client.SottoException;
import sotto.client.Status;

/// `info`: how far a message has come.
@Command(
    name = "info",
    description = {
      "Show a message and how far it has come; one to a group with each member.",
      "Its id is in what --json prints, as with: sotto messages '#Climbers' --json"
    },
    footer = {"", "Example:", "  sotto info 4f2a9c0d8e7b6a5f4e3d2c1b0a998877"})
final class InfoCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "MESSAGE", description = "The message's id.")
  private String id = "";

  private final Session session;

  InfoCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (OpenHome home = session.openOffline()) {
      MessageId message = new MessageId(id);
      MessageView view =
          home.sotto()
              .message(message)
              .orElseThrow(() ->
                  SottoException.invalid("message", "There is no message with this id here."));
      List<MemberStatus> members =
          home.sotto().sentMessage(message).map(SentMessage::members).orElseGet(List::of);
      print(view, members);
      return Exit.OK.code();
    }
  }

  private void print(MessageView view, List<MemberStatus> members) {
    if (session.json()) {
      JsonLine line = new JsonLine("info");
      MessageJson.fields(line, view, Map.of());
      session
          .out()
          .json(
              line.put("recipients", members.size())
                  .put("delivered", count(members, Status.DELIVERED))
                  .put("read", count(members, Status.READ))
                  .list("members", members, InfoCommand::member));
      return;
    }
    session.out().line(session.lines().full(view, Map.of()));
    if (!members.isEmpty()) {
      session
          .out()
          .line(
              "%d members, delivered to %d, read by %d"
                  .formatted(
                      members.size(),
                      count(members, Status.DELIVERED),
                      count(members, Status.READ)));
      for (MemberStatus member : members) {
        session
            .out()
            .line(
                "  %s %s%s"
                    .formatted(
                        MessageLines.words(member.status()),
                        MessageLines.name(member.member()),
                        member.at().map(at -> ", " + session.lines().moment(at)).orElse("")));
      }
    }
  }

  private static int count(List<MemberStatus> members, Status status) {
    return (int) members.stream().filter(member -> member.status().reached(status)).count();
  }

  private static void member(JsonLine line, MemberStatus member) {
    line.put("user", member.member().name())
        .put("status", MessageJson.word(member.status()))
        .put("at", member.at().map(MessageJson::time));
  }
}
