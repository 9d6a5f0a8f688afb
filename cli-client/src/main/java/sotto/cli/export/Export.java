package sotto.cli.export;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import sotto.cli.print.JsonLine;
import sotto.cli.print.MessageJson;
import sotto.client.Contact;
import sotto.client.Conversation;
import sotto.client.FileView;
import sotto.client.HistoryProgress;
import sotto.client.MessageView;
import sotto.client.SaveResult;
import sotto.client.Sotto;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// Writes conversations into a folder: a page of HTML or a file of JSON lines each, oldest message
/// first, and beside them the files, if they are wanted.
///
/// Conversations are read from their end, because that is how the archive is fetched; each part is
/// kept in a file of its own until the beginning is reached.
public final class Export {
  private static final int PART = 500;
  private static final String MEDIA = "media";

  /// The format of the conversations.
  public enum Format {
    /// A JSON object a line.
    JSON,
    /// A page for people.
    HTML
  }

  /// What came of it.
  ///
  /// @param conversations how many
  /// @param messages how many
  /// @param files how many were saved
  /// @param missing how many were wanted and could not be
  /// @param unreachable conversations whose older messages are in the archive and could not be
  ///   fetched
  public record Exported(
      int conversations, long messages, long files, long missing, List<String> unreachable) {}

  private final Sotto sotto;
  private final Path folder;
  private final Format format;
  private final boolean media;
  private final Html html;
  private final Consumer<HistoryProgress> progress;
  private final List<String> unreachable = new ArrayList<>();
  private long total;
  private long done;
  private long saved;
  private long missing;

  /// @param folder exists and is empty
  /// @param media whether files are saved too
  public Export(
      Sotto sotto,
      Path folder,
      Format format,
      boolean media,
      ZoneId zone,
      Consumer<HistoryProgress> progress) {
    this.sotto = sotto;
    this.folder = folder;
    this.format = format;
    this.media = media;
    this.html = new Html(zone);
    this.progress = progress;
  }

  /// Writes these conversations.
  public Exported run(List<Contact> peers) throws IOException {
    for (Contact peer : peers) {
      total += conversation(peer).messageCount();
    }
    List<String> names = new ArrayList<>();
    for (Contact peer : peers) {
      write(peer);
      names.add(peer.name());
    }
    if (format == Format.HTML) {
      Files.writeString(folder.resolve("index.html"), html.index(names));
    }
    return new Exported(peers.size(), done, saved, missing, List.copyOf(unreachable));
  }

  private Conversation conversation(Contact peer) {
    return peer.username()
        .map(sotto::conversationWith)
        .orElseGet(() -> sotto.conversationWith(peer.account().orElseThrow()));
  }

  private void write(Contact peer) throws IOException {
    List<Path> parts = new ArrayList<>();
    boolean whole = parts(peer, parts);
    Path file = folder.resolve(peer.name() + (format == Format.HTML ? ".html" : ".jsonl"));
    try (OutputStream out = Files.newOutputStream(file)) {
      if (format == Format.HTML) {
        out.write(bytes(html.begin(peer.name())));
      }
      if (!whole) {
        unreachable.add(peer.name());
        out.write(bytes(gap()));
      }
      for (Path part : parts.reversed()) {
        Files.copy(part, out);
        Files.delete(part);
      }
      if (format == Format.HTML) {
        out.write(bytes(html.end()));
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private String gap() {
    String sentence = "Older messages are in the archive, and the server could not be reached.";
    return format == Format.HTML
        ? html.note(sentence)
        : new JsonLine("gap")
                .put("reason", "archive_unreachable")
                .put("reason_text", sentence)
                .end()
            + "\n";
  }

  /// Writes the parts of a conversation, the newest first.
  ///
  /// @return whether the beginning was reached
  private boolean parts(Contact peer, List<Path> parts) throws IOException {
    Conversation conversation = conversation(peer);
    Optional<MessageView.Place> before = Optional.empty();
    while (true) {
      List<MessageView> page;
      try {
        page =
            before.isEmpty()
                ? conversation.messages(PART)
                : conversation.messagesBefore(before.get(), PART);
      } catch (SottoException e) {
        if (e.code() == Code.SERVER_UNREACHABLE) {
          return false;
        }
        throw e;
      }
      if (page.isEmpty()) {
        return true;
      }
      before = Optional.of(page.getFirst().place());
      Path part = folder.resolve("part-" + parts.size());
      parts.add(part);
      try (Writer out = Files.newBufferedWriter(part)) {
        for (MessageView message : page) {
          out.write(message(peer, message));
        }
      }
      done += page.size();
      progress.accept(new HistoryProgress(done, Math.max(total, done)));
    }
  }

  private String message(Contact peer, MessageView message) throws IOException {
    List<ExportedFile> files = new ArrayList<>();
    for (FileView file : message.files()) {
      files.add(file(peer, file));
    }
    return format == Format.HTML ? html.message(message, files) : json(message, files);
  }

  private static String json(MessageView message, List<ExportedFile> files) {
    Map<FileView, ExportedFile> exported =
        files.stream().collect(Collectors.toMap(ExportedFile::file, Function.identity()));
    JsonLine line = new JsonLine("message");
    MessageJson.fields(
        line,
        message,
        (at, file) -> {
          Optional<ExportedFile> of = Optional.ofNullable(exported.get(file));
          at.put("path", of.flatMap(ExportedFile::path))
              .put("problem", of.flatMap(ExportedFile::problem));
        });
    return line.end() + "\n";
  }

  private ExportedFile file(Contact peer, FileView file) throws IOException {
    if (!media) {
      return new ExportedFile(file, Optional.empty(), Optional.empty());
    }
    Path into = folder.resolve(MEDIA).resolve(peer.name());
    Files.createDirectories(into);
    Optional<String> problem;
    try {
      switch (sotto.save(file, into)) {
        case SaveResult.Saved(Path path) -> {
          saved++;
          return new ExportedFile(
              file,
              Optional.of(MEDIA + "/" + peer.name() + "/" + path.getFileName()),
              Optional.empty());
        }
        case SaveResult.Gone() -> problem = Optional.of("no longer on the server");
        case SaveResult.Damaged() -> problem = Optional.of("damaged on the server");
      }
    } catch (SottoException e) {
      if (e.code() != Code.SERVER_UNREACHABLE) {
        throw e;
      }
      problem = Optional.of("missing: the server could not be reached");
    }
    missing++;
    return new ExportedFile(file, Optional.empty(), problem);
  }
}
