package sotto.standalone;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// A file whose first line is a password.
final class PasswordFile {
  private PasswordFile() {}

  /// The password.
  ///
  /// @throws CannotServe if there is no such file, or no password in it
  static String read(Path file) throws IOException {
    try (var lines = Files.newBufferedReader(file)) {
      var line = lines.readLine();
      if (line == null || line.isEmpty()) {
        throw new CannotServe("the password file " + file + " has nothing in its first line");
      }
      return line;
    } catch (NoSuchFileException e) {
      throw new CannotServe("there is no password file " + file, e);
    } catch (CharacterCodingException e) {
      throw new CannotServe("the password file " + file + " is not a text in UTF-8", e);
    }
  }
}
