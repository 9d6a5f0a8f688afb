package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import sotto.chain.DeviceAddress;
import sotto.chat.v1.Ack;
import sotto.chat.v1.ChatServiceGrpc;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.Delivery;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.Hello;
import sotto.chat.v1.Ping;
import sotto.chat.v1.Send;
import sotto.chat.v1.SendResult;
import sotto.chat.v1.ServerFrame;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// A client's end of a Connect stream.
final class TestClient implements ClientResponseObserver<ClientFrame, ServerFrame> {
  static final long WAIT_SECONDS = 10;
  static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  final DeviceAddress self;
  final BlockingQueue<ServerFrame> frames = new LinkedBlockingQueue<>();
  final CompletableFuture<Optional<Throwable>> ended = new CompletableFuture<>();
  private final boolean slow;
  private Optional<ClientCallStreamObserver<ClientFrame>> out = Optional.empty();
  private long request;

  TestClient(Channel relay, DeviceAddress self, String token, boolean slow) {
    this.self = self;
    this.slow = slow;
    var headers = new Metadata();
    if (!token.isEmpty()) {
      headers.put(AUTHORIZATION, "Bearer " + token);
    }
    ChatServiceGrpc.newStub(relay)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .connect(this);
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ClientFrame> stream) {
    if (slow) {
      stream.disableAutoRequestWithInitial(0);
    }
    out = Optional.of(stream);
  }

  @Override
  public void onNext(ServerFrame frame) {
    frames.add(frame);
  }

  @Override
  public void onError(Throwable failure) {
    ended.complete(Optional.of(failure));
  }

  @Override
  public void onCompleted() {
    ended.complete(Optional.empty());
  }

  ClientCallStreamObserver<ClientFrame> out() {
    return out.orElseThrow();
  }

  void take(int count) {
    out().request(count);
  }

  void frame(Consumer<ClientFrame.Builder> what) {
    var frame = ClientFrame.newBuilder();
    what.accept(frame);
    out().onNext(frame.build());
  }

  TestClient hello(long number) {
    frame(f -> f.setHello(Hello.newBuilder().setConnectionNumber(number)));
    return this;
  }

  TestClient open(long number) {
    hello(number);
    assertThat(next().hasWelcome()).isTrue();
    return this;
  }

  /// Open, and its empty mailbox told.
  TestClient live(long number) {
    open(number);
    assertThat(next().hasQueueEmpty()).isTrue();
    return this;
  }

  void ping(long id) {
    frame(f -> f.setPing(Ping.newBuilder().setId(id)));
  }

  void ack(Long... positions) {
    frame(f -> f.setAck(Ack.newBuilder().addAllPositions(List.of(positions))));
  }

  static Send.Builder send(DeviceAddress to, String text, long request, int generation) {
    return Send.newBuilder()
        .setRequest(request)
        .setAccountId(ByteString.copyFrom(to.account().bytes()))
        .setEnvelopeId(id(text))
        .setLaneGeneration(generation)
        .addDevices(
            DeviceEnvelope.newBuilder()
                .setDevice(to.device().number())
                .setType(CiphertextType.CIPHERTEXT_TYPE_RATCHET)
                .setCiphertext(ByteString.copyFromUtf8(text)));
  }

  /// The same text has the same envelope id.
  static ByteString id(String text) {
    var bytes = Arrays.copyOf(text.getBytes(StandardCharsets.UTF_8), 16);
    return ByteString.copyFrom(bytes);
  }

  long send(DeviceAddress to, String text) {
    return send(to, text, 1);
  }

  long send(DeviceAddress to, String text, int generation) {
    long number = ++request;
    frame(f -> f.setSend(send(to, text, number, generation)));
    return number;
  }

  ServerFrame next() {
    try {
      var frame = frames.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      if (frame == null) {
        throw new AssertionError("no frame; ended: " + ended.getNow(Optional.empty()));
      }
      return frame;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  SendResult result() {
    var frame = next();
    assertThat(frame.hasSendResult()).as(frame.toString()).isTrue();
    return frame.getSendResult();
  }

  /// So many deliveries, in whatever batches; other frames fail.
  List<Delivery> deliveries(int count) {
    var all = new ArrayList<Delivery>();
    while (all.size() < count) {
      var frame = next();
      assertThat(frame.hasDeliver()).as(frame.toString()).isTrue();
      all.addAll(frame.getDeliver().getDeliveriesList());
    }
    assertThat(all).hasSize(count);
    return all;
  }

  static List<String> texts(List<Delivery> deliveries) {
    return deliveries.stream().map(d -> text(d.getEnvelope())).toList();
  }

  static String text(ByteString envelope) {
    try {
      return Envelope.parseFrom(envelope).getCiphertext().toStringUtf8();
    } catch (InvalidProtocolBufferException e) {
      return envelope.toStringUtf8();
    }
  }

  /// Waits for the end of the stream and its reason.
  Reason reason() {
    return Statuses.reason(failure()).orElseThrow();
  }

  Throwable failure() {
    try {
      return ended
          .get(WAIT_SECONDS, TimeUnit.SECONDS)
          .orElseThrow(() -> new AssertionError("ended with OK"));
    } catch (Exception e) {
      throw new AssertionError("did not end", e);
    }
  }

  Status status() {
    try {
      return ended.get(WAIT_SECONDS, TimeUnit.SECONDS).map(Status::fromThrowable).orElse(Status.OK);
    } catch (Exception e) {
      throw new AssertionError("did not end", e);
    }
  }
}
