package sotto.client.internal.engine;

import sotto.client.Failure;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// Why messages fail or wait, in words.
final class Failures {
  static final Failure UNKNOWN_RECIPIENT =
      new Failure("unknown_recipient", "There is no such user.", false);
  static final Failure ACCOUNT_GONE =
      new Failure("account_gone", "The recipient's account is gone.", false);
  static final Failure EXPIRED =
      new Failure("expired", "It could not be delivered to the server within 14 days.", true);
  static final Failure UNCONFIRMED =
      new Failure("expired", "It was not confirmed within 31 days that it arrived.", true);
  static final Failure TOO_LARGE =
      new Failure("too_large", "It is larger than the server takes.", false);
  static final Failure INVALID = new Failure("invalid", "The server refuses it.", false);
  static final Failure STILL_MISMATCHED =
      new Failure(
          "still_mismatched", "The recipient's device list kept changing; try again.", true);
  static final Failure UNTRUSTED_KEYS =
      new Failure(
          "untrusted_keys",
          "The server offers keys that are not the recipient's: nothing was sent.",
          true);
  static final Failure FILE_GONE =
      new Failure("file_gone", "The encrypted copy of its file is gone.", false);
  static final Failure QUOTA =
      new Failure("quota_exceeded", "The server has no room for more files of this account.", true);

  /// What a device hears that is not its account's any more.
  static SottoException removed() {
    return SottoException.of(
        Code.DEVICE_REMOVED,
        "This device was removed from its account. What it has stays readable.");
  }

  /// What is heard by whoever wants something of an account that was deleted.
  static SottoException ended() {
    return SottoException.of(
        Code.ACCOUNT_DELETED, "The account was deleted. What this device has stays readable.");
  }

  static final Failure CANCELLED = new Failure("cancelled", "You cancelled it.", false);

  static final Failure QUOTA_WAITS =
      new Failure(
          "quota_exceeded", "The server takes no more files just now; it is tried again.", true);
  static final Failure UPLOAD_WAITS =
      new Failure("upload_waits", "The upload broke off; it goes on from there.", true);
  static final Failure MAILBOX_FULL =
      new Failure("mailbox_full", "The recipient's mailbox is full; it is tried again.", true);
  static final Failure RATE_LIMITED =
      new Failure("rate_limited", "The server asks to go slower; it is tried again.", true);
  static final Failure SERVER_BUSY =
      new Failure("server_unavailable", "The server cannot take it now; it is tried again.", true);
  static final Failure CONTACT_CHANGED =
      new Failure(
          "contact_changed", "The contact's account changed; it waits for confirmation.", true);
  static final Failure NOT_A_MEMBER =
      new Failure("not_a_member", "You are not a member of the group.", false);
  static final Failure MAY_NOT_WRITE =
      new Failure("may_not_write", "Only owners and admins write to this group.", true);
  static final Failure GROUP_ENDED = new Failure("group_ended", "The group has ended.", false);
  static final Failure GROUP_CONTRADICTED =
      new Failure(
          "group_contradicted",
          "The group's history contradicts itself; accept it to go on.",
          true);
  static final Failure BLOCKED = new Failure("blocked", "You have blocked the contact.", true);

  private Failures() {}
}
