package sotto.relay.route;

import com.google.protobuf.ByteString;
import io.grpc.SynchronizationContext;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;
import sotto.chain.AccountId;
import sotto.chat.v1.Delivery;
import sotto.peer.v1.Forward;
import sotto.peer.v1.ForwardOutcome;
import sotto.peer.v1.ForwardRequest;
import sotto.peer.v1.ForwardResponse;
import sotto.peer.v1.ForwardResult;
import sotto.peer.v1.PeerServiceGrpc;
import sotto.peer.v1.StoredEnvelope;
import sotto.relay.delivery.Push;
import sotto.relay.delivery.Pushed;

/// Takes the forwards of other relays. Internal: reached by relays only.
public final class PeerService extends PeerServiceGrpc.PeerServiceImplBase {
  private static final Logger LOG = System.getLogger(PeerService.class.getName());

  private final LocalStreams local;
  private final Consumer<AccountId> check;
  private final Runnable peerLost;

  /// The service over this relay's streams.
  ///
  /// @param local the streams
  /// @param check looks whether the devices of an account are still in its chain; must not block
  /// @param peerLost told when another relay's stream has broken: what it was to forward may be
  ///   lost (protocol P3); must not block
  public PeerService(LocalStreams local, Consumer<AccountId> check, Runnable peerLost) {
    this.local = local;
    this.check = check;
    this.peerLost = peerLost;
  }

  @Override
  public StreamObserver<ForwardRequest> forward(StreamObserver<ForwardResponse> answers) {
    var inbound = new Inbound((ServerCallStreamObserver<ForwardResponse>) answers);
    inbound.answers.disableAutoRequest();
    inbound.answers.setOnReadyHandler(() -> inbound.turn.execute(inbound::send));
    inbound.answers.setOnCancelHandler(() -> inbound.turn.execute(inbound::broken));
    inbound.answers.request(1);
    return inbound;
  }

  /// One other relay's stream; its turn writes the answers. The next batch is asked for when the
  /// answers of the last have left.
  private final class Inbound implements StreamObserver<ForwardRequest> {
    final ServerCallStreamObserver<ForwardResponse> answers;
    final SynchronizationContext turn =
        new SynchronizationContext((thread, e) -> LOG.log(Level.ERROR, "a peer's turn failed", e));
    // Touched in the turn only.
    private ForwardResponse.Builder gathered = ForwardResponse.newBuilder();
    private int expected;
    private boolean requested = true;
    private boolean ended;

    Inbound(ServerCallStreamObserver<ForwardResponse> answers) {
      this.answers = answers;
    }

    @Override
    public void onNext(ForwardRequest request) {
      turn.execute(() -> {
        requested = false;
        expected += request.getForwardsCount();
        request.getForwardsList().forEach(forward -> take(forward, request));
        send();
      });
    }

    private void take(Forward forward, ForwardRequest batch) {
      var account = new AccountId(forward.getAccountId().toByteArray());
      if (forward.hasCheck()) {
        check.accept(account);
        answer(forward.getRequest(), Pushed.PUSHED);
        return;
      }
      var stream = Locations.device(account, forward.getDevice()).flatMap(local::find);
      if (stream.isEmpty()) {
        answer(forward.getRequest(), Pushed.NOT_HERE);
        return;
      }
      switch (forward.getWhatCase()) {
        case STORED -> {
          var stored = forward.getStored();
          var envelope = envelope(stored, batch);
          if (envelope.isEmpty()) {
            stream.get().wake();
            answer(forward.getRequest(), Pushed.BEHIND);
            return;
          }
          stream
              .get()
              .forward(
                  new Push(
                      Delivery.newBuilder()
                          .setPosition(stored.getPosition())
                          .setAcceptedAtMs(stored.getAcceptedAtMs())
                          .setEnvelope(envelope)
                          .setTraceparent(stored.getTraceparent())
                          .build(),
                      stored.getPrevious()),
                  pushed -> turn.execute(() -> answerAndSend(forward.getRequest(), pushed)));
        }
        case EPHEMERAL -> {
          stream.get().ephemeral(forward.getEphemeral());
          answer(forward.getRequest(), Pushed.PUSHED);
        }
        case WAKE, CHECK, WHAT_NOT_SET -> {
          stream.get().wake();
          answer(forward.getRequest(), Pushed.BEHIND);
        }
      }
    }

    /// Empty if the forward has none.
    private static ByteString envelope(StoredEnvelope stored, ForwardRequest batch) {
      int shared = stored.getShared();
      return shared >= 1 && shared <= batch.getSharedCount()
          ? batch.getShared(shared - 1)
          : stored.getEnvelope();
    }

    private void answerAndSend(long request, Pushed pushed) {
      answer(request, pushed);
      send();
    }

    private void answer(long request, Pushed pushed) {
      expected--;
      if (request != 0) {
        gathered.addResults(
            ForwardResult.newBuilder().setRequest(request).setOutcome(outcome(pushed)));
      }
    }

    private void send() {
      if (ended || expected > 0 || !answers.isReady()) {
        return;
      }
      if (gathered.getResultsCount() > 0) {
        answers.onNext(gathered.build());
        gathered = ForwardResponse.newBuilder();
      }
      if (!requested) {
        requested = true;
        answers.request(1);
      }
    }

    @Override
    public void onError(Throwable failure) {
      turn.execute(this::broken);
    }

    private void broken() {
      if (!ended) {
        ended = true;
        peerLost.run();
      }
    }

    @Override
    public void onCompleted() {
      turn.execute(() -> {
        ended = true;
        answers.onCompleted();
      });
    }
  }

  private static ForwardOutcome outcome(Pushed pushed) {
    return switch (pushed) {
      case PUSHED -> ForwardOutcome.FORWARD_OUTCOME_PUSHED;
      case BEHIND -> ForwardOutcome.FORWARD_OUTCOME_BEHIND;
      case NOT_HERE -> ForwardOutcome.FORWARD_OUTCOME_NOT_HERE;
    };
  }
}
