package sotto.cli.chat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import sotto.cli.print.SavedFile;
import sotto.cli.print.TerminalText;
import sotto.client.FileView;
import sotto.client.SaveResult;
import sotto.client.Sotto;

/// Files that were opened from a conversation: saved to a folder that only this user can read,
/// which goes when the conversation ends.
///
/// Only pictures, sounds, films, plain texts and PDF are opened: what else there is may be a
/// program to the desktop.
final class OpenedFiles implements AutoCloseable {
  private static final Set<String> HARMLESS =
      Set.of(
          "png", "jpg", "jpeg", "gif", "webp", "bmp", "mp3", "ogg", "oga", "opus", "wav", "flac",
          "m4a", "mp4", "webm", "ogv", "mkv", "mov", "txt", "pdf");

  private final String viewer;
  private final List<Path> folders = new ArrayList<>();

  OpenedFiles(String viewer) {
    this.viewer = viewer;
  }

  /// Saves and opens a file.
  ///
  /// @return what happened, safe for a terminal
  String open(Sotto sotto, FileView file) {
    String name = TerminalText.name(file.name());
    if (!harmless(file.name())) {
      return name + " is of a kind that is not opened from here; /save it instead.";
    }
    try {
      Path folder = Files.createTempDirectory("sotto-");
      folders.add(folder);
      SaveResult result = sotto.save(file, folder);
      if (!(result instanceof SaveResult.Saved(Path saved))) {
        return name + " " + new SavedFile(result).sentence();
      }
      new ProcessBuilder(viewer, saved.toAbsolutePath().toString())
          .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
      return "%s is at %s until this conversation ends, opened with %s"
          .formatted(name, TerminalText.name(saved.toString()), viewer);
    } catch (IOException e) {
      return name + " cannot be opened: " + viewer + " does not start, or the disk is full.";
    }
  }

  /// By the ending, which saving a file keeps, as desktops go by it.
  private static boolean harmless(String name) {
    return HARMLESS.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
  }

  /// Deletes what was opened.
  @Override
  public void close() {
    for (Path folder : folders) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          Files.deleteIfExists(file);
        }
        Files.deleteIfExists(folder);
      } catch (IOException e) {
        // The system clears its temporary folder.
      }
    }
  }
}
