package sotto.cli.chat;

import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import sotto.cli.print.JsonLine;
import sotto.cli.print.MessageJson;
import sotto.cli.print.Output;
import sotto.client.Event;
import sotto.client.Failure;
import sotto.client.MessageView;
import sotto.client.Picture;
import sotto.client.Status;

/// A conversation as JSON objects; the input is lines as in the other views.
final class JsonView implements ChatView {
  private final Output out;
  private final TypedLines in;
  private Optional<Peer> shown = Optional.empty();

  JsonView(Output out, InputStream in) {
    this.out = out;
    this.in = new TypedLines(in);
  }

  @Override
  public void message(MessageView message, boolean fresh) {
    out.json(MessageJson.line(message, Map.of()));
  }

  @Override
  public void progress(MessageView message, Status reached) {
    out.json(
        new JsonLine("status")
            .put("id", message.id().value())
            .put("status", MessageJson.word(reached))
            .put("reason", message.failure().map(Failure::code)));
  }

  @Override
  public void picture(Picture picture) {
    // A program reads the file.
  }

  @Override
  public void moving(String file, Event.FileProgress moved) {
    out.json(MessageJson.progress(moved));
  }

  @Override
  public void saved(Event.FileSaved event) {
    out.json(MessageJson.saved(event));
  }

  @Override
  public void note(String code, String safe) {
    out.json(new JsonLine("notice").put("code", code).put("message", safe));
  }

  @Override
  public void warning(String code, String safe) {
    note(code, safe);
  }

  @Override
  public void peer(Peer peer) {
    if (shown.filter(peer::equals).isPresent()) {
      return;
    }
    shown = Optional.of(peer);
    out.json(
        MessageJson.contact(new JsonLine("peer"), peer.contact())
            .put("presence", peer.presence().map(p -> p.online() ? "online" : "offline"))
            .put(
                "last_seen",
                peer.presence().flatMap(Peer.Presence::lastSeen).map(MessageJson::time))
            .put("typing", peer.typing())
            .put("connection", MessageJson.word(peer.connection())));
  }

  @Override
  public Optional<String> read() {
    return in.next();
  }

  @Override
  public boolean interactive() {
    return false;
  }

  @Override
  public void close() {}
}
