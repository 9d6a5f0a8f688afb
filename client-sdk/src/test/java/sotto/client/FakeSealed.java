package sotto.client;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;
import sotto.chat.v1.Accepted;
import sotto.chat.v1.NotAdmitted;
import sotto.chat.v1.SealedSend;
import sotto.chat.v1.Send;
import sotto.chat.v1.SendResult;
import sotto.crypto.AccessKey;
import sotto.crypto.TestCertificates;
import sotto.proto.Bounds;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// What the server has for senders who do not say who they are. Guarded by its monitor.
///
/// Until [#on] it is a server of a time before.
final class FakeSealed {
  private final FakeServer server;
  private final List<Stream> streams = new ArrayList<>();
  private final List<Send> received = new ArrayList<>();
  private boolean on;

  TestCertificates authority = new TestCertificates();
  Function<DeviceAddress, byte[]> certificates = this::honest;
  FakeServer.Refusal refusal = _ -> Optional.empty();

  /// Sends are stored and not answered.
  boolean loseResults;

  int opened;
  int issued;

  FakeSealed(FakeServer server) {
    this.server = server;
  }

  void on() {
    synchronized (server) {
      on = true;
    }
  }

  List<ByteString> trustRoots() {
    return on
        ? authority.roots().keys().stream().map(Bytes::toArray).map(ByteString::copyFrom).toList()
        : List.of();
  }

  byte[] certificate(DeviceAddress caller) {
    issued++;
    return certificates.apply(caller);
  }

  /// A certificate that says what is so, for a day.
  byte[] honest(DeviceAddress device) {
    return authority.issue(device, server.identityKey(device), inADay());
  }

  long inADay() {
    return server.time() + Duration.ofDays(1).toMillis();
  }

  /// The sealed frames that came, in order.
  List<Send> received() {
    synchronized (server) {
      return List.copyOf(received);
    }
  }

  /// Breaks every stream.
  void cut() {
    List<Stream> broken;
    synchronized (server) {
      broken = List.copyOf(streams);
      streams.clear();
    }
    broken.forEach(s -> s.fail(Statuses.of(Reason.SHUTTING_DOWN, "cut")));
  }

  StreamObserver<SealedSend> open(StreamObserver<SendResult> out) {
    synchronized (server) {
      if (FakeServer.isSignedIn()) {
        throw new AssertionError("a sealed stream with a token");
      }
      opened++;
      Stream stream = new Stream(out);
      streams.add(stream);
      return stream;
    }
  }

  private final class Stream implements StreamObserver<SealedSend> {
    private final StreamObserver<SendResult> out;
    private final FakeServer.StreamLanes lanes = server.new StreamLanes(Optional.empty());
    private boolean over;

    Stream(StreamObserver<SendResult> out) {
      this.out = out;
    }

    void fail(RuntimeException failure) {
      synchronized (server) {
        if (!over) {
          over = true;
          out.onError(failure);
        }
      }
    }

    @Override
    public void onNext(SealedSend sealed) {
      synchronized (server) {
        if (Bounds.check(sealed).isPresent()) {
          fail(Statuses.outOfBounds(Bounds.check(sealed).get()));
          return;
        }
        if (over) {
          return;
        }
        received.add(sealed.getSend());
        SendResult result = lanes.take(sealed.getSend(), send -> refused(sealed, send));
        if (!loseResults) {
          out.onNext(result);
        }
      }
    }

    private Optional<SendResult> refused(SealedSend sealed, Send send) {
      AccountId to = new AccountId(send.getAccountId().toByteArray());
      if (server.admits(to, AccessKey.of(sealed.getAccessKey().toByteArray()))) {
        return refusal.apply(send);
      }
      return Optional.of(
          lanes.has(send)
              ? SendResult.newBuilder()
                  .setAccepted(Accepted.newBuilder().setAcceptedAtMs(server.time()))
                  .build()
              : SendResult.newBuilder().setNotAdmitted(NotAdmitted.getDefaultInstance()).build());
    }

    @Override
    public void onError(Throwable failure) {
      synchronized (server) {
        over = true;
        streams.remove(this);
      }
    }

    @Override
    public void onCompleted() {
      synchronized (server) {
        if (!over) {
          over = true;
          out.onCompleted();
        }
        streams.remove(this);
      }
    }
  }
}
