package sotto.relay.stream;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import sotto.chain.DeviceAddress;
import sotto.chat.v1.ChatServiceGrpc;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.ServerFrame;
import sotto.mesh.Caller;

/// `ChatService`: every call becomes a [DeviceStream] of the device that its token names. Never
/// blocks.
public final class ConnectService extends ChatServiceGrpc.ChatServiceImplBase {
  private final Streams streams;

  /// The service over a relay's streams.
  public ConnectService(Streams streams) {
    this.streams = streams;
  }

  @Override
  public StreamObserver<ClientFrame> connect(StreamObserver<ServerFrame> client) {
    var caller = Caller.required();
    var call = new Call((ServerCallStreamObserver<ServerFrame>) client);
    var stream = streams.open(new DeviceAddress(caller.account(), caller.device()), call);
    call.client.disableAutoRequest();
    call.client.setOnReadyHandler(stream::clientReady);
    call.client.setOnCancelHandler(stream::clientGone);
    stream.start();
    return new Frames(stream);
  }

  private record Call(ServerCallStreamObserver<ServerFrame> client) implements ClientPort {
    @Override
    public boolean ready() {
      return client.isReady();
    }

    @Override
    public void send(ServerFrame frame) {
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
}
