package sotto.relay.mailbox;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chat.v1.Hello;
import sotto.mailbox.v1.AckRequest;
import sotto.mailbox.v1.AckResponse;
import sotto.mailbox.v1.CheckMissedResponse;
import sotto.mailbox.v1.DeviceAck;
import sotto.mailbox.v1.DeviceAckResult;
import sotto.mailbox.v1.DeviceAckResult.OutcomeCase;
import sotto.mailbox.v1.DevicePosition;
import sotto.mailbox.v1.GetLastSeenRequest;
import sotto.mailbox.v1.GetLastSeenResponse;
import sotto.mailbox.v1.GetTokenKeysRequest;
import sotto.mailbox.v1.GetTokenKeysResponse;
import sotto.mailbox.v1.LastSeen;
import sotto.mailbox.v1.MailboxServiceGrpc;
import sotto.mailbox.v1.MailboxServiceGrpc.MailboxServiceStub;
import sotto.mailbox.v1.NoteLastSeenRequest;
import sotto.mailbox.v1.NoteLastSeenResponse;
import sotto.mailbox.v1.OpenDevice;
import sotto.mailbox.v1.OpenDeviceResult;
import sotto.mailbox.v1.OpenDevicesRequest;
import sotto.mailbox.v1.OpenDevicesResponse;
import sotto.mailbox.v1.ReadRequest;
import sotto.mailbox.v1.ReadResponse;
import sotto.relay.call.Detached;
import sotto.relay.pods.Pursuit;
import sotto.relay.pods.Route;
import sotto.relay.pods.Routes;
import sotto.relay.time.Backoff;
import sotto.relay.time.Wheel;

/// The calls to the mailboxes, each to the pod that owns the account, but for appends. None blocks;
/// acks, openings and last seen times of all streams go out in batches.
///
/// *Moved* is followed: nothing was done, whatever was asked.
///
/// Thread-safe. Callbacks run on gRPC's threads or in a batch's turn and must not block.
public final class Mailboxes {
  private static final long DEADLINE_MILLIS = 5_000;
  private static final long PATIENCE_MILLIS = 5_000;
  private static final long FOR_EVER_MILLIS = Long.MAX_VALUE / 4;
  private static final long ACK_RETRY_MILLIS = 500;
  private static final long FORGET_ROUTES_MILLIS = 600_000;
  private static final int BATCH = 1_000;

  private final Routes routes;
  private final Wheel wheel;
  private final Backoff backoff;
  private final long openingPatienceMillis;
  private final Batches<OpenDevice, OpenDeviceResult> openings;
  private final Batches<DeviceAck, DeviceAckResult> acks;
  private final Batches<LastSeen, Boolean> lastSeen;

  /// The mailboxes of all pods.
  ///
  /// @param routes to the pods
  /// @param wheel for retries
  /// @param backoff between retries
  /// @param openingPatienceMillis how long the owner of a device that opens its stream is looked
  ///   for
  public Mailboxes(Routes routes, Wheel wheel, Backoff backoff, long openingPatienceMillis) {
    this.routes = routes;
    this.wheel = wheel;
    this.backoff = backoff;
    this.openingPatienceMillis = openingPatienceMillis;
    this.openings =
        new Batches<>(
            routes,
            (to, batch, told, failed) ->
                call(to)
                    .openDevices(
                        OpenDevicesRequest.newBuilder().addAllDevices(batch).build(),
                        new Once<OpenDevicesResponse>(
                            answer -> told.accept(answer.getResultsList()), failed)),
            BATCH);
    this.acks =
        new Batches<>(
            routes,
            (to, batch, told, failed) ->
                call(to)
                    .ack(
                        AckRequest.newBuilder().addAllAcks(batch).build(),
                        new Once<AckResponse>(
                            answer -> told.accept(answer.getResultsList()), failed)),
            BATCH);
    this.lastSeen =
        new Batches<>(
            routes,
            (to, batch, told, failed) ->
                call(to)
                    .noteLastSeen(
                        NoteLastSeenRequest.newBuilder().addAllAccounts(batch).build(),
                        new Once<NoteLastSeenResponse>(_ -> told.accept(List.of()), failed)),
            BATCH);
    wheel.every(FORGET_ROUTES_MILLIS, this::forgetRoutes);
  }

