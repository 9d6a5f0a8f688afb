package sotto.store.mailbox;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.trace.Tracer;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.mailbox.v1.AccountsChanged;
import sotto.mailbox.v1.AckRequest;
import sotto.mailbox.v1.AckResponse;
import sotto.mailbox.v1.Acked;
import sotto.mailbox.v1.Again;
import sotto.mailbox.v1.AppendRequest;
import sotto.mailbox.v1.AppendResponse;
import sotto.mailbox.v1.CheckMissedRequest;
import sotto.mailbox.v1.CheckMissedResponse;
import sotto.mailbox.v1.DeviceAckResult;
import sotto.mailbox.v1.GetLastSeenRequest;
import sotto.mailbox.v1.GetLastSeenResponse;
import sotto.mailbox.v1.GetTokenKeysRequest;
import sotto.mailbox.v1.GetTokenKeysResponse;
import sotto.mailbox.v1.MailboxServiceGrpc;
import sotto.mailbox.v1.Moved;
import sotto.mailbox.v1.NoteLastSeenRequest;
import sotto.mailbox.v1.NoteLastSeenResponse;
import sotto.mailbox.v1.OpenDeviceResult;
import sotto.mailbox.v1.OpenDevicesRequest;
import sotto.mailbox.v1.OpenDevicesResponse;
import sotto.mailbox.v1.ReadRequest;
import sotto.mailbox.v1.ReadResponse;
import sotto.mailbox.v1.WatchAccountsRequest;
import sotto.mesh.MonotonicClock;
import sotto.store.decision.Changes;
import sotto.store.sql.Readers;
import sotto.store.token.SigningKeys;
import sotto.store.write.Batch;
import sotto.store.write.Call;
import sotto.store.write.Fate;
import sotto.store.write.Writers;

/// The mailbox service. Handlers block until what they answer is durable.
public final class MailboxEndpoint extends MailboxServiceGrpc.MailboxServiceImplBase {
  private static final int ROW = 64;

  private final Writers writers;
  private final MailboxReads reads;
  private final AppendRules rules;
  private final Changes changes;
  private final SigningKeys signingKeys;
  private final Clock clock;
  private final Tracer tracer;

  /// Serves what these hold.
  public MailboxEndpoint(
      Writers writers,
      Readers readers,
      AppendRules rules,
      ColdRules cold,
      Changes changes,
      SigningKeys signingKeys,
      Clock clock,
      MonotonicClock time,
      Tracer tracer) {
    this.writers = writers;
    this.reads = new MailboxReads(readers, writers, new ColdReads(cold, writers, time));
    this.rules = rules;
    this.changes = changes;
    this.signingKeys = signingKeys;
    this.clock = clock;
    this.tracer = tracer;
  }

  @Override
  public StreamObserver<AppendRequest> append(StreamObserver<AppendResponse> responses) {
    return AppendStream.open(
        (ServerCallStreamObserver<AppendResponse>) responses, rules, writers::submit, tracer);
  }

  /// Queues work for each item, so that all go into one transaction, and waits for all.
  private <R> List<Call<R>> together(int items, IntFunction<ByteString> account, Each<R> work) {
    List<Call<R>> calls =
        IntStream.range(0, items)
            .mapToObj(i -> {
              AccountId id = new AccountId(account.apply(i).toByteArray());
              return new Call<R>(id, ROW, batch -> work.apply(batch, i));
            })
            .toList();
    calls.forEach(writers::submit);
    return calls;
  }

  private interface Each<R> {
    R apply(Batch batch, int item) throws SQLException;
  }

  @Override
  public void openDevices(
      OpenDevicesRequest request, StreamObserver<OpenDevicesResponse> response) {
    List<Call<OpenDeviceResult>> calls =
        together(
            request.getDevicesCount(),
            i -> request.getDevices(i).getAccountId(),
            (batch, i) -> MailboxWrites.open(batch, request.getDevices(i)));
    OpenDevicesResponse.Builder results = OpenDevicesResponse.newBuilder();
    for (Call<OpenDeviceResult> call : calls) {
      results.addResults(
          switch (call.await()) {
            case Call.Done<OpenDeviceResult>(OpenDeviceResult result) -> result;
            case Call.NotDone<OpenDeviceResult>(Fate.Moved(String owner)) ->
                OpenDeviceResult.newBuilder().setMoved(Moved.newBuilder().setOwner(owner)).build();
            case Call.NotDone<OpenDeviceResult> _ ->
                OpenDeviceResult.newBuilder().setAgain(Again.getDefaultInstance()).build();
          });
    }
    answer(response, results.build());
  }

  @Override
  public void read(ReadRequest request, StreamObserver<ReadResponse> response) {
    answer(response, reads.read(request));
  }

  @Override
  public void ack(AckRequest request, StreamObserver<AckResponse> response) {
    List<Call<Boolean>> calls =
        together(
            request.getAcksCount(),
            i -> request.getAcks(i).getAccountId(),
            (batch, i) -> MailboxWrites.ack(batch, request.getAcks(i)));
    AckResponse.Builder results = AckResponse.newBuilder();
    for (Call<Boolean> call : calls) {
      DeviceAckResult.Builder result = DeviceAckResult.newBuilder();
      results.addResults(
          switch (call.await()) {
            case Call.Done<Boolean> _ -> result.setAcked(Acked.getDefaultInstance());
            case Call.NotDone<Boolean>(Fate.Moved(String owner)) ->
                result.setMoved(Moved.newBuilder().setOwner(owner));
            case Call.NotDone<Boolean> _ -> result.setAgain(Again.getDefaultInstance());
          });
    }
    answer(response, results.build());
  }

  @Override
  public void checkMissed(
      CheckMissedRequest request, StreamObserver<CheckMissedResponse> response) {
    List<DeviceAddress> stale = new ArrayList<>();
    CheckMissedResponse missed =
        reads.checkMissed(request, MailboxWrites.day(clock.millis()), stale);
    for (DeviceAddress device : stale) {
      writers.submit(
          new Call<>(
              device.account(),
              ROW,
              batch -> MailboxWrites.seen(batch, device.account(), device.device().number())));
    }
    answer(response, missed);
  }

  @Override
  public void watchAccounts(WatchAccountsRequest request, StreamObserver<AccountsChanged> changed) {
    changes.watch((ServerCallStreamObserver<AccountsChanged>) changed);
  }

  @Override
  public void noteLastSeen(
      NoteLastSeenRequest request, StreamObserver<NoteLastSeenResponse> response) {
    List<Call<Integer>> calls =
        together(
            request.getAccountsCount(),
            i -> request.getAccounts(i).getAccountId(),
            (batch, i) -> MailboxWrites.lastSeen(batch.session(), request.getAccounts(i)));
    // A hint (G9): what could not be noted is not.
    calls.forEach(Call::await);
    answer(response, NoteLastSeenResponse.getDefaultInstance());
  }

  @Override
  public void getLastSeen(
      GetLastSeenRequest request, StreamObserver<GetLastSeenResponse> response) {
    answer(
        response, GetLastSeenResponse.newBuilder().setLastSeenMs(reads.lastSeen(request)).build());
  }

  @Override
  public void getTokenKeys(
      GetTokenKeysRequest request, StreamObserver<GetTokenKeysResponse> response) {
    answer(response, signingKeys.publicKeys());
  }

  private static <T> void answer(StreamObserver<T> response, T message) {
    response.onNext(message);
    response.onCompleted();
  }
}
