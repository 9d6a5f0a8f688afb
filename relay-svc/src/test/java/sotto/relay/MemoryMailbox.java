package sotto.relay;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chat.v1.Delivery;
import sotto.chat.v1.Diverged;
import sotto.chat.v1.RetryInOrder;
import sotto.mailbox.v1.AckRequest;
import sotto.mailbox.v1.AckResponse;
import sotto.mailbox.v1.Acked;
import sotto.mailbox.v1.Again;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendRequest;
import sotto.mailbox.v1.AppendResponse;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.Appended;
import sotto.mailbox.v1.CheckMissedRequest;
import sotto.mailbox.v1.CheckMissedResponse;
import sotto.mailbox.v1.DeviceAckResult;
import sotto.mailbox.v1.DeviceRemoved;
import sotto.mailbox.v1.GetLastSeenRequest;
import sotto.mailbox.v1.GetLastSeenResponse;
import sotto.mailbox.v1.GetTokenKeysRequest;
import sotto.mailbox.v1.GetTokenKeysResponse;
import sotto.mailbox.v1.GroupAppend;
import sotto.mailbox.v1.GroupAppendRecipient;
import sotto.mailbox.v1.GroupAppendResult;
import sotto.mailbox.v1.LastSeen;
import sotto.mailbox.v1.MailboxServiceGrpc;
import sotto.mailbox.v1.Moved;
import sotto.mailbox.v1.NoteLastSeenRequest;
import sotto.mailbox.v1.NoteLastSeenResponse;
import sotto.mailbox.v1.NumberTooHigh;
import sotto.mailbox.v1.OpenDevice;
import sotto.mailbox.v1.OpenDeviceResult;
import sotto.mailbox.v1.OpenDevicesRequest;
import sotto.mailbox.v1.OpenDevicesResponse;
import sotto.mailbox.v1.Opened;
import sotto.mailbox.v1.ReadRequest;
import sotto.mailbox.v1.ReadResponse;
import sotto.mailbox.v1.StoredAt;

/// A store pod over a database in memory. All guarded by this.
final class MemoryMailbox extends MailboxServiceGrpc.MailboxServiceImplBase {
  private static final long TOO_HIGH = 1L << 20;

  private final MemoryBoxes boxes;
  private final String name;
  private final List<Appends> streams = new ArrayList<>();
  private final List<Runnable> heldAppends = new ArrayList<>();
  private boolean holding;
  private boolean losing;
  private int failingReads;
  private int doubtedOpenings;
  private Optional<GetTokenKeysResponse> keys = Optional.empty();
  private Function<Append, Optional<AppendResult.Builder>> script = _ -> Optional.empty();
  private Function<GroupAppendRecipient, Optional<AppendResult.Builder>> groupScript =
      _ -> Optional.empty();

  /// What happened, in order.
  final BlockingQueue<String> events;

  /// Every append that arrived.
  final BlockingQueue<Append> appends = new LinkedBlockingQueue<>();

  /// Every group append that arrived.
  final BlockingQueue<GroupAppend> groupAppends = new LinkedBlockingQueue<>();

  final BlockingQueue<LastSeen> lastSeen = new LinkedBlockingQueue<>();

  MemoryMailbox(BlockingQueue<String> events, MemoryBoxes boxes, String name) {
    this.events = events;
    this.boxes = boxes;
    this.name = name;
  }

  synchronized void answerAppends(Function<Append, Optional<AppendResult.Builder>> next) {
    script = next;
  }

  synchronized void answerRecipients(
      Function<GroupAppendRecipient, Optional<AppendResult.Builder>> next) {
    groupScript = next;
  }

  synchronized void tokenKeys(GetTokenKeysResponse next) {
    keys = Optional.of(next);
  }

  /// Has it fail for who asks for token keys.
  synchronized void withholdTokenKeys() {
    keys = Optional.empty();
  }

  synchronized void remove(DeviceAddress device) {
    boxes.removed.add(device);
  }

  synchronized void failReads(int times) {
    failingReads = times;
  }

  /// Answers *again* to so many openings: whether the bucket's owner is there is not known yet.
  synchronized void doubtOpenings(int times) {
    doubtedOpenings = times;
  }

  /// Appends are not answered until [#release].
  synchronized void hold() {
    holding = true;
  }

  /// What is appended from now on is stored and not answered.
  synchronized void loseAnswers() {
    losing = true;
  }

  /// What is appended from now on is answered again.
  synchronized void findAnswers() {
    losing = false;
  }

  void release() {
    List<Runnable> held;
    synchronized (this) {
      holding = false;
      held = List.copyOf(heldAppends);
      heldAppends.clear();
    }
    held.forEach(Runnable::run);
  }

  /// Breaks every append stream; what is held is neither stored nor answered.
  void breakAppends() {
    List<Appends> broken;
    synchronized (this) {
      broken = List.copyOf(streams);
      streams.clear();
      heldAppends.clear();
      holding = false;
    }
    broken.forEach(stream -> stream.out.onError(Status.UNAVAILABLE.asRuntimeException()));
  }

