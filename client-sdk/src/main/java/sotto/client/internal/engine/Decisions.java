package sotto.client.internal.engine;

import java.util.List;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Lane.Transaction;

/// What a user decides about those who write to them. For the lane only.
///
/// ```
/// stranger (a request) ── accept, or write ──▶ accepted
/// stranger, accepted ── block ──▶ blocked ── unblock ──▶ stranger
/// ```
final class Decisions {
  /// A decision.
  enum Decision {
    /// *Read*, typing and presence go to the contact from now on.
    ACCEPT,
    /// What comes from the contact is dropped, and nothing goes there.
    BLOCK,
    /// The contact is a stranger again.
    UNBLOCK
  }

  private final Core core;
  private final Outbox outbox;
  private final Presence presence;
  private final AutoSaver autoSaver;
  private final SelfProfile profile;

  Decisions(Core core, Outbox outbox, Presence presence, AutoSaver autoSaver, SelfProfile profile) {
    this.core = core;
    this.outbox = outbox;
    this.presence = presence;
    this.autoSaver = autoSaver;
    this.profile = profile;
  }

  /// Keeps a decision: the one place where they come together, whatever device they are made on.
  void decide(Transaction tx, ContactRow contact, Decision decision) {
    switch (decision) {
      case ACCEPT -> {
        refuseIfBlocked(contact);
        core.store().contacts().accept(contact.id());
        tx.afterCommit(autoSaver::wake);
        // Its picture may be fetched now.
        tx.afterCommit(profile::lookAgain);
      }
      case BLOCK -> {
        if (block(tx, contact) && contact.accepted()) {
          // The contact has the key to this account's profile and presence.
          profile.rotate(tx);
        }
      }
      case UNBLOCK -> core.store().contacts().setBlocked(contact.id(), false);
    }
  }

  /// Does what was decided on another own device, which sees to the key.
  void decidedElsewhere(Transaction tx, ContactRow contact, boolean blocked) {
    if (blocked) {
      var _ = block(tx, contact);
    } else {
      core.store().contacts().setBlocked(contact.id(), false);
    }
  }

  /// @throws SottoException CONTACT_BLOCKED
  static void refuseIfBlocked(ContactRow contact) {
    if (contact.blocked()) {
      throw SottoException.of(
          Code.CONTACT_BLOCKED, "You have blocked " + contact.contact().name() + ".");
    }
  }

  /// @return whether it was not blocked before
  private boolean block(Transaction tx, ContactRow contact) {
    if (contact.blocked()) {
      return false;
    }
    core.store().contacts().setBlocked(contact.id(), true);
    List<Long> unsent = core.store().outgoing().stop(contact.id());
    unsent.forEach(message -> {
      core.store().attached().giveUp(message);
      core.fail(tx, message, Failures.BLOCKED);
    });
    contact
        .account()
        .ifPresent(account ->
            tx.afterCommit(() -> {
              presence.unwatch(account);
              outbox.wake(account);
            }));
    tx.afterCommit(core.progress()::raise);
    return true;
  }
}
