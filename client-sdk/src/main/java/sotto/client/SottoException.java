package sotto.client;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/// What went wrong, for a program ([#code]) and for a person ([#getMessage], one sentence).
public final class SottoException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// The kinds of failure.
  public enum Code {
    /// The home has no account yet.
    NOT_REGISTERED(false),
    /// The home has an account already.
    ALREADY_REGISTERED(false),
    /// The passphrase does not open the store; nothing was touched.
    WRONG_PASSPHRASE(false),
    /// Another process has the home open.
    HOME_IN_USE(true),
    /// This home was closed.
    CLOSED(false),
    /// The server does not answer.
    SERVER_UNREACHABLE(true),
    /// The server's certificate is not the one to trust.
    SERVER_UNTRUSTED(false),
    /// The server said no.
    REFUSED(false),
    /// The server asks to wait.
    RATE_LIMITED(true),
    /// Another account has the username.
    USERNAME_TAKEN(false),
    /// The server wants an invite of those who register.
    INVITE_REQUIRED(false),
    /// The invite is unknown, spent or too old.
    INVITE_REFUSED(false),
    /// The server takes no new accounts.
    REGISTRATION_CLOSED(false),
    /// The server's operator has disabled the account.
    ACCOUNT_DISABLED(false),
    /// Nobody has the username.
    UNKNOWN_USER(false),
    /// The contact's account changed; confirm before sending.
    CONTACT_CHANGED(false),
    /// The user has blocked the contact.
    CONTACT_BLOCKED(false),
    /// Another stream of this device took over.
    DISPLACED(false),
    /// A link between two devices did not come to be: a wrong, used or expired code, or the other
    /// device gave up.
    LINK_FAILED(false),
    /// The user of the other device, or of this one, declined the link.
    LINK_DECLINED(false),
    /// The account can have no more devices.
    TOO_MANY_DEVICES(false),
    /// This device was removed from its account; what it has stays readable.
    DEVICE_REMOVED(false),
    /// The account was deleted; what this device has stays readable.
    ACCOUNT_DELETED(false),
    /// It took longer than was given.
    TIMED_OUT(true),
    /// An argument is out of its bounds; [SottoException#field] names it.
    INVALID_INPUT(false),
    /// A file to send cannot be read, or a file cannot be saved.
    FILE(false),
    /// The disk is full or the store cannot be written.
    STORAGE_FULL(true),
    /// The store is damaged, or of a newer version.
    STORAGE_DAMAGED(false),
    /// The backup cannot be opened with this recovery code or passphrase.
    BACKUP_WRONG_KEY(false),
    /// The end of the backup is missing.
    BACKUP_TRUNCATED(false),
    /// The backup, or a part of it, is damaged, or it is none, or of a newer version.
    BACKUP_DAMAGED(false),
    /// A fault of this program.
    INTERNAL(false);

    private final boolean retryable;

    Code(boolean retryable) {
      this.retryable = retryable;
    }

    /// The code as a stable word in lower case, such as `not_registered`.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Code code;
  private final String field;
  private final long retryAfterMillis;

  private SottoException(
      Code code, String sentence, String field, long retryAfterMillis, Optional<Throwable> cause) {
    super(sentence, cause.orElse(null));
    this.code = code;
    this.field = field;
    this.retryAfterMillis = retryAfterMillis;
  }

  /// A failure.
  ///
  /// @param sentence for a person; names no secret and no content
  public static SottoException of(Code code, String sentence) {
    return new SottoException(code, sentence, "", -1, Optional.empty());
  }

  /// A failure with its cause.
  public static SottoException of(Code code, String sentence, Throwable cause) {
    return new SottoException(code, sentence, "", -1, Optional.of(cause));
  }

  /// A refusal with the time to wait.
  public static SottoException retryAfter(String sentence, Duration wait) {
    return new SottoException(
        Code.RATE_LIMITED, sentence, "", Math.max(0, wait.toMillis()), Optional.empty());
  }

  /// A failure that passes, with the time to wait if the server gave one.
  ///
  /// @param sentence for a person; names no secret and no content
  public static SottoException of(
      Code code, String sentence, Throwable cause, Optional<Duration> wait) {
    long millis = wait.map(w -> Math.max(0, w.toMillis())).orElse(-1L);
    return new SottoException(code, sentence, "", millis, Optional.of(cause));
  }

  /// An argument out of its bounds.
  public static SottoException invalid(String field, String sentence) {
    return new SottoException(Code.INVALID_INPUT, sentence, field, -1, Optional.empty());
  }

  /// What kind it is.
  public Code code() {
    return code;
  }

  /// Whether the same call could succeed later without anything being changed.
  public boolean retryable() {
    return code.retryable;
  }

  /// The argument that is out of its bounds.
  public Optional<String> field() {
    return field.isEmpty() ? Optional.empty() : Optional.of(field);
  }

  /// How long the server asks to wait.
  public Optional<Duration> retryAfter() {
    return retryAfterMillis < 0
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(retryAfterMillis));
  }
}