  /// Stores an envelope of which no relay hears.
  synchronized long put(DeviceAddress device, String text) {
    return store(device, ByteString.copyFromUtf8(text)).getPosition();
  }

  synchronized List<Long> positions(DeviceAddress device) {
    return List.copyOf(box(device).keySet());
  }

  synchronized List<String> texts(DeviceAddress device) {
    return box(device).values().stream().map(d -> TestClient.text(d.getEnvelope())).toList();
  }

  private NavigableMap<Long, Delivery> box(DeviceAddress device) {
    return boxes.box(device);
  }

  private StoredAt store(DeviceAddress device, ByteString envelope) {
    return boxes.store(device, envelope);
  }

  /// What is answered instead of doing anything, when another pod owns the account.
  private Optional<Moved> moved(ByteString account) {
    return boxes
        .claim(new AccountId(account.toByteArray()), name)
        .map(owner -> Moved.newBuilder().setOwner(owner).build());
  }

  @Override
  public synchronized StreamObserver<AppendRequest> append(StreamObserver<AppendResponse> out) {
    var stream = new Appends(out);
    streams.add(stream);
    return stream;
  }

  private final class Appends implements StreamObserver<AppendRequest> {
    final StreamObserver<AppendResponse> out;
    final Map<Long, Integer> brokenLanes = new HashMap<>();

    Appends(StreamObserver<AppendResponse> out) {
      this.out = out;
    }

    @Override
    public void onNext(AppendRequest request) {
      synchronized (MemoryMailbox.this) {
        appends.addAll(request.getAppendsList());
        groupAppends.addAll(request.getGroupAppendsList());
        if (holding) {
          heldAppends.add(() -> take(request));
          return;
        }
      }
      take(request);
    }

    private void take(AppendRequest request) {
      synchronized (MemoryMailbox.this) {
        var response = AppendResponse.newBuilder();
        for (var append : request.getAppendsList()) {
          response.addResults(decide(append).setRequest(append.getRequest()));
        }
        for (var append : request.getGroupAppendsList()) {
          response.addGroupResults(decide(append));
        }
        if (!losing) {
          out.onNext(response.build());
        }
      }
    }

    private AppendResult.Builder decide(Append append) {
      if (append.getGeneration() <= brokenLanes.getOrDefault(append.getLane(), 0)) {
        return AppendResult.newBuilder().setRetryInOrder(RetryInOrder.getDefaultInstance());
      }
      var scripted = script.apply(append);
      if (scripted.isPresent()) {
        brokenLanes.put(append.getLane(), append.getGeneration());
        return scripted.get();
      }
      var moved = moved(append.getAccountId());
      long epoch = boxes.epoch(new AccountId(append.getAccountId().toByteArray()));
      if (moved.isPresent()) {
        brokenLanes.put(append.getLane(), append.getGeneration());
        return AppendResult.newBuilder().setMoved(moved.get());
      }
      if (append.getEpoch() != 0 && append.getEpoch() != epoch) {
        brokenLanes.put(append.getLane(), append.getGeneration());
        return AppendResult.newBuilder()
            .setEpoch(epoch)
            .setMoved(Moved.newBuilder().setOwner(name + "/start"));
      }
      var key =
          List.<Object>of(
              append.getSenderAccountId(), append.getSenderDevice(), append.getEnvelopeId());
      var appended = boxes.known.get(key);
      if (appended == null) {
        var made = Appended.newBuilder().setAcceptedAtMs(1);
        var account = new AccountId(append.getAccountId().toByteArray());
        for (var device : append.getDevicesList()) {
          made.addStored(
              store(
                  new DeviceAddress(account, new DeviceId(device.getDevice())),
                  device.getEnvelope()));
        }
        appended = made.build();
        boxes.known.put(key, appended);
      }
      return AppendResult.newBuilder().setEpoch(epoch).setAppended(appended);
    }

    private GroupAppendResult.Builder decide(GroupAppend append) {
      var result = GroupAppendResult.newBuilder().setRequest(append.getRequest());
      append.getRecipientsList().forEach(to -> result.addResults(decide(append, to)));
      return result;
    }

    private AppendResult.Builder decide(GroupAppend append, GroupAppendRecipient to) {
      var scripted = groupScript.apply(to);
      if (scripted.isPresent()) {
        return scripted.get();
      }
      var moved = moved(to.getAccountId());
      if (moved.isPresent()) {
        return AppendResult.newBuilder().setMoved(moved.get());
      }
      var account = new AccountId(to.getAccountId().toByteArray());
      var key =
          List.<Object>of(
              append.getSenderAccountId(),
              append.getSenderDevice(),
              to.getEnvelopeId(),
              to.getAccountId());
      var appended =
          boxes.known.computeIfAbsent(
              key,
              _ -> {
                var made = Appended.newBuilder().setAcceptedAtMs(1);
                boxes.devices(account).stream()
                    .filter(d -> !d.equals(sender(append)))
                    .forEach(d -> made.addStored(store(d, append.getEnvelope())));
                return made.build();
              });
      return AppendResult.newBuilder().setEpoch(boxes.epoch(account)).setAppended(appended);
    }

