package sotto.cli;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import sotto.cli.print.JsonLine;
import sotto.cli.print.MessageJson;
import sotto.cli.print.TerminalText;
import sotto.client.Device;

/// `devices`: the devices of the account.
@Command(
    name = "devices",
    description = {
      "List the devices of your account; add, name and remove them.",
      "Asks the server when each was last seen; without a connection that is left out. Names are"
          + " known to your own devices only."
    },
    footer = {
      "",
      "Examples:",
      "  sotto devices",
      "  sotto devices add 04X7-…",
      "  sotto devices name Laptop",
      "  sotto devices remove 2"
    })
final class DevicesCommand implements Callable<Integer> {
  /// How long a change waits for the server.
  static final Duration CONNECT = Duration.ofSeconds(10);

  private final Session session;

  private DevicesCommand(Session session) {
    this.session = session;
  }

  /// The command with those below it.
  static CommandLine of(Session session) {
    return new CommandLine(new DevicesCommand(session))
        .addSubcommand("add", new DevicesAddCommand(session))
        .addSubcommand("name", new DevicesNameCommand(session))
        .addSubcommand("remove", new DevicesRemoveCommand(session));
  }

  @Override
  public Integer call() {
    try (OpenHome home = session.openOnline()) {
      Session.firstAttempt(home.sotto(), Session.FIRST_ATTEMPT);
      for (Device device : home.sotto().devices()) {
        print(session, "device", device);
      }
      Session.flush(home.sotto(), Session.FLUSH);
      return Exit.OK.code();
    }
  }

  /// Prints a device.
  static void print(Session session, String type, Device device) {
    if (session.json()) {
      session
          .out()
          .json(
              new JsonLine(type)
                  .put("device", device.id().number())
                  .put("name", device.name())
                  .put("current", device.current())
                  .put("added_at", MessageJson.time(device.addedAt()))
                  .put("last_seen", device.lastSeen().map(MessageJson::time)));
      return;
    }
    String name = device.name().map(n -> " " + TerminalText.name(n)).orElse("");
    String seen =
        device
            .lastSeen()
            .map(at -> ", last seen " + LocalDate.ofInstant(at, ZoneOffset.UTC))
            .orElse("");
    session
        .out()
        .line(
            "device %d%s%s, added %s%s"
                .formatted(
                    device.id().number(),
                    name,
                    device.current() ? " (this one)" : "",
                    session.lines().moment(device.addedAt()),
                    seen));
  }
}
