package sotto.relay.stream;

import io.grpc.stub.StreamObserver;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import sotto.admin.v1.ListStreamsRequest;
import sotto.admin.v1.ListStreamsResponse;
import sotto.admin.v1.RelayAdminServiceGrpc;
import sotto.admin.v1.StreamKey;
import sotto.admin.v1.StreamStanding;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;

/// What a relay tells its operators of its streams: which there are and how each stands.
public final class RelayAdmin extends RelayAdminServiceGrpc.RelayAdminServiceImplBase {
  private static final Comparator<DeviceAddress> ORDER =
      Comparator.comparing((DeviceAddress d) -> d.account().high(), Long::compareUnsigned)
          .thenComparing(d -> d.account().low(), Long::compareUnsigned)
          .thenComparingInt(d -> d.device().number());
  // A stream whose turn is taken for longer is left out.
  private static final long LOOK_S = 2;

  private final Streams streams;

  /// Of one relay.
  public RelayAdmin(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void listStreams(
      ListStreamsRequest request, StreamObserver<ListStreamsResponse> response) {
    var all = streams.holders();
    var page =
        all.stream()
            .filter(stream ->
                !request.hasAfter()
                    || ORDER.compare(stream.device(), device(request.getAfter())) > 0)
            .sorted(Comparator.comparing(DeviceStream::device, ORDER))
            .limit(request.getMost() + 1L)
            .toList();
    boolean more = page.size() > request.getMost();
    response.onNext(
        ListStreamsResponse.newBuilder()
            .addAllStreams(look(more ? page.subList(0, request.getMost()) : page))
            .setMore(more)
            .setAll(all.size())
            .build());
    response.onCompleted();
  }

  private static List<StreamStanding> look(List<DeviceStream> page) {
    var standings = new ConcurrentLinkedQueue<StreamStanding>();
    var waiting = new CountDownLatch(page.size());
    for (var stream : page) {
      stream.look(standing -> {
        standings.add(standing);
        waiting.countDown();
      });
    }
    try {
      var _ = waiting.await(LOOK_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return standings.stream()
        .sorted(Comparator.comparing(standing -> device(standing.getKey()), ORDER))
        .toList();
  }

  private static DeviceAddress device(StreamKey key) {
    return new DeviceAddress(
        new AccountId(key.getAccountId().toByteArray()), new DeviceId(key.getDevice()));
  }
}