    private static DeviceAddress sender(GroupAppend append) {
      return device(append.getSenderAccountId(), append.getSenderDevice());
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }

  @Override
  public synchronized void openDevices(
      OpenDevicesRequest request, StreamObserver<OpenDevicesResponse> out) {
    var response = OpenDevicesResponse.newBuilder();
    for (var open : request.getDevicesList()) {
      events.add("open");
      response.addResults(open(open));
    }
    answer(out, response.build());
  }

  private OpenDeviceResult.Builder open(OpenDevice open) {
    var device = device(open.getAccountId(), open.getDevice());
    long highest = boxes.numbers.getOrDefault(device, 0L);
    var result = OpenDeviceResult.newBuilder();
    var moved = moved(open.getAccountId());
    if (moved.isPresent()) {
      return result.setMoved(moved.get());
    }
    if (doubtedOpenings > 0) {
      doubtedOpenings--;
      return result.setAgain(Again.getDefaultInstance());
    }
    if (boxes.removed.contains(device)) {
      return result.setRemoved(DeviceRemoved.getDefaultInstance());
    }
    if (open.getConnectionNumber() <= highest || (open.hasHeard() && open.getHeard() < highest)) {
      return result.setDiverged(Diverged.newBuilder().setHighest(highest));
    }
    if (open.getConnectionNumber() > highest + TOO_HIGH) {
      return result.setTooHigh(NumberTooHigh.getDefaultInstance());
    }
    boxes.numbers.put(device, open.getConnectionNumber());
    return result.setOpened(Opened.newBuilder().setMissedSinceMs(17));
  }

  @Override
  public synchronized void read(ReadRequest request, StreamObserver<ReadResponse> out) {
    events.add("read");
    if (failingReads > 0) {
      failingReads--;
      out.onError(Status.UNAVAILABLE.asRuntimeException());
      return;
    }
    var moved = moved(request.getAccountId());
    if (moved.isPresent()) {
      answer(out, ReadResponse.newBuilder().setMoved(moved.get()).build());
      return;
    }
    var device = device(request.getAccountId(), request.getDevice());
    var page = ReadResponse.newBuilder().setLast(boxes.last(device));
    for (var row : box(device).tailMap(request.getAfter(), false).values()) {
      if (page.getDeliveriesCount() == request.getMaxEnvelopes()) {
        page.setMore(true);
        break;
      }
      page.addDeliveries(row);
    }
    answer(out, page.build());
  }

  @Override
  public synchronized void ack(AckRequest request, StreamObserver<AckResponse> out) {
    var response = AckResponse.newBuilder();
    for (var ack : request.getAcksList()) {
      var moved = moved(ack.getAccountId());
      if (moved.isPresent()) {
        response.addResults(DeviceAckResult.newBuilder().setMoved(moved.get()));
        continue;
      }
      box(device(ack.getAccountId(), ack.getDevice())).keySet().removeAll(ack.getPositionsList());
      response.addResults(DeviceAckResult.newBuilder().setAcked(Acked.getDefaultInstance()));
    }
    answer(out, response.build());
    events.add("ack");
  }

  @Override
  public synchronized void checkMissed(
      CheckMissedRequest request, StreamObserver<CheckMissedResponse> out) {
    events.add("checked");
    var response = CheckMissedResponse.newBuilder();
    for (int i = 0; i < request.getDevicesCount(); i++) {
      var asked = request.getDevices(i);
      var moved = moved(asked.getAccountId());
      if (moved.isPresent()) {
        response.addMoved(i).addMovedTo(moved.get().getOwner());
        continue;
      }
      var device = device(asked.getAccountId(), asked.getDevice());
      if (boxes.removed.contains(device)) {
        response.addRemoved(i);
      } else if (!box(device).tailMap(asked.getLast(), false).isEmpty()) {
        response.addMissed(i);
      }
    }
    answer(out, response.build());
  }

  @Override
  public void noteLastSeen(NoteLastSeenRequest request, StreamObserver<NoteLastSeenResponse> out) {
    lastSeen.addAll(request.getAccountsList());
    answer(out, NoteLastSeenResponse.getDefaultInstance());
  }

  @Override
  public void getLastSeen(GetLastSeenRequest request, StreamObserver<GetLastSeenResponse> out) {
    answer(out, GetLastSeenResponse.newBuilder().setLastSeenMs(300_000).build());
  }

  @Override
  public synchronized void getTokenKeys(
      GetTokenKeysRequest request, StreamObserver<GetTokenKeysResponse> out) {
    events.add("keys");
    keys.ifPresentOrElse(
        found -> answer(out, found), () -> out.onError(Status.INTERNAL.asRuntimeException()));
  }

  private static DeviceAddress device(ByteString account, int number) {
    return new DeviceAddress(new AccountId(account.toByteArray()), new DeviceId(number));
  }

  private static <A> void answer(StreamObserver<A> out, A message) {
    out.onNext(message);
    out.onCompleted();
  }
}
