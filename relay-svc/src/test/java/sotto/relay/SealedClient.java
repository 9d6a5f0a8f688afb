package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import sotto.chain.DeviceAddress;
import sotto.chat.v1.ChatServiceGrpc;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.SealedSend;
import sotto.chat.v1.Send;
import sotto.chat.v1.SendResult;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// A client's end of a stream of sealed sends. It has no token.
final class SealedClient implements StreamObserver<SendResult> {
  static final ByteString KEY = ByteString.copyFrom(new byte[16]);

  final BlockingQueue<SendResult> results = new LinkedBlockingQueue<>();
  final CompletableFuture<Optional<Throwable>> ended = new CompletableFuture<>();
  private final StreamObserver<SealedSend> out;
  private long request;

  SealedClient(Channel relay) {
    out = ChatServiceGrpc.newStub(relay).sendSealed(this);
  }

  static Send.Builder sealed(Send.Builder send) {
    send.getDevicesBuilderList()
        .forEach(device -> device.setType(CiphertextType.CIPHERTEXT_TYPE_SEALED));
    return send;
  }

  long send(DeviceAddress to, String text, int generation) {
    long number = ++request;
    send(sealed(TestClient.send(to, text, number, generation)));
    return number;
  }

  void send(Send.Builder send) {
    out.onNext(SealedSend.newBuilder().setSend(send).setAccessKey(KEY).build());
  }

  void raw(SealedSend send) {
    out.onNext(send);
  }

  void complete() {
    out.onCompleted();
  }

  SendResult result() {
    return TestRelay.take(results);
  }

  /// How the stream ends; empty = in good order.
  Optional<Reason> end() {
    try {
      return ended.get(TestClient.WAIT_SECONDS, TimeUnit.SECONDS).flatMap(Statuses::reason);
    } catch (Exception e) {
      throw new AssertionError("did not end", e);
    }
  }

  @Override
  public void onNext(SendResult result) {
    assertThat(result.getOutcomeCase()).isNotEqualTo(SendResult.OutcomeCase.OUTCOME_NOT_SET);
    results.add(result);
  }

  @Override
  public void onError(Throwable failure) {
    ended.complete(Optional.of(failure));
  }

  @Override
  public void onCompleted() {
    ended.complete(Optional.empty());
  }
}