  private void forgetRoutes() {
    openings.forgetRoutes();
    acks.forgetRoutes();
    lastSeen.forgetRoutes();
  }

  private MailboxServiceStub call(Route to) {
    return MailboxServiceGrpc.newStub(Detached.of(routes.channel(to)))
        .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private Pursuit pursuit(long patienceMillis) {
    return new Pursuit(wheel, backoff, patienceMillis);
  }

  /// Asks whether a device exists and its connection number is new, and notes the number. A pod
  /// that did not answer may have noted it: that is not asked again. One that says *again* is: it
  /// finds out in seconds, and only while it is asked, whether the bucket's owner is dead, and the
  /// device may be the only one that wants to know. If it noted the number in spite of that, it
  /// says *diverged*, and the device, which knows its own number, goes on with the next.
  public void open(DeviceAddress device, Hello hello, Consumer<Opening> told) {
    var request =
        OpenDevice.newBuilder()
            .setAccountId(bytes(device.account()))
            .setDevice(device.device().number())
            .setConnectionNumber(hello.getConnectionNumber());
    if (hello.hasHeard()) {
      request.setHeard(hello.getHeard());
    }
    open(request.build(), device.account().bucket(), pursuit(openingPatienceMillis), told);
  }

  private void open(OpenDevice request, int bucket, Pursuit pursuit, Consumer<Opening> told) {
    var route = routes.of(bucket);
    openings.add(
        route,
        request,
        result -> {
          if (result.isPresent() && result.get().hasMoved()) {
            routes.moved(bucket, route, result.get().getMoved().getOwner());
            if (!pursuit.goOn(() -> open(request, bucket, pursuit, told))) {
              told.accept(new Opening.Unknown());
            }
            return;
          }
          if (result.isPresent() && result.get().hasAgain()) {
            if (!pursuit.goOnLater(0, () -> open(request, bucket, pursuit, told))) {
              told.accept(new Opening.Unknown());
            }
            return;
          }
          var opening = result.map(Mailboxes::opening).orElse(new Opening.Unknown());
          if (!(opening instanceof Opening.Unknown)) {
            routes.owns(bucket, route);
          }
          told.accept(opening);
        });
  }

  private static Opening opening(OpenDeviceResult result) {
    return switch (result.getOutcomeCase()) {
      case OPENED -> new Opening.Opened(result.getOpened().getMissedSinceMs());
      case DIVERGED -> new Opening.DivergedAt(result.getDiverged().getHighest());
      case REMOVED -> new Opening.Removed();
      case LOCKED_OUT -> new Opening.LockedOut();
      case TOO_HIGH -> new Opening.TooHigh();
      case MOVED, AGAIN, OUTCOME_NOT_SET -> new Opening.Unknown();
    };
  }

  /// Reads a page.
  ///
  /// @param told the page; empty when the owner did not answer or was not found
  public void read(
      DeviceAddress device,
      long after,
      int maxEnvelopes,
      int maxBytes,
      Consumer<Optional<ReadResponse>> told) {
    var request =
        ReadRequest.newBuilder()
            .setAccountId(bytes(device.account()))
            .setDevice(device.device().number())
            .setAfter(after)
            .setMaxEnvelopes(maxEnvelopes)
            .setMaxBytes(maxBytes)
            .build();
    read(request, device.account().bucket(), pursuit(PATIENCE_MILLIS), told);
  }

  private void read(
      ReadRequest request, int bucket, Pursuit pursuit, Consumer<Optional<ReadResponse>> told) {
    var route = routes.of(bucket);
    call(route)
        .read(
            request,
            new Once<ReadResponse>(
                page -> {
                  if (!page.hasMoved()) {
                    routes.owns(bucket, route);
                    told.accept(Optional.of(page));
                    return;
                  }
                  routes.moved(bucket, route, page.getMoved().getOwner());
                  if (!pursuit.goOn(() -> read(request, bucket, pursuit, told))) {
                    told.accept(Optional.empty());
                  }
                },
                failure -> {
                  routes.failed(route, failure);
                  told.accept(Optional.empty());
                }));
  }

  /// Takes envelopes out of a mailbox; tried until the owner has done it or the relay ends. What
  /// the relay forgets at its end is delivered and acked once more.
  public void ack(DeviceAddress device, List<Long> positions) {
    var ack =
        DeviceAck.newBuilder()
            .setAccountId(bytes(device.account()))
            .setDevice(device.device().number())
            .addAllPositions(positions)
            .build();
    ack(ack, device.account().bucket(), pursuit(FOR_EVER_MILLIS));
  }

  private void ack(DeviceAck ack, int bucket, Pursuit pursuit) {
    var route = routes.of(bucket);
    acks.add(
        route,
        ack,
        result -> {
          Runnable again = () -> ack(ack, bucket, pursuit);
          switch (result.map(DeviceAckResult::getOutcomeCase).orElse(OutcomeCase.AGAIN)) {
            case ACKED -> routes.owns(bucket, route);
            case MOVED -> {
              routes.moved(bucket, route, result.orElseThrow().getMoved().getOwner());
              pursuit.goOn(again);
            }
            case AGAIN, OUTCOME_NOT_SET -> pursuit.goOnLater(ACK_RETRY_MILLIS, again);
          }
        });
  }

  /// Asks what streams have missed and which devices are removed, each device's owner.
  ///
  /// @param devices at most a thousand
  /// @param told the indexes; a device of which nothing could be heard is in neither list
  public void checkMissed(List<DevicePosition> devices, Consumer<CheckMissedResponse> told) {
    new MissedQuestion(
            routes,
            pursuit(PATIENCE_MILLIS),
            (to, request, answered, failed) ->
                call(to).checkMissed(request, new Once<>(answered, failed)),
            devices,
            told)
        .ask();
  }

  /// Notes when an account was last connected; lost when its owner does not answer.
  ///
  /// @param millis rounded down to five minutes, milliseconds since 1970
  /// @param accessKeyHashes who may know
  public void noteLastSeen(AccountId account, long millis, List<ByteString> accessKeyHashes) {
    lastSeen.add(
        routes.of(account.bucket()),
        LastSeen.newBuilder()
            .setAccountId(bytes(account))
            .setLastSeenMs(millis)
            .addAllAccessKeyHashes(accessKeyHashes)
            .build(),
        _ -> {});
  }

  /// Asks when an account was last connected.
  ///
  /// @param told milliseconds since 1970; 0 = not known
  public void lastSeen(AccountId account, ByteString accessKey, Consumer<Long> told) {
    var route = routes.of(account.bucket());
    call(route)
        .getLastSeen(
            GetLastSeenRequest.newBuilder()
                .setAccountId(bytes(account))
                .setAccessKey(accessKey)
                .build(),
            new Once<GetLastSeenResponse>(
                seen -> told.accept(seen.getLastSeenMs()),
                failure -> {
                  routes.failed(route, failure);
                  told.accept(0L);
                }));
  }

  /// Asks some pod for the keys that tokens are checked with.
  public void tokenKeys(Consumer<Optional<GetTokenKeysResponse>> told) {
    var route = routes.any();
    call(route)
        .getTokenKeys(
            GetTokenKeysRequest.getDefaultInstance(),
            new Once<GetTokenKeysResponse>(
                keys -> {
                  routes.answered(route);
                  told.accept(Optional.of(keys));
                },
                failure -> {
                  routes.failed(route, failure);
                  told.accept(Optional.empty());
                }));
  }

  /// The bytes of an id, not copied again.
  public static ByteString bytes(AccountId account) {
    return UnsafeByteOperations.unsafeWrap(account.bytes());
  }
}
