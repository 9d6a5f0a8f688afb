package sotto.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// What a server logged: codes of the database may stand in it, its sentences and statements may
/// not, for they carry what was bound to them.
///
/// @param file the log
record ServerLog(Path file) {
  private static final Pattern SQL =
      Pattern.compile(
          "insert( ignore)? into|delete from|select .* from |update .* set |bindvars|duplicate entry"
              + "|rpc error|communications link|vttablet|target: ");
  private static final int MOST = 5;

  /// The lines that say too much, some of them.
  ///
  /// @param accounts ids of accounts, in hexadecimal, that must not stand in it
  List<String> complaints(List<String> accounts) {
    try (var lines = Files.lines(file)) {
      return lines
          .filter(line -> saysTooMuch(line, accounts))
          .limit(MOST)
          .map(line -> "the server's log says too much: " + line)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean saysTooMuch(String line, List<String> accounts) {
    var lower = line.toLowerCase(Locale.ROOT);
    return SQL.matcher(lower).find() || accounts.stream().anyMatch(lower::contains);
  }
}
