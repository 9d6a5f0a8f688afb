package sotto.client.internal.engine;

import java.util.List;
import java.util.Optional;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Refusal;
import sotto.client.Verification;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Lane.Transaction;
import sotto.crypto.ChainTrust;

/// Fetches chains and believes only what follows from what is known: a chain may grow, never shrink
/// or say something else than before.
final class ChainSync {
  /// What came of fetching a chain.
  sealed interface Refreshed {}

  /// The newest chain, stored.
  record Known(AccountChain chain) implements Refreshed {}

  /// The server has no such account.
  record NoAccount() implements Refreshed {}

  /// The server's chain does not follow from the one known, or is none: nothing was stored, and the
  /// user was told.
  record Refused() implements Refreshed {}

  private final Core core;
  private final DeviceChanges changes;

  ChainSync(Core core, DeviceChanges changes) {
    this.core = core;
    this.changes = changes;
  }

  /// Fetches what is new of an account's chain, checks and stores it. Blocks; not on the lane.
  Refreshed refresh(ServerCalls calls, AccountId account) {
    Optional<AccountChain> known = core.lane().call(_ -> core.store().chains().of(account));
    long from = known.map(c -> c.sequence() + 1).orElse(0L);
    // The head is asked for again, so that a fork of its last link shows.
    Optional<List<byte[]>> links = calls.chain(account, Math.max(0, from - 1));
    if (links.isEmpty()) {
      return new NoAccount();
    }
    Optional<AccountChain> grown =
        known.isEmpty() ? founded(account, links.get()) : extended(known.get(), links.get());
    if (grown.isEmpty() || !ChainTrust.holds(grown.get())) {
      core.lane()
          .call(tx -> {
            contradiction(tx, account);
            return true;
          });
      return new Refused();
    }
    return core.lane().call(tx -> keep(tx, grown.get()));
  }

  /// Keeps a chain that followed from what was known when it was asked for: what is known by now
  /// may be another.
  private Refreshed keep(Transaction tx, AccountChain grown) {
    Optional<AccountChain> known = core.store().chains().of(grown.id());
    if (known.isEmpty()) {
      core.store().chains().put(grown);
      return new Known(grown);
    }
    return switch (grown.compareWith(known.get())) {
      case EXTENDS -> {
        core.store().chains().put(grown);
        changes.grown(tx, known.get(), grown);
        yield new Known(grown);
      }
      case EQUAL, OLDER -> new Known(known.get());
      case FORKS, OTHER_ACCOUNT -> {
        contradiction(tx, grown.id());
        yield new Refused();
      }
    };
  }

  private static Optional<AccountChain> founded(AccountId account, List<byte[]> links) {
    return AccountChain.of(links) instanceof AccountChain.Extended(AccountChain chain)
            && chain.id().equals(account)
        ? Optional.of(chain)
        : Optional.empty();
  }

  private static Optional<AccountChain> extended(AccountChain known, List<byte[]> links) {
    if (links.isEmpty()) {
      // The server does not even have the head that is known here.
      return Optional.empty();
    }
    AccountChain chain = known;
    for (byte[] link : links) {
      switch (chain.append(link)) {
        case AccountChain.Extended(AccountChain longer) -> chain = longer;
        case AccountChain.AlreadyThere _ -> {}
        case AccountChain.Refused(Refusal _) -> {
          return Optional.empty();
        }
      }
    }
    return Optional.of(chain);
  }

  /// Someone sees an account's devices otherwise than this device does: nothing goes there until
  /// the user decides (protocol A2).
  void contradiction(Transaction tx, AccountId account) {
    if (core.identity().map(Identity::id).equals(Optional.of(account))) {
      changes.contradicted(tx);
      return;
    }
    Optional<ContactRow> contact = core.store().contacts().find(account);
    if (contact.isEmpty() || contact.get().unconfirmed()) {
      return;
    }
    core.store().contacts().setVerification(contact.get().id(), Verification.CHANGED);
    core.announce(
        tx,
        contact.get().id(),
        "The device list of "
            + contact.get().contact().name()
            + " contradicts what was known of it. Nothing is sent there until you confirm.");
  }
}
