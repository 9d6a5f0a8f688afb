package sotto.client.internal.engine;

import io.opentelemetry.api.trace.Tracer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import sotto.chain.AccountId;
import sotto.client.Contact;
import sotto.client.Event;
import sotto.client.Failure;
import sotto.client.MessageId;
import sotto.client.SottoException;
import sotto.client.Status;
import sotto.client.internal.net.Standing;
import sotto.client.internal.store.Events;
import sotto.client.internal.store.Lane;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.Store;

/// What every part of the engine stands on.
final class Core {
  private static final long CLOCKS_APART = Duration.ofMinutes(10).toMillis();
  private static final long MAILBOX_LIFE = Duration.ofDays(31).toMillis();

  private final Store store;
  private final Lane lane;
  private final ServerClock clock;
  private final SecureRandom random;
  private final Timers timers;
  private final Tracer tracer;
  private final EventHub events = new EventHub();
  private final StatusBoard statuses = new StatusBoard();
  private final Signal progress = new Signal();
  private final Set<AccountId> fetching = ConcurrentHashMap.newKeySet();
  private volatile Optional<Identity> identity = Optional.empty();
  private volatile Optional<Session> session = Optional.empty();
  private volatile boolean closed;
  private volatile Standing standing = Standing.LISTED;

  Core(
      Store store,
      Lane lane,
      ServerClock clock,
      SecureRandom random,
      Timers timers,
      Tracer tracer) {
    this.store = store;
    this.lane = lane;
    this.clock = clock;
    this.random = random;
    this.timers = timers;
    this.tracer = tracer;
  }

  /// For the lane only.
  Store store() {
    return store;
  }

  Lane lane() {
    return lane;
  }

  ServerClock clock() {
    return clock;
  }

  SecureRandom random() {
    return random;
  }

  Timers timers() {
    return timers;
  }

  /// Makes the spans of messages.
  Tracer tracer() {
    return tracer;
  }

  EventHub events() {
    return events;
  }

  StatusBoard statuses() {
    return statuses;
  }

  /// Raised when something that callers wait for may have happened: connection, mailbox, outbox.
  Signal progress() {
    return progress;
  }

  Optional<Identity> identity() {
    return identity;
  }

  Identity self() {
    return identity.orElseThrow(() ->
        SottoException.of(
            SottoException.Code.NOT_REGISTERED, "This home has no account yet: register."));
  }

  void setIdentity(Identity known) {
    identity = Optional.of(known);
  }

  /// The connection, while there is one.
  Optional<Session> session() {
    return session;
  }

  void setSession(Optional<Session> current) {
    session = current;
  }

  boolean closed() {
    return closed;
  }

  /// This device is in its account's list no more, or the account is no more.
  void setStanding(Standing left) {
    standing = left;
    progress.raise();
  }

  Standing standing() {
    return standing;
  }

  /// Insists that this device may still act for its account.
  void requireListed() {
    switch (standing) {
      case REMOVED -> throw Failures.removed();
      case ENDED -> throw Failures.ended();
      case LISTED -> {}
    }
  }

  void close() {
    closed = true;
    progress.raise();
    statuses.wakeAll();
    events.stored();
  }

  byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  MessageId newMessageId() {
    return MessageId.of(randomBytes(MessageId.LENGTH));
  }

  /// Whether a message arrives from a device or member that may send no more: if it was accepted
  /// before that ended. For the time in which it may have waited in a mailbox, and not longer: a
  /// server that sides with who was removed could still show something as from before.
  ///
  /// @param endedAt when it ended, milliseconds since 1970
  /// @param acceptedAt when the message was accepted, the same
  boolean stillArrives(long endedAt, long acceptedAt) {
    return acceptedAt <= endedAt + CLOCKS_APART && clock.millis() <= endedAt + MAILBOX_LIFE;
  }

  /// Runs something that calls the server, on a thread of its own.
  void inBackground(String name, Runnable action) {
    Thread.ofVirtual()
        .name("sotto-" + name)
        .start(() -> {
          try {
            action.run();
          } catch (SottoException e) {
            // The server's or the network's; the next connection tries again.
          } finally {
            progress.raise();
          }
        });
  }

  /// As [#inBackground], one at a time for each account: while one runs, another is not started.
  ///
  /// @param then runs after it, when another may be started again; not if it failed
  void fetching(AccountId account, Runnable action, Runnable then) {
    if (fetching.add(account)) {
      inBackground(
          "chain",
          () -> {
            try {
              action.run();
            } finally {
              fetching.remove(account);
            }
            then.run();
          });
    }
  }

  /// Moves an own message forward, and says so.
  void advance(Transaction transaction, long message, Status status) {
    if (store.messages().advance(message, status)) {
      statusChanged(transaction, message, status);
    }
  }

  /// Fails an own message, and says so.
  void fail(Transaction transaction, long message, Failure failure) {
    if (store.messages().fail(message, failure)) {
      statusChanged(transaction, message, Status.FAILED);
    }
  }

  /// Fails an own message of which nothing was heard after it was sent, and says so.
  void giveUp(Transaction transaction, long message, Failure failure) {
    if (store.messages().giveUp(message, failure)) {
      statusChanged(transaction, message, Status.FAILED);
    }
  }

  private void statusChanged(Transaction transaction, long message, Status status) {
    store.events().addMessage(Events.Kind.STATUS, message, status.name(), clock.millis());
    transaction.afterCommit(() -> {
      statuses.changed(message);
      events.stored();
    });
  }

  /// Says that a contact is not who it was.
  void announce(Transaction transaction, long contact, String sentence) {
    store.events().addContact(Events.Kind.CONTACT, contact, sentence, clock.millis());
    transaction.afterCommit(events::stored);
  }

  /// Hands a live event about an account's contact on.
  void live(AccountId account, Function<Contact, Event> event) {
    store
        .contacts()
        .find(account)
        .ifPresent(contact -> events.live(event.apply(contact.contact())));
  }
}
