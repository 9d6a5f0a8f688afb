package sotto.client.internal.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/// Takes a home away: first a mark says that it goes, then the file goes without which nothing of
/// it can be decrypted, then the rest; the mark goes last. What was saved in `files` stays, as it
/// would anywhere else. For whoever has the home's lock.
///
/// ```
/// marked ── files gone ──▶ gone          a home that is marked is none: it is taken away when it is
///                                        opened
/// ```
final class HomeRemoval {
  private static final String MARK = "deleted";
  private static final List<String> FILES =
      List.of(
          "kdf",
          "kdf.part",
          "store.db",
          "store.db-wal",
          "store.db-shm",
          "store.db-journal",
          "outgoing",
          "archive",
          "backup",
          "incoming",
          MARK + ".part",
          MARK);

  private final Path home;

  HomeRemoval(Path home) {
    this.home = home;
  }

  /// Whether the home is to go.
  boolean begun() {
    return Files.exists(home.resolve(MARK));
  }

  /// From here on the home is none.
  void begin() throws IOException {
    DurableFiles.write(home, MARK, List.of("the account was deleted"));
  }

  /// Takes away what is left.
  void finish() throws IOException {
    for (String file : FILES) {
      remove(home.resolve(file));
      DurableFiles.syncFolder(home);
    }
  }

  private static void remove(Path root) throws IOException {
    if (Files.exists(root)) {
      try (var all = Files.walk(root)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      }
    }
  }
}
