package sotto.bench;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.function.Consumer;
import sotto.chat.v1.ChatServiceGrpc;
import sotto.chat.v1.SealedSend;
import sotto.chat.v1.Send;
import sotto.chat.v1.SendResult;

/// A stream of sends that name no sender, on a connection of its own. The server ends it after 75 s
/// without a send. Any thread may send.
final class SealedStream implements SendStream, StreamObserver<SendResult> {
  private final ManagedChannel channel;
  private final ByteString key;
  private final Consumer<SendResult> results;
  private final StreamObserver<SealedSend> out;
  private volatile boolean ended;

  /// Opens one.
  ///
  /// @param channel of this stream alone, and closed with it
  /// @param key the recipient's access key
  /// @param results gets each answer, on a thread of the network
  SealedStream(ManagedChannel channel, ByteString key, Consumer<SendResult> results) {
    this.channel = channel;
    this.key = key;
    this.results = results;
    this.out = ChatServiceGrpc.newStub(channel).sendSealed(this);
  }

  @Override
  public synchronized void send(Send send) {
    if (!ended) {
      out.onNext(SealedSend.newBuilder().setSend(send).setAccessKey(key).build());
    }
  }

  @Override
  public void ping() {}

  @Override
  public boolean ended() {
    return ended;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  @Override
  public void onNext(SendResult result) {
    results.accept(result);
  }

  @Override
  public void onError(Throwable failure) {
    ended = true;
  }

  @Override
  public void onCompleted() {
    ended = true;
  }
}
