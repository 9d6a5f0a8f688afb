package sotto.client.internal.engine;

import java.util.Optional;
import sotto.chain.AccountChain;
import sotto.chain.Change;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.chain.Link;
import sotto.chain.Signer;
import sotto.client.internal.archive.HistorySender;
import sotto.client.internal.store.HistoryRows;
import sotto.client.internal.store.HistoryRows.Part;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.SegmentState;

/// Gives a new device of the account what it needs, once its link is in the chain: the device that
/// has signed the link does, whenever it first sees it there. All of it waits in the outbox and in
/// the tables of history, so that neither side's death loses any of it.
final class Provisioning {
  private static final String DONE = "provisioned/";
  private static final String NAMED = "device_name_told";

  private final Core core;
  private final Syncs syncs;
  private final DeviceNames names;
  private final Pruning pruning;
  private final GroupChanges groups;
  private Runnable wakeHistory = () -> {};

  Provisioning(Core core, Syncs syncs, DeviceNames names, Pruning pruning, GroupChanges groups) {
    this.groups = groups;
    this.pruning = pruning;
    this.core = core;
    this.syncs = syncs;
    this.names = names;
  }

  /// Has something run when there is history to give; any thread.
  void onHistory(Runnable action) {
    wakeHistory = action;
  }

  /// Looks whether somebody needs something. Any thread.
  void check() {
    var _ =
        core.lane()
            .submit(tx -> {
              if (core.identity().isPresent()) {
                core.store().chains().of(core.self().id()).ifPresent(own -> check(tx, own));
              }
              return true;
            });
  }

  private void check(Transaction tx, AccountChain own) {
    Signer self = new Signer.Device(core.self().address().device());
    for (Link link : own.links()) {
      if (link.body().signer().equals(self)
          && link.body().change() instanceof Change.AddDevice(DeviceEntry added)
          && own.device(added.device()).isPresent()) {
        provide(tx, added.device().number());
      }
    }
    for (HistoryRows.Out out : core.store().historyRows().goingOut()) {
      if (own.devices().stream().noneMatch(d -> d.device().number() == out.device())) {
        core.store().historyRows().finish(out.device());
      }
    }
    tellName(tx);
    tx.afterCommit(wakeHistory);
  }

  private void provide(Transaction tx, int device) {
    if (core.store().settings().number(DONE + device).isPresent()) {
      return;
    }
    core.store().settings().put(DONE + device, 1);
    syncs.names(tx);
    syncs.allContacts(tx);
    pruning.tell(tx);
    groups.tellOwnDevices(tx);
    long total = core.store().historyRows().count();
    core.store().historyRows().begin(device, total);
    syncs.historyBegins(tx, device, total);
    syncs.archive(tx, device, core.store().segments().in(SegmentState.MOVED));
  }

  /// The others learn a new device's name from itself: the one that linked it is not all of them.
  /// One that was restored has none, and no other knows of it before it says so.
  private void tellName(Transaction tx) {
    DeviceId self = core.self().address().device();
    Optional<String> name =
        names.said(self).or(() -> self.equals(DeviceId.FIRST) ? Optional.empty() : Optional.of(""));
    if (name.isPresent()
        && !core.store().settings().text(NAMED).equals(name)
        && OwnDevices.any(core)) {
      core.store().settings().put(NAMED, name.get());
      syncs.names(tx);
    }
  }

  /// How parts of history reach the new device.
  HistorySender.Post post() {
    return new HistorySender.Post() {
      @Override
      public void part(Transaction tx, int device, Part part) {
        syncs.historyPart(tx, device, part);
      }

      @Override
      public void last(Transaction tx, int device) {
        syncs.historyEnds(tx, device);
      }
    };
  }
}
