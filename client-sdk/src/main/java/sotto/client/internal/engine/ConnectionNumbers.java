package sotto.client.internal.engine;

import sotto.client.internal.store.Events;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.Settings;

/// The numbers that this device says hello with, by which a server tells a home that was copied or
/// put back from the one that went on (protocol C1). For the lane only.
///
/// ```
/// answered ── the next number is committed ──▶ unanswered, and stays so when the connection breaks
/// unanswered ── welcome ──▶ answered
/// unanswered ── diverged ──▶ sessions archived, unanswered, a number above the highest; mending ── pre-keys replaced ──▶ mended
/// ```
///
/// A number that was not answered is said again: with a greater one a home whose *diverged* got
/// lost would pass for the one that went on. When the *welcome* got lost the server calls that
/// diverged too, and sessions are begun anew for nothing; only then nobody is told.
final class ConnectionNumbers {
  /// A number to say hello with.
  ///
  /// @param value the number
  /// @param again whether it may have been said before
  record Numbered(long value, boolean again) {}

  private static final String LAST = "connection_number";
  private static final String UNANSWERED = "connection_unanswered";
  private static final String MENDING = "connection_mending";

  private final Core core;

  ConnectionNumbers(Core core) {
    this.core = core;
  }

  /// The number to say hello with.
  Numbered next() {
    Settings settings = core.store().settings();
    long last = settings.number(LAST).orElse(0L);
    if (settings.number(UNANSWERED).isPresent()) {
      return new Numbered(last, true);
    }
    return above(last);
  }

  private Numbered above(long number) {
    long next = number + 1;
    core.store().settings().put(LAST, next);
    core.store().settings().put(UNANSWERED, 1);
    return new Numbered(next, false);
  }

  /// The server has welcomed the number.
  void welcomed() {
    core.store().settings().remove(UNANSWERED);
  }

  /// The server has had a number as high: another home goes on as this device, or this one's own
  /// welcome was lost. No session and no pre-key is used again.
  Numbered diverged(Transaction tx, Numbered refused, long highest) {
    core.self().crypto().archiveAll();
    core.store().sql().update("DELETE FROM sender_key");
    core.store().preKeys().leap(core.random());
    core.store().settings().put(MENDING, 1);
    if (!refused.again() || highest > refused.value()) {
      core.store().events().addContact(Events.Kind.DIVERGED, 0, "", core.clock().millis());
      tx.afterCommit(core.events()::stored);
    }
    return above(Math.max(highest, refused.value()));
  }

  /// Whether pre-keys have to be replaced before the device is heard again.
  boolean mending() {
    return core.store().settings().number(MENDING).isPresent();
  }

  /// They are.
  void mended() {
    core.store().settings().remove(MENDING);
  }
}
