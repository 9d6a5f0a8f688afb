package sotto.store.mailbox;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import sotto.chat.v1.MismatchedDevices;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.DeviceAppend;
import sotto.store.write.AccountState;
import sotto.store.write.DeviceState;

/// Compares the devices of an append with those of the account, in one pass.
///
/// A device is *missing* if the append leaves it out, unless it is the sending device itself, is
/// named as having no valid bundle, or is dormant. It is *extra* if the account has it not, if it
/// is the sending device itself, or if the append names it twice. It is *stale* if its registration
/// id is another.
final class DeviceMatch {
  private DeviceMatch() {}

  /// What is wrong; empty = nothing.
  static Optional<MismatchedDevices> mismatch(
      Append append, Sender sender, AccountState account, SortedSet<Integer> dormant) {
    SortedMap<Integer, DeviceState> devices = account.devices();
    Set<Integer> own = new HashSet<>();
    sender
        .address()
        .filter(a -> a.account().equals(account.id()))
        .ifPresent(a -> own.add(a.device().number()));
    MismatchedDevices.Builder wrong = MismatchedDevices.newBuilder();
    SortedSet<Integer> missing = new TreeSet<>(devices.keySet());
    missing.removeAll(own);
    missing.removeAll(dormant);
    missing.removeAll(append.getWithoutBundleList());
    Set<Integer> named = new HashSet<>();
    for (DeviceAppend to : append.getDevicesList()) {
      DeviceState device = devices.get(to.getDevice());
      if (device == null || own.contains(to.getDevice()) || !named.add(to.getDevice())) {
        wrong.addExtra(to.getDevice());
      } else if (device.registrationId != to.getRegistrationId()) {
        wrong.addStale(to.getDevice());
      }
      missing.remove(to.getDevice());
    }
    wrong.addAllMissing(missing);
    boolean none =
        wrong.getMissingCount() == 0 && wrong.getExtraCount() == 0 && wrong.getStaleCount() == 0;
    return none
        ? Optional.empty()
        : Optional.of(wrong.setChainSequence(account.chainSequence()).build());
  }
}
