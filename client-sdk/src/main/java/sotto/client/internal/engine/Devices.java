package sotto.client.internal.engine;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import sotto.account.v1.DeviceSeen;
import sotto.chain.AccountChain;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.client.Device;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.net.ServerCalls;

/// The devices of the account, as apps see and change them. Any thread but the lane.
public final class Devices {
  private final Core core;
  private final OwnChain chain;
  private final Admission admission;
  private final DeviceNames names;
  private final Syncs syncs;
  private final Runnable renamed;

  /// Works for one account.
  ///
  /// @param renamed run when this device is called otherwise; any thread
  Devices(
      Core core,
      OwnChain chain,
      Admission admission,
      DeviceNames names,
      Syncs syncs,
      Runnable renamed) {
    this.syncs = syncs;
    this.renamed = renamed;
    this.core = core;
    this.chain = chain;
    this.admission = admission;
    this.names = names;
  }

  private ServerCalls calls() {
    core.requireListed();
    return core.session()
        .map(Session::calls)
        .orElseThrow(() ->
            SottoException.of(
                Code.SERVER_UNREACHABLE, "The account's devices change only with a connection."));
  }

  /// The devices in the newest known chain.
  public List<Device> list() {
    AccountChain own =
        core.lane().call(_ -> core.store().chains().of(core.self().id()).orElseThrow());
    Map<Integer, Instant> seen = seen();
    return own.devices().stream().map(d -> device(own, d.device(), seen)).toList();
  }

  private Map<Integer, Instant> seen() {
    Map<Integer, Instant> seen = new HashMap<>();
    core.session()
        .ifPresent(session -> {
          for (DeviceSeen d : session.calls().devices().getDevicesList()) {
            if (d.getLastSeenDayMs() > 0) {
              seen.put(d.getDevice(), Instant.ofEpochMilli(d.getLastSeenDayMs()));
            }
          }
        });
    return seen;
  }

  private Device device(AccountChain own, DeviceId id, Map<Integer, Instant> seen) {
    return new Device(
        id,
        core.lane().call(_ -> names.of(id)),
        id.equals(core.self().address().device()),
        addedAt(own, id),
        Optional.ofNullable(seen.get(id.number())));
  }

  private static Instant addedAt(AccountChain chain, DeviceId device) {
    return chain.links().stream()
        .filter(link ->
            link.body().change().added().map(DeviceEntry::device).equals(Optional.of(device)))
        .map(link -> Instant.ofEpochMilli(link.body().createdAtMillis()))
        .findFirst()
        .orElse(Instant.EPOCH);
  }

  /// Adds the device that shows a code.
  ///
  /// @param agree asked with the new device's name
  public Device add(String code, Predicate<String> agree) {
    DeviceId added = admission.admit(calls(), code, agree);
    AccountChain own =
        core.lane().call(_ -> core.store().chains().of(core.self().id()).orElseThrow());
    return device(own, added, Map.of());
  }

  /// Names this device.
  public Device name(String name) {
    LinkMessages.requireName(name);
    DeviceId self = core.self().address().device();
    AccountChain own =
        core.lane()
            .call(_ -> {
              names.put(self, name);
              return core.store().chains().of(core.self().id()).orElseThrow();
            });
    renamed.run();
    return device(own, self, Map.of());
  }

  /// Removes a device.
  public void remove(DeviceId device) {
    var _ = chain.remove(calls(), device);
    if (!device.equals(core.self().address().device())) {
      core.lane()
          .call(tx -> {
            syncs.names(tx);
            return true;
          });
    }
  }
}
