package sotto.client.internal.store;

import sotto.client.SottoException;

/// Gives the pages that deleted rows leave behind back to the disk.
final class Room {
  private static final long WORTH_IT = 4L * 1024 * 1024;

  private Room() {}

  /// Writes the file anew without its free pages if they are a third of it, and some megabytes. As
  /// that takes as much room for a moment, it is left for another time where there is none.
  static void giveBack(Sql sql) {
    long pages = sql.number("PRAGMA page_count");
    long free = sql.number("PRAGMA freelist_count");
    if (free * 3 < pages || free * sql.number("PRAGMA page_size") < WORTH_IT) {
      return;
    }
    try {
      sql.run("VACUUM");
    } catch (SottoException e) {
      // SQLite has left the file as it was.
    }
  }
}
