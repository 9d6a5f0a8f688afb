package sotto.relay.stream;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import sotto.chain.DeviceAddress;
import sotto.chat.v1.ChatServiceGrpc;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.SealedSend;
import sotto.chat.v1.SendResult;
import sotto.chat.v1.ServerFrame;
import sotto.mesh.Caller;
import sotto.mesh.PeerAddress;

/// `ChatService`: every call becomes a [DeviceStream] of the device that its token names, or a
/// [SealedStream] of nobody. Never blocks.
public final class ConnectService extends ChatServiceGrpc.ChatServiceImplBase {
  private final Streams streams;
  private final SealedStreams sealed;

  /// The service over a relay's streams.
  public ConnectService(Streams streams, SealedStreams sealed) {
    this.streams = streams;
    this.sealed = sealed;
  }

  @Override
  public StreamObserver<ClientFrame> connect(StreamObserver<ServerFrame> client) {
    var caller = Caller.required();
    var call = new Call<>((ServerCallStreamObserver<ServerFrame>) client);
    var stream = streams.open(new DeviceAddress(caller.account(), caller.device()), call);
    call.client.disableAutoRequest();
    call.client.setOnReadyHandler(stream::clientReady);
    call.client.setOnCancelHandler(stream::clientGone);
    stream.start();
    return new Frames(stream);
  }

  @Override
  public StreamObserver<SealedSend> sendSealed(StreamObserver<SendResult> client) {
    var call = new Call<>((ServerCallStreamObserver<SendResult>) client);
    var stream = sealed.open(PeerAddress.current(), call);
    call.client.disableAutoRequest();
    call.client.setOnReadyHandler(stream::clientReady);
    call.client.setOnCancelHandler(stream::clientGone);
    stream.start();
    return new SealedSends(stream);
  }

  private record Call<F>(ServerCallStreamObserver<F> client) implements ClientPort<F> {
    @Override
    public boolean ready() {
      return client.isReady();
    }

    @Override
    public void send(F frame) {
      client.onNext(frame);
    }

    @Override
    public void request(int frames) {
      client.request(frames);
    }

    @Override
    public void complete() {
      client.onCompleted();
    }

    @Override
    public void fail(StatusRuntimeException why) {
      client.onError(why);
    }
  }

  private record Frames(DeviceStream stream) implements StreamObserver<ClientFrame> {
    @Override
    public void onNext(ClientFrame frame) {
      stream.frame(frame);
    }

    @Override
    public void onError(Throwable failure) {
      stream.clientGone();
    }

    @Override
    public void onCompleted() {
      stream.clientDone();
    }
  }

  private record SealedSends(SealedStream stream) implements StreamObserver<SealedSend> {
    @Override
    public void onNext(SealedSend sealed) {
      stream.send(sealed);
    }

    @Override
    public void onError(Throwable failure) {
      stream.clientGone();
    }

    @Override
    public void onCompleted() {
      stream.clientDone();
    }
  }
}
