package sotto.cli.print;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import sotto.client.Contact;
import sotto.client.Failure;
import sotto.client.FileView;
import sotto.client.MessageView;
import sotto.client.Picture;
import sotto.client.Status;

/// Messages for people: time, who, status, text. All foreign text in it is safe for a terminal, and
/// a text of several lines is indented so that it cannot pass for another message.
public final class MessageLines {
  private static final String INDENT = "        ";

  private final ZoneId zone;
  private final DateTimeFormatter full;
  private final DateTimeFormatter hour;
  private final DateTimeFormatter day;

  /// For people in a time zone.
  public MessageLines(ZoneId zone) {
    this.zone = zone;
    this.full = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(zone);
    this.hour = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(zone);
    this.day = DateTimeFormatter.ofPattern("EEEE, d MMMM yyyy", Locale.ENGLISH).withZone(zone);
  }

  /// The message with date and time.
  public String full(MessageView message, Map<FileView, SavedFile> saved) {
    return head(full, message, true, where(message)) + content(message, saved);
  }

  /// The message with the time alone, for below a [#day].
  public String timed(MessageView message) {
    return head(message, true) + content(message, Map.of());
  }

  /// In which group it is.
  private static String where(MessageView message) {
    return message.to().group().isPresent() ? name(message.to()) + " " : "";
  }

  /// The same without the status of an own message, where that is shown elsewhere.
  public String timedUnmarked(MessageView message) {
    return head(message, false) + content(message, Map.of());
  }

  /// What those lines begin with: time, author, status.
  public String head(MessageView message, boolean marked) {
    return head(hour, message, marked, "");
  }

  /// The heading of a day.
  public String day(Instant moment) {
    return "— " + day.format(moment) + " —";
  }

  /// Whether two moments are on the same day here.
  public boolean sameDay(Instant one, Instant other) {
    return one.atZone(zone).toLocalDate().equals(other.atZone(zone).toLocalDate());
  }

  /// Date and time.
  public String moment(Instant moment) {
    return full.format(moment);
  }

  /// The status as a sign: `…`, `✓`, `✓✓`, `✓✓ read`, `✗`.
  public static String mark(Status status) {
    return switch (status) {
      case QUEUED -> "…";
      case SENT -> "✓";
      case DELIVERED -> "✓✓";
      case READ -> "✓✓ read";
      case FAILED -> "✗";
    };
  }

  /// The status as a sign and a word: `✓ sent`.
  public static String words(Status status) {
    return switch (status) {
      case READ -> mark(status);
      default -> mark(status) + " " + status.name().toLowerCase(Locale.ROOT);
    };
  }

  /// A contact's name.
  public static String name(Contact contact) {
    return TerminalText.name(contact.name());
  }

  /// A size in bytes as people say it.
  public static String size(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = -1;
    do {
      value /= 1000;
      unit++;
    } while (value >= 999.95 && unit < 3);
    return String.format(Locale.ROOT, "%.1f %s", value, List.of("kB", "MB", "GB", "TB").get(unit));
  }

  /// What became of a file that was downloaded by itself.
  public static String saved(FileView file, SavedFile saved) {
    return file(file, Optional.of(saved));
  }

  /// A picture's size as its sender says, if they do.
  private static String pixels(Picture picture) {
    return picture.width() == 0 ? "" : picture.width() + "x" + picture.height() + ", ";
  }

  private static String head(
      DateTimeFormatter time, MessageView message, boolean marked, String where) {
    return time.format(message.sentAt()) + " " + where + author(message, marked) + ": ";
  }

  private static String content(MessageView message, Map<FileView, SavedFile> saved) {
    List<String> lines = new ArrayList<>();
    switch (message.kind()) {
      case MESSAGE -> {
        if (!message.text().isEmpty()) {
          lines.addAll(TerminalText.body(message.text()).lines().toList());
        }
        for (FileView file : message.files()) {
          lines.add(file(file, Optional.ofNullable(saved.get(file))));
        }
      }
      case UNDECRYPTABLE ->
          lines.add("(a message that could not be decrypted; it was asked for again)");
      case UNSUPPORTED -> lines.add("(a message of a kind that this version of sotto cannot show)");
      case ARCHIVED ->
          lines.add(
              "("
                  + message.failure().map(Failure::sentence).map(TerminalText::name).orElse("")
                  + ")");
    }
    return String.join("\n" + INDENT, lines);
  }

  private static String author(MessageView message, boolean marked) {
    if (message.incoming()) {
      return name(message.from());
    }
    if (!marked) {
      return "you";
    }
    String why =
        message
            .failure()
            .filter(f -> message.status() == Status.FAILED || message.status() == Status.QUEUED)
            .map(MessageLines::why)
            .orElse("");
    return "you " + mark(message.status()) + why;
  }

  private static String why(Failure failure) {
    return " (" + TerminalText.name(failure.sentence()) + ")";
  }

  private static String file(FileView file, Optional<SavedFile> saved) {
    String name = TerminalText.name(file.name());
    String size = size(file.size());
    String shown =
        file.picture()
            .map(p -> "[picture " + pixels(p) + size + ", " + name + "]")
            .orElseGet(() -> "[" + name + ", " + size + "]");
    return saved.map(s -> shown + " " + s.sentence()).orElse(shown);
  }
}
