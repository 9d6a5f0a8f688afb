package sotto.relay.call;

import io.grpc.Status;
import io.grpc.SynchronizationContext;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// One long-lived stream to another process. gRPC calls it on threads of its own; it brings each
/// event into the turn of its owner, who keeps at most one such stream and opens another when this
/// one has ended.
///
/// @param <Q> what is sent
/// @param <A> what comes back
public final class OutStream<Q, A> implements ClientResponseObserver<Q, A> {
  /// Whose stream it is.
  public interface Owner<Q, A> {
    /// The transport takes more. In no turn; must not block.
    void ready();

    /// An answer came. In the turn.
    void heard(OutStream<Q, A> from, A answer);

    /// It is over, however. In the turn.
    void ended(OutStream<Q, A> which);
  }

  private static final Logger LOG = System.getLogger(OutStream.class.getName());

  private final String name;
  private final SynchronizationContext turn;
  private final Owner<Q, A> owner;

  @SuppressWarnings("NullAway.Init") // gRPC calls beforeStart before the call that opens it returns
  private ClientCallStreamObserver<Q> stream;

  // Whether its end is our own doing, and no news.
  private volatile boolean completed;

  // Set before the owner is told of the end.
  private volatile Throwable failure = Status.UNAVAILABLE.asException();

  /// A stream to be given to the stub that opens it.
  ///
  /// @param name what the log calls it
  /// @param turn the owner's
  /// @param owner who hears of it
  public OutStream(String name, SynchronizationContext turn, Owner<Q, A> owner) {
    this.name = name;
    this.turn = turn;
    this.owner = owner;
  }

  /// Whether the transport takes more.
  public boolean isReady() {
    return stream.isReady();
  }

  /// Sends.
  public void send(Q message) {
    stream.onNext(message);
  }

  /// Says that no more will be sent.
  public void complete() {
    completed = true;
    stream.onCompleted();
  }

  /// What it ended with, once the owner has been told; *unavailable* when the other side just ended
  /// it.
  public Throwable failure() {
    return failure;
  }

  /// Why the other side ended it, if it has and gave one of the reasons.
  public Optional<Reason> reason() {
    return Statuses.reason(failure);
  }

  /// Breaks it off; [Owner#ended] may still be told.
  public void cancel(String why) {
    stream.cancel(why, null);
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> stream) {
    this.stream = stream;
    stream.setOnReadyHandler(owner::ready);
  }

  @Override
  public void onNext(A answer) {
    turn.execute(() -> owner.heard(this, answer));
  }

  @Override
  public void onError(Throwable failure) {
    LOG.log(completed ? Level.DEBUG : Level.INFO, "{0} ended: {1}", name, failure.getMessage());
    this.failure = failure;
    turn.execute(() -> owner.ended(this));
  }

  @Override
  public void onCompleted() {
    turn.execute(() -> owner.ended(this));
  }
}
