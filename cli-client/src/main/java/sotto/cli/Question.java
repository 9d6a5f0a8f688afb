package sotto.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// A question with yes or no. Asked where a person sits at both ends; a program has decided by
/// running the command.
final class Question {
  private static final int LONGEST = 64;

  private Question() {}

  /// Asks, if there is somebody to ask.
  ///
  /// @param sure whether the answer was given on the command line
  /// @param safe the question, safe for a terminal
  /// @return whether to go on; an end of the input is a no
  static boolean agreed(Session session, boolean sure, String safe) {
    if (sure || session.json() || !session.host().terminal()) {
      return true;
    }
    session.out().text(safe + " [y/N] ");
    String answer = line(session.host().in()).strip().toLowerCase(Locale.ROOT);
    return answer.equals("y") || answer.equals("yes");
  }

  /// Has something typed by the person who sits at the terminal.
  ///
  /// @param safe what to say, safe for a terminal
  /// @return whether it was typed
  static boolean typed(Session session, String safe, String wanted) {
    session.out().text(safe);
    return line(session.host().in()).strip().equals(wanted);
  }

  private static String line(InputStream in) {
    byte[] typed = new byte[LONGEST];
    int length = 0;
    try {
      for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
        if (length < LONGEST) {
          typed[length++] = (byte) c;
        }
      }
    } catch (IOException e) {
      return "";
    }
    return new String(typed, 0, length, StandardCharsets.UTF_8);
  }
}
