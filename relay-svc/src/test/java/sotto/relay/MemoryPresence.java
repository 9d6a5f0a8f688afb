package sotto.relay;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.presence.v1.AttachRequest;
import sotto.presence.v1.AttachResponse;
import sotto.presence.v1.Change;
import sotto.presence.v1.ChangesDone;
import sotto.presence.v1.DisplacedDevice;
import sotto.presence.v1.Leased;
import sotto.presence.v1.LocateRequest;
import sotto.presence.v1.LocateResponse;
import sotto.presence.v1.Located;
import sotto.presence.v1.Location;
import sotto.presence.v1.PresenceServiceGrpc;
import sotto.presence.v1.RelayLost;
import sotto.presence.v1.Seen;

/// Presence in memory, without leases. All guarded by this.
final class MemoryPresence extends PresenceServiceGrpc.PresenceServiceImplBase {
  private final Map<DeviceAddress, Location> where = new HashMap<>();
  private final List<Attached> attached = new ArrayList<>();
  private final List<Runnable> held = new ArrayList<>();
  private boolean holding;
  private boolean mute;

  /// What happened, in order, shared with the store.
  final BlockingQueue<String> events;

  /// Every change that arrived.
  final BlockingQueue<Change> changes = new LinkedBlockingQueue<>();

  MemoryPresence(BlockingQueue<String> events) {
    this.events = events;
  }

  /// Whether questions where a device is fail from now on.
  synchronized void mute(boolean on) {
    mute = on;
  }

  /// Changes are not acknowledged until [#release].
  synchronized void hold() {
    holding = true;
  }

  synchronized void release() {
    holding = false;
    held.forEach(Runnable::run);
    held.clear();
  }

  synchronized void displace(DeviceAddress device, long number) {
    tell(
        AttachResponse.newBuilder()
            .setDisplaced(
                DisplacedDevice.newBuilder()
                    .setAccountId(ByteString.copyFrom(device.account().bytes()))
                    .setDevice(device.device().number())
                    .setConnectionNumber(number))
            .build());
  }

  synchronized void seen(long watch, boolean online) {
    tell(
        AttachResponse.newBuilder()
            .setSeen(Seen.newBuilder().addWatches(watch).setOnline(online))
            .build());
  }

  /// A relay's lease has lapsed.
  synchronized void lost(String relay) {
    tell(AttachResponse.newBuilder().setRelayLost(RelayLost.newBuilder().setRelay(relay)).build());
  }

  private void tell(AttachResponse response) {
    attached.forEach(stream -> stream.out.onNext(response));
  }

  /// Breaks every attach stream and forgets what it registered.
  synchronized void breakStreams() {
    where.clear();
    held.clear();
    attached.forEach(stream -> stream.out.onError(Status.UNAVAILABLE.asRuntimeException()));
    attached.clear();
  }

  @Override
  public synchronized StreamObserver<AttachRequest> attach(StreamObserver<AttachResponse> out) {
    var stream = new Attached(out);
    attached.add(stream);
    return stream;
  }

  private final class Attached implements StreamObserver<AttachRequest> {
    final StreamObserver<AttachResponse> out;
    String relay = "";

    Attached(StreamObserver<AttachResponse> out) {
      this.out = out;
    }

    @Override
    public void onNext(AttachRequest request) {
      synchronized (MemoryPresence.this) {
        switch (request.getFrameCase()) {
          case LEASE -> {
            relay = request.getLease().getRelay();
            out.onNext(
                AttachResponse.newBuilder()
                    .setLeased(Leased.newBuilder().setLifeMs(10_000))
                    .build());
          }
          case CHANGES -> {
            request.getChanges().getChangesList().forEach(this::apply);
            Runnable done =
                () -> {
                  events.add("registered");
                  out.onNext(
                      AttachResponse.newBuilder()
                          .setDone(
                              ChangesDone.newBuilder().setBatch(request.getChanges().getBatch()))
                          .build());
                };
            if (holding) {
              held.add(done);
            } else {
              done.run();
            }
          }
          case RENEW, COMPLETE, FRAME_NOT_SET -> {}
        }
      }
    }

    private void apply(Change change) {
      changes.add(change);
      if (change.hasConnected()) {
        var connected = change.getConnected();
        where.put(
            device(connected.getAccountId(), connected.getDevice()),
            Location.newBuilder()
                .setDevice(connected.getDevice())
                .setRelay(relay)
                .setConnectionNumber(connected.getConnectionNumber())
                .build());
      } else if (change.hasDisconnected()) {
        var gone = change.getDisconnected();
        var device = device(gone.getAccountId(), gone.getDevice());
        var there = where.get(device);
        if (there != null && there.getConnectionNumber() == gone.getConnectionNumber()) {
          where.remove(device);
        }
      }
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }

  @Override
  public synchronized void locate(LocateRequest request, StreamObserver<LocateResponse> out) {
    if (mute) {
      out.onError(Status.UNAVAILABLE.asRuntimeException());
      return;
    }
    var response = LocateResponse.newBuilder();
    for (var account : request.getAccountIdsList()) {
      var located = Located.newBuilder();
      where.forEach((device, location) -> {
        if (device.account().equals(new AccountId(account.toByteArray()))) {
          located.addLocations(location);
        }
      });
      response.addAccounts(located);
    }
    out.onNext(response.build());
    out.onCompleted();
  }

  private static DeviceAddress device(ByteString account, int number) {
    return new DeviceAddress(new AccountId(account.toByteArray()), new DeviceId(number));
  }
}
