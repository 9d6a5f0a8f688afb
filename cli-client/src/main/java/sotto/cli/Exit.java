package sotto.cli;

import sotto.client.SottoException;

/// How the process ends; part of what scripts rely on.
enum Exit {
  OK(0, "done"),
  FAILED(1, "failed"),
  USAGE(2, "the command line is wrong"),
  NOT_REGISTERED(3, "this home has no account"),
  PASSPHRASE(4, "the passphrase is missing or wrong"),
  SERVER(5, "the server cannot be reached or is not trusted"),
  REFUSED(6, "the server refused"),
  TIMED_OUT(7, "it took too long; a message stays queued"),
  HOME_IN_USE(8, "another process has this home open"),
  REMOVED(9, "this device was removed from its account, or the account was deleted");

  private final int code;
  private final String meaning;

  Exit(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  int code() {
    return code;
  }

  String meaning() {
    return meaning;
  }

  static Exit of(SottoException.Code code) {
    return switch (code) {
      case NOT_REGISTERED -> NOT_REGISTERED;
      case WRONG_PASSPHRASE, BACKUP_WRONG_KEY -> PASSPHRASE;
      case SERVER_UNREACHABLE, SERVER_UNTRUSTED -> SERVER;
      case REFUSED,
          RATE_LIMITED,
          USERNAME_TAKEN,
          INVITE_REQUIRED,
          INVITE_REFUSED,
          REGISTRATION_CLOSED,
          ACCOUNT_DISABLED,
          UNKNOWN_USER,
          LINK_FAILED,
          LINK_DECLINED,
          TOO_MANY_DEVICES ->
          REFUSED;
      case DEVICE_REMOVED, ACCOUNT_DELETED -> REMOVED;
      case TIMED_OUT -> TIMED_OUT;
      case HOME_IN_USE -> HOME_IN_USE;
      case INVALID_INPUT -> USAGE;
      case ALREADY_REGISTERED,
          CLOSED,
          CONTACT_CHANGED,
          CONTACT_BLOCKED,
          DISPLACED,
          FILE,
          STORAGE_FULL,
          STORAGE_DAMAGED,
          BACKUP_TRUNCATED,
          BACKUP_DAMAGED,
          INTERNAL ->
          FAILED;
    };
  }
}
