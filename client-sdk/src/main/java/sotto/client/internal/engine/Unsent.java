package sotto.client.internal.engine;

import java.util.Optional;
import sotto.client.Status;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Events;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.Messages;
import sotto.client.internal.store.OutboxRow.Kind;

/// What a user can do about an own message that has not been sent. Any thread but the lane.
public final class Unsent {
  private static final int ENVELOPE_ID = 16;

  private final Core core;
  private final Outbox outbox;
  private final GroupOutbox groupOutbox;
  private final Uploads uploads;

  Unsent(Core core, Outbox outbox, GroupOutbox groupOutbox, Uploads uploads) {
    this.groupOutbox = groupOutbox;
    this.core = core;
    this.outbox = outbox;
    this.uploads = uploads;
  }

  /// Takes a message back that was never encrypted (protocol L2): nothing of it has left but blobs,
  /// which nobody can read or find.
  ///
  /// @return whether it was; false = it may be at the server
  public boolean cancel(long row) {
    boolean cancelled = core.lane().call(tx -> cancel(tx, row));
    if (cancelled) {
      uploads.cancelled(row);
    }
    return cancelled;
  }

  private boolean cancel(Transaction tx, long row) {
    Optional<Messages.State> state = core.store().messages().state(row);
    if (state.filter(s -> s.status() == Status.QUEUED).isEmpty()
        || (!core.store().outgoing().removeUnsealed(row)
            && !core.store().groupOutgoing().removeUnsealed(row))) {
      return false;
    }
    core.store().attached().giveUp(row);
    core.fail(tx, row, Failures.CANCELLED);
    wake(tx, state.get().contact());
    return true;
  }

  private void wake(Transaction tx, long contact) {
    core.store()
        .contacts()
        .find(contact)
        .flatMap(ContactRow::account)
        .ifPresent(account -> tx.afterCommit(() -> outbox.wake(account)));
    tx.afterCommit(() -> groupOutbox.wake(contact));
    tx.afterCommit(core.progress()::raise);
  }

  /// Queues a failed message again, at the end; its id stays, so that nobody sees it twice.
  ///
  /// @return whether it was; false = it has not failed, or would fail again for the same reason
  public boolean retry(long row) {
    boolean queued = core.lane().call(tx -> retry(tx, row));
    if (queued) {
      uploads.wake();
    }
    return queued;
  }

  private boolean retry(Transaction tx, long row) {
    Optional<Messages.State> state = core.store().messages().state(row);
    Optional<ContactRow> contact =
        state.map(Messages.State::contact).flatMap(core.store().contacts()::find);
    if (contact.isEmpty()
        || contact.get().blocked()
        || !uploads.complete(row)
        || !core.store().messages().requeue(row, core.clock().millis())) {
      return false;
    }
    core.store().attached().waitAgain(row);
    if (contact.get().group().isPresent()) {
      core.store().groupOutgoing().add(contact.get().id(), row, core.randomBytes(ENVELOPE_ID));
    } else {
      core.store()
          .outgoing()
          .add(
              contact.get().id(),
              contact.get().account(),
              Kind.MESSAGE,
              row,
              new byte[0],
              core.randomBytes(ENVELOPE_ID));
    }
    core.store()
        .events()
        .addMessage(Events.Kind.STATUS, row, Status.QUEUED.name(), core.clock().millis());
    tx.afterCommit(() -> {
      core.statuses().changed(row);
      core.events().stored();
    });
    wake(tx, contact.get().id());
    return true;
  }
}
