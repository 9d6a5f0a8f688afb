package sotto.client.internal.engine;

import java.util.List;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Lane.Transaction;
import sotto.crypto.AccessKey;

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

  Decisions(Core core, Outbox outbox, Presence presence, AutoSaver autoSaver) {
    this.core = core;
    this.outbox = outbox;
    this.presence = presence;
    this.autoSaver = autoSaver;
  }

  /// Keeps a decision: the one place where they come together, whatever device they are made on.
  void decide(Transaction tx, ContactRow contact, Decision decision) {
    switch (decision) {
      case ACCEPT -> {
        refuseIfBlocked(contact);
        core.store().contacts().accept(contact.id());
        tx.afterCommit(autoSaver::wake);
      }
      case BLOCK -> block(tx, contact);
      case UNBLOCK -> core.store().contacts().setBlocked(contact.id(), false);
    }
  }

  /// @throws SottoException CONTACT_BLOCKED
  static void refuseIfBlocked(ContactRow contact) {
    if (contact.blocked()) {
      throw SottoException.of(
          Code.CONTACT_BLOCKED, "You have blocked " + contact.contact().name() + ".");
    }
  }

  private void block(Transaction tx, ContactRow contact) {
    if (contact.blocked()) {
      return;
    }
    core.store().contacts().setBlocked(contact.id(), true);
    List<Long> unsent = core.store().outgoing().stop(contact.id());
    unsent.forEach(message -> {
      core.store().attached().giveUp(message);
      core.fail(tx, message, Failures.BLOCKED);
    });
    if (contact.accepted()) {
      hidePresence(tx);
    }
    contact
        .account()
        .ifPresent(account ->
            tx.afterCommit(() -> {
              presence.unwatch(account);
              outbox.wake(account);
            }));
    tx.afterCommit(core.progress()::raise);
  }

  /// The contact has the key that shows this account's presence: there is another from now on,
  /// which accepted contacts get with the next content that goes to them.
  private void hidePresence(Transaction tx) {
    AccessKey key = AccessKey.generate(core.random());
    core.store().settings().put(HomeAccount.ACCESS_KEY, key.bytes());
    tx.afterCommit(() -> {
      Identity self = core.self();
      core.setIdentity(
          new Identity(self.account(), self.address(), self.keys(), self.crypto(), key));
      presence.sayAgain();
    });
  }
}
