package sotto.client.internal.engine;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import sotto.chain.AccountId;
import sotto.client.Event;
import sotto.client.SottoException;
import sotto.client.Username;
import sotto.client.Verification;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Lane.Transaction;

/// Usernames: looks them up, pins them to accounts, and notices when one leads elsewhere.
final class Names {
  private static final long RETRY_MILLIS = 5_000;
  private static final long RECHECK_NANOS = Duration.ofMinutes(1).toNanos();

  private final Core core;
  private final Outbox outbox;
  private final Map<Long, Long> checked = new ConcurrentHashMap<>();
  private final AtomicBoolean looking = new AtomicBoolean();
  // Something came since the names were last read.
  private final AtomicBoolean wanted = new AtomicBoolean();
  // The last look-up did not come to its end.
  private volatile boolean brokenOff;
  private volatile boolean checkedSinceConnect;
  private volatile Consumer<AccountId> onAccessKey = _ -> {};

  Names(Core core, Outbox outbox) {
    this.core = core;
    this.outbox = outbox;
  }

  void onAccessKey(Consumer<AccountId> action) {
    onAccessKey = action;
  }

  void accessKeyLearned(AccountId account) {
    onAccessKey.accept(account);
  }

  /// The accounts to which nothing may go before their name was looked up: verified contacts that
  /// something waits for. On the lane.
  Set<AccountId> held() {
    return core.store().contacts().awaited().stream()
        .filter(c -> c.verification() == Verification.VERIFIED)
        .flatMap(c -> c.account().stream())
        .collect(Collectors.toSet());
  }

  /// Looks up what a new connection makes possible, and checks the names that something waits for.
  /// Blocks; not on the lane.
  void connected(ServerCalls calls) {
    brokenOff = true;
    try {
      checkAll(calls);
      brokenOff = false;
    } catch (SottoException e) {
      later(e);
      throw e;
    } finally {
      checkedSinceConnect = true;
      core.progress().raise();
    }
  }

  private void checkAll(ServerCalls calls) {
    List<ContactRow> awaited = core.lane().call(_ -> core.store().contacts().awaited());
    Set<AccountId> held = core.lane().call(_ -> held());
    try {
      for (ContactRow contact : awaited) {
        if (held.contains(contact.account().orElseThrow())) {
          check(calls, contact);
        }
      }
    } finally {
      core.lane()
          .call(tx -> {
            tx.afterCommit(() -> held.forEach(outbox::release));
            return true;
          });
    }
    lookUp(calls);
    for (ContactRow contact : awaited) {
      if (!held.contains(contact.account().orElseThrow())) {
        check(calls, contact);
      }
    }
  }

  /// Looks up names and hints that are new. Any thread.
  void wake() {
    wanted.set(true);
    core.session()
        .ifPresent(session -> {
          if (looking.compareAndSet(false, true)) {
            core.inBackground("names", () -> lookUpWanted(session.calls()));
          }
        });
  }

  private void lookUpWanted(ServerCalls calls) {
    brokenOff = true;
    try {
      while (wanted.getAndSet(false)) {
        lookUp(calls);
      }
      brokenOff = false;
    } catch (SottoException e) {
      later(e);
      throw e;
    } finally {
      looking.set(false);
      core.events().stored();
    }
    if (wanted.get()) {
      wake();
    }
  }

  /// The server could not answer: it is asked again, if it is not gone.
  private void later(SottoException why) {
    brokenOff = true;
    core.timers().after(why.retryAfter().map(Duration::toMillis).orElse(RETRY_MILLIS), this::wake);
  }

  /// Whether the names that messages brought have been looked up, or cannot be now. On the lane,
  /// maybe in the transaction that stores such a message, whose look-up begins only after it.
  boolean settled() {
    return checkedSinceConnect && (core.store().contacts().hinted().isEmpty() || notNow());
  }

  private boolean notNow() {
    return core.session().isEmpty() || (brokenOff && checkedSinceConnect && !looking.get());
  }

  /// Whether an event is about a stranger whose name is being looked up. On the lane.
  boolean awaitedBy(Event event) {
    return event instanceof Event.MessageReceived received
        && received.message().from().username().isEmpty()
        && !notNow()
        && received
            .message()
            .from()
            .account()
            .flatMap(core.store().contacts()::find)
            .flatMap(ContactRow::hint)
            .isPresent();
  }

