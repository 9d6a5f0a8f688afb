package sotto.relay.mailbox;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Channel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.mailbox.v1.AckRequest;
import sotto.mailbox.v1.AckResponse;
import sotto.mailbox.v1.CheckMissedRequest;
import sotto.mailbox.v1.CheckMissedResponse;
import sotto.mailbox.v1.DeviceAck;
import sotto.mailbox.v1.DeviceAckResult;
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
import sotto.relay.time.Wheel;

/// The calls to the mailboxes of a store pod, but for appends. None blocks; acks, openings and last
/// seen times of all streams go out in batches.
///
/// Thread-safe. Callbacks run on gRPC's threads or in a batch's turn and must not block.
public final class Mailboxes {
  private static final long DEADLINE_MILLIS = 5_000;
  private static final long ACK_RETRY_MILLIS = 500;
  private static final int BATCH = 1_000;

  private final MailboxServiceStub store;
  private final Wheel wheel;
  private final Gather<OpenDevice, OpenDeviceResult> openings;
  private final Gather<DeviceAck, DeviceAckResult> acks;
  private final Gather<LastSeen, NoteLastSeenResponse> lastSeen;

  /// The mailboxes behind a channel.
  ///
  /// @param channel to a store pod
  /// @param wheel for retries
  public Mailboxes(Channel channel, Wheel wheel) {
    this.store = MailboxServiceGrpc.newStub(channel);
    this.wheel = wheel;
    this.openings =
        new Gather<>(
            (batch, answer) ->
                call()
                    .openDevices(
                        OpenDevicesRequest.newBuilder().addAllDevices(batch).build(),
                        new Once<>(response ->
                            answer.accept(response.map(OpenDevicesResponse::getResultsList)))),
            BATCH);
    this.acks =
        new Gather<>(
            (batch, answer) ->
                call()
                    .ack(
                        AckRequest.newBuilder().addAllAcks(batch).build(),
                        new Once<>(
                            response -> answer.accept(response.map(AckResponse::getResultsList)))),
            BATCH);
    this.lastSeen =
        new Gather<>(
            (batch, answer) ->
                call()
                    .noteLastSeen(
                        NoteLastSeenRequest.newBuilder().addAllAccounts(batch).build(),
                        new Once<NoteLastSeenResponse>(_ -> answer.accept(Optional.empty()))),
            BATCH);
  }

  /// A stub for the stream of appends.
  public MailboxServiceStub appends() {
    return store;
  }

  private MailboxServiceStub call() {
    return store.withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /// Asks whether a device exists and its connection number is new, and notes the number.
  public void open(DeviceAddress device, long connectionNumber, Consumer<Opening> told) {
    openings.add(
        OpenDevice.newBuilder()
            .setAccountId(bytes(device.account()))
            .setDevice(device.device().number())
            .setConnectionNumber(connectionNumber)
            .build(),
        result -> told.accept(result.map(Mailboxes::opening).orElse(new Opening.Unknown())));
  }

  private static Opening opening(OpenDeviceResult result) {
    return switch (result.getOutcomeCase()) {
      case OPENED -> new Opening.Opened(result.getOpened().getMissedSinceMs());
      case DIVERGED -> new Opening.DivergedAt(result.getDiverged().getHighest());
      case REMOVED -> new Opening.Removed();
      case TOO_HIGH -> new Opening.TooHigh();
      case MOVED, AGAIN, OUTCOME_NOT_SET -> new Opening.Unknown();
    };
  }

  /// Reads a page.
  ///
  /// @param told the page; empty when the store did not answer or is not the owner
  public void read(
      DeviceAddress device,
      long after,
      int maxEnvelopes,
      int maxBytes,
      Consumer<Optional<ReadResponse>> told) {
    call()
        .read(
            ReadRequest.newBuilder()
                .setAccountId(bytes(device.account()))
                .setDevice(device.device().number())
                .setAfter(after)
                .setMaxEnvelopes(maxEnvelopes)
                .setMaxBytes(maxBytes)
                .build(),
            new Once<ReadResponse>(page -> told.accept(page.filter(p -> !p.hasMoved()))));
  }

  /// Takes envelopes out of a mailbox; tried until the store has done it or the relay ends. What
  /// the relay forgets at its end is delivered and acked once more.
  public void ack(DeviceAddress device, List<Long> positions) {
    ack(
        DeviceAck.newBuilder()
            .setAccountId(bytes(device.account()))
            .setDevice(device.device().number())
            .addAllPositions(positions)
            .build());
  }

  private void ack(DeviceAck ack) {
    acks.add(
        ack,
        result -> {
          if (result.filter(DeviceAckResult::hasAcked).isEmpty()) {
            wheel.after(ACK_RETRY_MILLIS, () -> ack(ack));
          }
        });
  }

  /// Asks what streams have missed and which devices are removed.
  ///
  /// @param devices at most a thousand
  public void checkMissed(
      List<DevicePosition> devices, Consumer<Optional<CheckMissedResponse>> told) {
    call()
        .checkMissed(
            CheckMissedRequest.newBuilder().addAllDevices(devices).build(), new Once<>(told));
  }

  /// Notes when an account was last connected; lost when the store does not answer.
  ///
  /// @param millis rounded down to five minutes, milliseconds since 1970
  /// @param accessKeyHashes who may know
  public void noteLastSeen(AccountId account, long millis, List<ByteString> accessKeyHashes) {
    lastSeen.add(
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
    call()
        .getLastSeen(
            GetLastSeenRequest.newBuilder()
                .setAccountId(bytes(account))
                .setAccessKey(accessKey)
                .build(),
            new Once<GetLastSeenResponse>(
                seen -> told.accept(seen.map(GetLastSeenResponse::getLastSeenMs).orElse(0L))));
  }

  /// Asks for the keys that tokens are checked with.
  public void tokenKeys(Consumer<Optional<GetTokenKeysResponse>> told) {
    call().getTokenKeys(GetTokenKeysRequest.getDefaultInstance(), new Once<>(told));
  }

  /// The bytes of an id, not copied again.
  public static ByteString bytes(AccountId account) {
    return UnsafeByteOperations.unsafeWrap(account.bytes());
  }
}
