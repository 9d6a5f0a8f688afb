package sotto.bench;

import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import sotto.bench.measure.Latencies;
import sotto.bench.measure.Schedule;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.PresenceEvent;
import sotto.chat.v1.PresenceUpdate;
import sotto.chat.v1.Publish;
import sotto.chat.v1.ServerFrame;
import sotto.chat.v1.Watch;

/// Devices that come and go in turn, and others that watch them. One thread changes; what is seen
/// comes on threads of the network.
final class Churn implements AutoCloseable {
  private static final ByteString KEY = ByteString.copyFrom(new byte[16]);
  private static final int WATCHES_A_FRAME = 256;
  private static final long SEEN_WITHIN = 10_000_000_000L;

  private final Target target;
  private final List<Device> devices = new ArrayList<>();
  private final Map<ByteString, Device> byAccount = new HashMap<>();
  private final List<DeviceStream> watchers = new ArrayList<>();
  private volatile Seen seen = new Seen();
  private int turn;

  /// What watchers saw.
  static final class Seen {
    final Latencies online = new Latencies();
    final Latencies offline = new Latencies();
    final AtomicInteger changes = new AtomicInteger();
    final AtomicInteger late = new AtomicInteger();

    long count() {
      return online.count() + offline.count();
    }
  }

  /// One that comes and goes.
  private static final class Device {
    final Person person;
    Optional<DeviceStream> stream = Optional.empty();
    // A change goes on from its turn until the stream is open and has published.
    volatile boolean changing;
    volatile boolean online;
    volatile long changedAt;

    Device(Person person) {
      this.person = person;
    }
  }

  /// All devices are connected, and watchers know that.
  Churn(Target target, List<Person> people, List<Person> watching) throws InterruptedException {
    this.target = target;
    for (Person person : people) {
      Device device = new Device(person);
      devices.add(device);
      byAccount.put(person.id(), device);
    }
    for (Person person : watching) {
      DeviceStream watcher =
          DeviceStream.opened(() -> target.channel(1), person, this::watched).join();
      watchers.add(watcher);
      for (int from = 0; from < people.size(); from += WATCHES_A_FRAME) {
        PresenceUpdate.Builder update = PresenceUpdate.newBuilder();
        people
            .subList(from, Math.min(people.size(), from + WATCHES_A_FRAME))
            .forEach(one ->
                update.addWatch(Watch.newBuilder().setAccountId(one.id()).setAccessKey(KEY)));
        watcher.send(ClientFrame.newBuilder().setPresence(update).build());
      }
    }
    devices.forEach(device -> change(device, System.nanoTime()));
    settled(devices.size());
  }

  /// Watchers and devices.
  int streams() {
    return watchers.size() + devices.size();
  }

  /// Keeps one of them open, if it is.
  void ping(int which) {
    if (which < watchers.size()) {
      watchers.get(which).ping();
      return;
    }
    Device device = devices.get(which - watchers.size());
    if (!device.changing && device.online) {
      device.stream.ifPresent(DeviceStream::ping);
    }
  }

  int watchers() {
    return watchers.size();
  }

  /// Changes so many a second, each device in its turn, and waits until all watchers have seen
  /// them.
  Seen run(int perSecond, int count) throws InterruptedException {
    seen = new Seen();
    new Schedule(System.nanoTime(), perSecond, count)
        .run((_, intended) -> change(devices.get(turn++ % devices.size()), intended));
    settled(seen.changes.get());
    return seen;
  }

  private void settled(int changes) throws InterruptedException {
    Seen now = seen;
    long end = System.nanoTime() + SEEN_WITHIN;
    while (System.nanoTime() < end
        && (devices.stream().anyMatch(d -> d.changing)
            || now.count() < (long) changes * watchers.size())) {
      Thread.sleep(5);
    }
  }

  /// Comes if it is away and goes if it is there; one that has not come yet is passed over.
  private void change(Device device, long intended) {
    if (device.changing) {
      seen.late.incrementAndGet();
      return;
    }
    seen.changes.incrementAndGet();
    if (device.online) {
      device.online = false;
      device.changedAt = intended;
      device.stream.ifPresent(DeviceStream::close);
      device.stream = Optional.empty();
      return;
    }
    device.changing = true;
    device.changedAt = intended;
    var _ =
        DeviceStream.opened(() -> target.channel(0), device.person, _ -> {})
            .whenComplete((stream, failure) -> {
              if (failure == null) {
                device.stream = Optional.of(stream);
                device.online = true;
                stream.send(published());
              }
              device.changing = false;
            });
  }

  private static ClientFrame published() {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(KEY.toByteArray());
      return ClientFrame.newBuilder()
          .setPresence(
              PresenceUpdate.newBuilder()
                  .setPublish(
                      Publish.newBuilder()
                          .setVisible(true)
                          .addAccessKeyHashes(ByteString.copyFrom(hash))))
          .build();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private void watched(ServerFrame frame) {
    long now = System.nanoTime();
    for (PresenceEvent event : frame.getPresence().getEventsList()) {
      Device device = byAccount.get(event.getAccountId());
      if (device == null || device.changedAt == 0) {
        continue; // what is answered to the watch itself
      }
      (event.getOnline() ? seen.online : seen.offline).add(now - device.changedAt);
    }
  }

  @Override
  public void close() {
    watchers.forEach(DeviceStream::close);
    devices.forEach(device -> device.stream.ifPresent(DeviceStream::close));
  }
}