  /// A new connection: names are to be looked up again.
  void connecting() {
    checkedSinceConnect = false;
  }

  private void lookUp(ServerCalls calls) {
    for (ContactRow contact : core.lane().call(_ -> core.store().contacts().unresolved())) {
      Username username = contact.username().orElseThrow();
      Optional<AccountId> found = calls.lookUp(username);
      core.lane().call(tx -> resolved(tx, username, found));
    }
    Set<Long> tried = new HashSet<>();
    while (true) {
      List<ContactRow> hinted =
          core.lane().call(_ -> core.store().contacts().hinted()).stream()
              .filter(c -> tried.add(c.id()))
              .toList();
      if (hinted.isEmpty()) {
        return;
      }
      hinted.forEach(contact -> hint(calls, contact));
    }
  }

  /// A name that a stranger claims is shown only if the server says that it is theirs, and it is
  /// not pinned to someone else.
  private void hint(ServerCalls calls, ContactRow contact) {
    Username claimed = new Username(contact.hint().orElseThrow());
    boolean theirs = calls.lookUp(claimed).equals(contact.account());
    core.lane()
        .call(tx -> {
          boolean free =
              core.store().contacts().find(claimed).map(c -> c.account().isEmpty()).orElse(true);
          core.store().contacts().setHint(contact.id(), Optional.empty());
          tx.afterCommit(core.events()::stored);
          if (theirs && free) {
            AccountId account = contact.account().orElseThrow();
            core.store().contacts().pin(claimed, account, core.clock().millis());
            tx.afterCommit(() -> outbox.wake(account));
          }
          return true;
        });
  }

  /// Looks a name up now.
  ///
  /// @throws SottoException UNKNOWN_USER
  void resolve(ServerCalls calls, Username username) {
    Optional<AccountId> found = calls.lookUp(username);
    core.lane().call(tx -> resolved(tx, username, found));
    if (found.isEmpty()) {
      throw SottoException.of(
          SottoException.Code.UNKNOWN_USER, "There is no user '" + username + "'.");
    }
  }

  private boolean resolved(Transaction tx, Username username, Optional<AccountId> found) {
    if (found.isPresent()) {
      core.store().contacts().pin(username, found.get(), core.clock().millis());
      tx.afterCommit(() -> outbox.wake(found.get()));
      return true;
    }
    core.store()
        .contacts()
        .find(username)
        // One that was pinned meanwhile is not new: it stays.
        .filter(contact -> contact.account().isEmpty())
        .ifPresent(contact -> {
          List<Long> messages = core.store().outgoing().messagesTo(contact.id());
          core.store().outgoing().removeTo(contact.id());
          messages.forEach(m -> core.fail(tx, m, Failures.UNKNOWN_RECIPIENT));
          core.store().contacts().dropIfEmpty(contact.id());
        });
    return false;
  }

  /// Looks a pinned name up again, if that was not done in the last minute; not to be had, it is
  /// left.
  void checkOnce(ServerCalls calls, ContactRow contact) {
    Long last = checked.get(contact.id());
    long now = System.nanoTime();
    if (last == null || now - last > RECHECK_NANOS) {
      checked.put(contact.id(), now);
      try {
        check(calls, contact);
      } catch (SottoException e) {
        // The name stays as it is known.
      }
    }
  }

  /// Looks a pinned name up again.
  void check(ServerCalls calls, ContactRow contact) {
    Optional<AccountId> found = calls.lookUp(contact.username().orElseThrow());
    if (found.isPresent() && !found.equals(contact.account())) {
      core.lane().call(tx -> moved(tx, contact.id(), found.get()));
    }
  }

  private boolean moved(Transaction tx, long id, AccountId other) {
    Optional<ContactRow> contact = core.store().contacts().find(id);
    if (contact.isEmpty()
        || contact.get().account().equals(Optional.of(other))
        || contact.get().changed().equals(Optional.of(other))) {
      return false;
    }
    String name = contact.get().contact().name();
    if (contact.get().verification() == Verification.UNVERIFIED) {
      core.store().contacts().repin(id, other);
      core.store().outgoing().redirect(id, other);
      core.announce(tx, id, name + " is another account than before.");
      tx.afterCommit(() -> outbox.wake(other));
    } else {
      core.store().contacts().markChanged(id, other);
      core.announce(
          tx,
          id,
          name
              + " is another account than the one you verified. Nothing is sent there until you"
              + " confirm.");
    }
    return true;
  }
}
