package sotto.client.internal.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sotto.chain.AccountChain;
import sotto.chain.Change;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.chain.Link;
import sotto.chain.Signer;
import sotto.client.Verification;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Events;
import sotto.client.internal.store.Lane.Transaction;

/// Tells people when the devices of an account change (protocol A2): of their own, and of contacts
/// whose safety number they have compared. For the lane only.
final class DeviceChanges {
  private final Core core;
  private final DeviceNames names;
  private volatile Runnable onOwn = () -> {};

  DeviceChanges(Core core, DeviceNames names) {
    this.core = core;
    this.names = names;
  }

  /// Has something run when the own devices have changed; any thread.
  void onOwn(Runnable action) {
    onOwn = action;
  }

  /// A chain has grown.
  void grown(Transaction tx, AccountChain before, AccountChain now) {
    List<Link> links = now.links().subList(before.links().size(), now.links().size());
    if (core.identity().map(Identity::id).equals(Optional.of(now.id()))) {
      links.forEach(link -> sentence(link).ifPresent(s -> tell(tx, s)));
      tx.afterCommit(onOwn);
      return;
    }
    Optional<ContactRow> contact =
        core.store()
            .contacts()
            .find(now.id())
            .filter(c -> c.verification() == Verification.VERIFIED);
    contact.ifPresent(c ->
        links.forEach(link ->
            sentence(link, c.contact().name()).ifPresent(s -> core.announce(tx, c.id(), s))));
  }

  /// What was known of the own devices and what the server says of them cannot both be true.
  void contradicted(Transaction tx) {
    tell(
        tx,
        "The server's list of your devices contradicts what this device knows. Compare the list on"
            + " all your devices.");
  }

  private void tell(Transaction tx, String sentence) {
    core.store().events().addContact(Events.Kind.DEVICES, 0, sentence, core.clock().millis());
    tx.afterCommit(core.events()::stored);
  }

  private Optional<String> sentence(Link link) {
    List<String> parts = new ArrayList<>();
    switch (link.body().change()) {
      case Change.AddDevice(DeviceEntry entry) -> {
        if (!entry.device().equals(core.self().address().device())) {
          parts.add("Your account has a new device: " + called(entry.device()) + ".");
        }
      }
      case Change.RemoveDevice(DeviceId gone) ->
          parts.add("A device was removed from your account: " + called(gone) + ".");
      case Change.ReplaceRecoveryKey _ -> parts.add("Your account has another recovery key.");
      case Change.DeleteAccount _ -> parts.add("Your account was deleted.");
      case Change.Found _ -> {}
    }
    if (!parts.isEmpty() && link.body().signer() instanceof Signer.RecoveryKey) {
      parts.add("It was signed with the recovery key.");
    }
    return parts.isEmpty() ? Optional.empty() : Optional.of(String.join(" ", parts));
  }

  private String called(DeviceId device) {
    return names
        .of(device)
        .map(name -> "'" + name + "' (device " + device + ")")
        .orElse("device " + device);
  }

  private static Optional<String> sentence(Link link, String name) {
    return switch (link.body().change()) {
      case Change.AddDevice(DeviceEntry entry) ->
          Optional.of(name + " has a new device (device " + entry.device() + ").");
      case Change.RemoveDevice(DeviceId gone) ->
          Optional.of(name + " has removed a device (device " + gone + ").");
      case Change.ReplaceRecoveryKey _ -> Optional.of(name + " has another recovery key.");
      case Change.DeleteAccount _ -> Optional.of(name + " has deleted the account.");
      case Change.Found _ -> Optional.empty();
    };
  }
}
