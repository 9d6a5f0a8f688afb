package sotto.relay.group;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import sotto.chain.AccountId;
import sotto.group.v1.ApplyRequest;
import sotto.group.v1.ApplyResponse;
import sotto.group.v1.ChangeRequest;
import sotto.group.v1.CheckSendRequest;
import sotto.group.v1.CheckSendResponse;
import sotto.group.v1.GroupOwnerServiceGrpc;
import sotto.mesh.Caller;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.relay.call.Detached;
import sotto.relay.mailbox.Once;
import sotto.relay.pods.Pursuit;
import sotto.relay.pods.Routes;
import sotto.relay.time.Backoff;
import sotto.relay.time.Wheel;

/// What the relay itself asks the owners of groups. Both may be asked again: *moved* is followed,
/// and so is silence, until the patience is over.
///
/// Thread-safe; nothing blocks. Callbacks run on gRPC's threads or the wheel's and must not block.
public final class GroupOwners {
  private static final long DEADLINE_MILLIS = 5_000;
  private static final Duration COME_BACK = Duration.ofSeconds(1);

  private final Routes routes;
  private final Wheel wheel;
  private final Backoff backoff;

  /// The owners of all groups.
  ///
  /// @param routes to the pods
  /// @param wheel for retries
  /// @param backoff between retries
  public GroupOwners(Routes routes, Wheel wheel, Backoff backoff) {
    this.routes = routes;
    this.wheel = wheel;
    this.backoff = backoff;
  }

  /// Asks whether a message may go to some members of a group.
  ///
  /// @param told empty when no owner has answered
  public void checkSend(
      CheckSendRequest request, long patienceMillis, Consumer<Optional<CheckSendResponse>> told) {
    new Question<>(
            bucket(request.getGroupId()),
            GroupOwnerServiceGrpc.getCheckSendMethod(),
            request,
            Optional.empty(),
            new Pursuit(wheel, backoff, patienceMillis),
            answer -> told.accept(Optional.of(answer)),
            _ -> told.accept(Optional.empty()))
        .ask();
  }

  /// Has a change applied on behalf of its author.
  ///
  /// @param failed told what the call is to end with
  public void apply(
      Caller author,
      ChangeRequest change,
      long patienceMillis,
      Consumer<ApplyResponse> told,
      Consumer<StatusRuntimeException> failed) {
    new Question<>(
            bucket(change.getGroupId()),
            GroupOwnerServiceGrpc.getApplyMethod(),
            ApplyRequest.newBuilder().setChange(change).build(),
            Optional.of(author),
            new Pursuit(wheel, backoff, patienceMillis),
            told,
            failed)
        .ask();
  }

  private static int bucket(ByteString group) {
    return new AccountId(group.toByteArray()).bucket();
  }

  private final class Question<Q, A> {
    private final int bucket;
    private final MethodDescriptor<Q, A> method;
    private final Q request;
    private final Optional<Caller> caller;
    private final Pursuit pursuit;
    private final Consumer<A> told;
    private final Consumer<StatusRuntimeException> failed;

    Question(
        int bucket,
        MethodDescriptor<Q, A> method,
        Q request,
        Optional<Caller> caller,
        Pursuit pursuit,
        Consumer<A> told,
        Consumer<StatusRuntimeException> failed) {
      this.bucket = bucket;
      this.method = method;
      this.request = request;
      this.caller = caller;
      this.pursuit = pursuit;
      this.told = told;
      this.failed = failed;
    }

    void ask() {
      var route = routes.of(bucket);
      var pod = Detached.of(routes.channel(route));
      var channel =
          caller.<Channel>map(c -> ClientInterceptors.intercept(pod, c.interceptor())).orElse(pod);
      var options = CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
      ClientCalls.asyncUnaryCall(
          channel.newCall(method, options),
          request,
          new Once<A>(
              answer -> {
                routes.owns(bucket, route);
                told.accept(answer);
              },
              failure -> {
                var owner = Statuses.movedTo(failure);
                if (owner.isPresent()) {
                  routes.moved(bucket, route, owner.get());
                  orFail(pursuit.goOn(this::ask), unavailable());
                } else {
                  boolean silent = routes.failed(route, failure);
                  notAnswered(silent, failure);
                }
              }));
    }

    private void notAnswered(boolean silent, Throwable failure) {
      var reason = Statuses.reason(failure);
      if (silent || reason.isEmpty() || reason.get() == Reason.UNAVAILABLE) {
        long least = Statuses.retryAfter(failure).map(Duration::toMillis).orElse(0L);
        orFail(pursuit.goOnLater(least, this::ask), unavailable());
      } else {
        failed.accept(failure instanceof StatusRuntimeException said ? said : unavailable());
      }
    }

    private void orFail(boolean goesOn, StatusRuntimeException why) {
      if (!goesOn) {
        failed.accept(why);
      }
    }
  }

  private static StatusRuntimeException unavailable() {
    return Statuses.unavailable("a server behind does not answer", COME_BACK);
  }
}
