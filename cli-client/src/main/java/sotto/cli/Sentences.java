package sotto.cli;

import sotto.cli.print.TerminalText;
import sotto.client.SottoException;

/// What a person reads when something failed: what happened, and what to do next.
final class Sentences {
  private Sentences() {}

  /// The failure's own sentence and the advice that fits it anywhere.
  static String of(SottoException e) {
    return join(e, advice(e));
  }

  /// The failure's own sentence and this advice.
  static String join(SottoException e, String advice) {
    String sentence = TerminalText.name(String.valueOf(e.getMessage()));
    return advice.isEmpty() ? sentence : stop(sentence) + " " + advice;
  }

  /// The same, ended like a sentence.
  static String stop(String sentence) {
    return sentence.isEmpty() || ".!?".indexOf(sentence.charAt(sentence.length() - 1)) >= 0
        ? sentence
        : sentence + ".";
  }

  private static String advice(SottoException e) {
    return switch (e.code()) {
      case NOT_REGISTERED -> "Register first: sotto register --server HOST:PORT USERNAME";
      case ALREADY_REGISTERED -> "Another account needs another --home.";
      case WRONG_PASSPHRASE -> "Check SOTTO_PASSPHRASE or --passphrase-file, and try again.";
      case HOME_IN_USE -> "Wait until that command ends, or use another --home.";
      case SERVER_UNREACHABLE -> "Check that the server runs and that you are online.";
      case SERVER_UNTRUSTED ->
          "Nothing was sent. Check the address, the CA file given to register, and this machine's"
              + " clock.";
      case UNKNOWN_USER -> "Check the spelling.";
      case CONTACT_CHANGED ->
          "'sotto verify USER' shows it, 'sotto verify USER --confirm' confirms it.";
      case CONTACT_BLOCKED -> "'sotto block --off USER' ends that.";
      case INVITE_REQUIRED -> "Ask its operator for one, and give it with --invite.";
      case INVITE_REFUSED -> "Check it for mistakes, or ask the server's operator for another.";
      case REGISTRATION_CLOSED, ACCOUNT_DISABLED -> "Ask its operator.";
      case LINK_FAILED -> "For a new code, run 'sotto link' on the new device.";
      case TOO_MANY_DEVICES -> "'sotto devices remove N' makes room.";
      case DEVICE_REMOVED ->
          "'sotto conversations' and 'sotto messages USER' show it. To link this machine again, use"
              + " another --home.";
      case ACCOUNT_DELETED ->
          "'sotto conversations' and 'sotto messages USER' show it; 'sotto account delete' removes it"
              + " here too.";
      case DISPLACED -> "Run the command again to take the connection back.";
      case RATE_LIMITED ->
          e.retryAfter()
              .map(wait -> "Try again in " + DurationConverter.text(wait) + ".")
              .orElse("Try again later.");
      case STORAGE_FULL -> "Make room on the disk; nothing was lost.";
      case BACKUP_WRONG_KEY -> "Nothing was changed.";
      case BACKUP_TRUNCATED -> "Copy it again from where it is whole.";
      case INTERNAL -> "SOTTO_DEBUG=1 shows more; please report it.";
      case CLOSED,
          REFUSED,
          LINK_DECLINED,
          USERNAME_TAKEN,
          TIMED_OUT,
          INVALID_INPUT,
          FILE,
          STORAGE_DAMAGED,
          BACKUP_DAMAGED ->
          "";
    };
  }
}
