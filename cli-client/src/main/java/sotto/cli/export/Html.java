package sotto.cli.export;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import sotto.cli.print.MessageLines;
import sotto.client.Failure;
import sotto.client.FileView;
import sotto.client.MessageView;
import sotto.client.Status;

/// Pages of HTML that need nothing beside them but the files that were saved. Everything that
/// others wrote is escaped, kept from turning the direction of what stands around it, and can run
/// nothing.
final class Html {
  private static final Set<String> PICTURES =
      Set.of("image/jpeg", "image/png", "image/gif", "image/webp");

  private static final String HEAD =
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'">
      <meta name="referrer" content="no-referrer">
      <meta name="viewport" content="width=device-width">
      <title>%s</title>
      <style>
      body { font: 16px/1.4 sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff }
      article { margin: .5rem 0; padding: .5rem .8rem; border-radius: .6rem; background: #f0f0f0; max-width: 36rem }
      article.own { margin-left: auto; background: #e0efff }
      header, .note { font-size: .8rem; color: #555 }
      .text { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate }
      bdi { overflow-wrap: anywhere }
      img { max-width: 100%%; max-height: 24rem }
      </style>
      </head>
      <body>
      """;

  private static final String END = "</body>\n</html>\n";

  private final ZoneId zone;
  private final DateTimeFormatter time;

  Html(ZoneId zone) {
    this.zone = zone;
    this.time = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(zone);
  }

  /// The page of a conversation up to its first message.
  String begin(String name) {
    return HEAD.formatted("Messages with " + escaped(name))
        + "<h1>Messages with <bdi>"
        + escaped(name)
        + "</bdi></h1>\n<p class=\"note\">Times are those of "
        + escaped(zone.toString())
        + ".</p>\n";
  }

  String end() {
    return END;
  }

  /// The page that leads to the others.
  String index(List<String> names) {
    StringBuilder page = new StringBuilder(HEAD.formatted("Conversations"));
    page.append("<h1>Conversations</h1>\n<ul>\n");
    for (String name : names) {
      page.append("<li><a href=\"")
          .append(href(name + ".html"))
          .append("\"><bdi>")
          .append(escaped(name))
          .append("</bdi></a></li>\n");
    }
    return page.append("</ul>\n").append(END).toString();
  }

  /// A line for what is missing.
  String note(String sentence) {
    return "<p class=\"note\">" + escaped(sentence) + "</p>\n";
  }

  /// A message.
  String message(MessageView message, List<ExportedFile> files) {
    StringBuilder html =
        new StringBuilder(message.incoming() ? "<article>" : "<article class=\"own\">");
    html.append("<header><bdi>")
        .append(escaped(message.from().name()))
        .append("</bdi> <time datetime=\"")
        .append(message.sentAt())
        .append("\">")
        .append(time(message.sentAt()))
        .append("</time>")
        .append(message.incoming() ? "" : " " + status(message))
        .append("</header>\n");
    switch (message.kind()) {
      case MESSAGE -> {
        if (!message.text().isEmpty()) {
          html.append("<div class=\"text\" dir=\"auto\">")
              .append(escaped(message.text()))
              .append("</div>\n");
        }
        files.forEach(file -> html.append(file(file)));
      }
      case UNDECRYPTABLE -> html.append(note("A message that could not be decrypted."));
      case UNSUPPORTED -> html.append(note("A message of a kind that this version cannot show."));
      case ARCHIVED ->
          html.append(note(message.failure().map(Failure::sentence).orElse("In the archive.")));
    }
    return html.append("</article>\n").toString();
  }

  private String time(Instant moment) {
    return time.format(moment);
  }

  private static String status(MessageView message) {
    String why =
        message.status() == Status.FAILED
            ? message.failure().map(f -> ": " + escaped(f.sentence())).orElse("")
            : "";
    return message.status().name().toLowerCase(Locale.ROOT) + why;
  }

  private static String file(ExportedFile exported) {
    FileView file = exported.file();
    String shown = "<bdi>" + escaped(file.name()) + "</bdi>, " + MessageLines.size(file.size());
    Optional<String> path = exported.path().map(Html::href);
    if (path.isEmpty()) {
      String why = exported.problem().map(p -> " (" + escaped(p) + ")").orElse("");
      return "<p>" + shown + why + "</p>\n";
    }
    String picture =
        PICTURES.contains(file.mediaType())
            ? "<img loading=\"lazy\" alt=\"\" src=\"" + path.get() + "\"><br>"
            : "";
    return "<p>" + picture + "<a download href=\"" + path.get() + "\">" + shown + "</a></p>\n";
  }

  /// A path relative to the page.
  private static String href(String path) {
    try {
      return escaped(new URI(null, null, "./" + path, null).toASCIIString());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("no path: " + path.length(), e);
    }
  }

  /// Text as it may stand between tags and in quoted attributes.
  static String escaped(String text) {
    StringBuilder safe = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '&' -> safe.append("&amp;");
            case '<' -> safe.append("&lt;");
            case '>' -> safe.append("&gt;");
            case '"' -> safe.append("&quot;");
            case '\'' -> safe.append("&#39;");
            case '\n', '\t' -> safe.appendCodePoint(c);
            default -> safe.appendCodePoint(allowed(c) ? c : 0xfffd);
          }
        });
    return safe.toString();
  }

  private static boolean allowed(int c) {
    return !Character.isISOControl(c)
        && Character.getType(c) != Character.SURROGATE
        && (c & 0xfffe) != 0xfffe;
  }
}
