package sotto.relay;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chat.v1.Delivery;
import sotto.mailbox.v1.Appended;
import sotto.mailbox.v1.StoredAt;

/// The database under one or more [MemoryMailbox] pods: mailboxes, connection numbers, and each
/// bucket's owner and epoch (protocol B2, B3). Every device exists until it is removed.
///
/// Thread-safe: several pods use it at once, each under a lock of its own.
final class MemoryBoxes {
  private final Map<DeviceAddress, NavigableMap<Long, Delivery>> boxes = new HashMap<>();
  private final Map<DeviceAddress, Long> last = new HashMap<>();
  private final Map<Integer, String> owners = new HashMap<>();
  private final Map<Integer, Long> epochs = new HashMap<>();
  private final Set<String> dead = new HashSet<>();
  private final Set<String> leaving = new HashSet<>();
  private long position = 1L << 40;

  final Map<DeviceAddress, Long> numbers = new ConcurrentHashMap<>();
  final Set<DeviceAddress> removed = ConcurrentHashMap.newKeySet();
  final Map<List<Object>, Appended> known = new ConcurrentHashMap<>();

  /// Sees to it that a pod owns an account's bucket, if it may.
  ///
  /// @return empty if it does; else what its *moved* says
  synchronized Optional<String> claim(AccountId account, String pod) {
    int bucket = account.bucket();
    var owner = owners.getOrDefault(bucket, "");
    if (owner.equals(pod)) {
      return Optional.empty();
    }
    if (!owner.isEmpty() && !dead.contains(owner)) {
      return Optional.of(owner + "/start");
    }
    if (leaving.contains(pod)) {
      return Optional.of("");
    }
    give(account, pod);
    return Optional.empty();
  }

  /// Makes a pod the owner, in the next epoch.
  synchronized void give(AccountId account, String pod) {
    int bucket = account.bucket();
    owners.put(bucket, pod);
    long epoch = epochs.merge(bucket, 1L, Long::sum);
    position = Math.max(position, epoch << 40);
  }

  synchronized Optional<String> owner(AccountId account) {
    return Optional.ofNullable(owners.get(account.bucket()));
  }

  synchronized long epoch(AccountId account) {
    return epochs.getOrDefault(account.bucket(), 1L);
  }

  /// The devices of an account that have connected; its first in any case.
  synchronized List<DeviceAddress> devices(AccountId account) {
    var devices = new TreeSet<>(Set.of(1));
    numbers.keySet().stream()
        .filter(device -> device.account().equals(account))
        .forEach(device -> devices.add(device.device().number()));
    return devices.stream().map(n -> new DeviceAddress(account, new DeviceId(n))).toList();
  }

  synchronized void die(String pod) {
    dead.add(pod);
  }

  /// It lets go of what it has and takes nothing any more.
  synchronized void leave(String pod) {
    leaving.add(pod);
    owners.values().removeIf(pod::equals);
  }

  synchronized NavigableMap<Long, Delivery> box(DeviceAddress device) {
    return boxes.computeIfAbsent(device, _ -> new ConcurrentSkipListMap<>());
  }

  synchronized long last(DeviceAddress device) {
    return last.getOrDefault(device, epoch(device.account()) << 40);
  }

  synchronized StoredAt store(DeviceAddress device, ByteString envelope) {
    long previous = last(device);
    long at = ++position;
    last.put(device, at);
    box(device)
        .put(
            at,
            Delivery.newBuilder()
                .setPosition(at)
                .setAcceptedAtMs(at)
                .setEnvelope(envelope)
                .build());
    return StoredAt.newBuilder()
        .setDevice(device.device().number())
        .setPosition(at)
        .setPrevious(previous)
        .build();
  }
}
