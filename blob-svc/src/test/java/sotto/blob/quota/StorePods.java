package sotto.blob.quota;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import sotto.mesh.InternalServer;
import sotto.mesh.PodList;
import sotto.mesh.Pods;
import sotto.mesh.Telemetry;
import sotto.proto.Statuses;
import sotto.quota.v1.NoRoom;
import sotto.quota.v1.QuotaServiceGrpc;
import sotto.quota.v1.ReleaseRequest;
import sotto.quota.v1.ReleaseResponse;
import sotto.quota.v1.ReserveRequest;
import sotto.quota.v1.ReserveResponse;
import sotto.quota.v1.Reserved;
import sotto.quota.v1.UnknownAccount;

/// Store pods over one database in memory, of which one owns everything.
final class StorePods implements Pods, AutoCloseable {
  final List<String> asked = new ArrayList<>();
  volatile String owner;
  volatile String dead = "";
  volatile boolean known = true;
  private final Map<ByteString, Map<ByteString, Long>> database = new HashMap<>();
  private final Map<String, InternalServer> servers = new HashMap<>();
  private final Map<String, ManagedChannel> channels = new HashMap<>();
  private final PodList list;

  StorePods(String... names) {
    this.list = new PodList(List.of(names));
    this.owner = names[0];
    for (String name : names) {
      var server =
          InternalServer.start(
              "store-" + UUID.randomUUID(), List.of(new Pod(name)), Telemetry.none());
      servers.put(name, server);
      channels.put(name, server.newChannel());
    }
  }

  @Override
  public PodList list() {
    return list;
  }

  @Override
  public void onChange(Runnable listener) {
    // It never changes.
  }

  @Override
  public Channel channel(String name) {
    return channels.containsKey(name)
        ? Objects.requireNonNull(channels.get(name))
        : Pods.none().channel(name);
  }

  @Override
  public boolean isDown(String name) {
    return false;
  }

  @Override
  public void close() {
    channels.values().forEach(ManagedChannel::shutdownNow);
    servers.values().forEach(InternalServer::close);
  }

  private final class Pod extends QuotaServiceGrpc.QuotaServiceImplBase {
    private final String name;

    Pod(String name) {
      this.name = name;
    }

    private void check() {
      synchronized (database) {
        asked.add(name);
      }
      if (name.equals(dead)) {
        throw Status.UNAVAILABLE.asRuntimeException();
      }
      if (!name.equals(owner)) {
        throw Statuses.moved(owner.isEmpty() ? "" : owner + "/1");
      }
    }

    @Override
    public void reserve(ReserveRequest request, StreamObserver<ReserveResponse> out) {
      check();
      var response = ReserveResponse.newBuilder();
      synchronized (database) {
        var blobs = database.computeIfAbsent(request.getAccountId(), _ -> new HashMap<>());
        long used = blobs.values().stream().mapToLong(Long::longValue).sum();
        if (!known) {
          response.setUnknownAccount(UnknownAccount.getDefaultInstance());
        } else if (blobs.containsKey(request.getName())
            || request.getSize() <= request.getLimit() - used) {
          blobs.putIfAbsent(request.getName(), request.getSize());
          response.setReserved(Reserved.getDefaultInstance());
        } else {
          response.setNoRoom(NoRoom.newBuilder().setUsed(used));
        }
      }
      out.onNext(response.build());
      out.onCompleted();
    }

    @Override
    public void release(ReleaseRequest request, StreamObserver<ReleaseResponse> out) {
      check();
      synchronized (database) {
        database.getOrDefault(request.getAccountId(), new HashMap<>()).remove(request.getName());
      }
      out.onNext(ReleaseResponse.getDefaultInstance());
      out.onCompleted();
    }
  }
}
