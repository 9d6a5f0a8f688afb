package sotto.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ManagedChannel;
import io.grpc.stub.MetadataUtils;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import sotto.bench.measure.Schedule;
import sotto.chain.testing.TestAccount;
import sotto.chat.v1.Ack;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.GroupRecipient;
import sotto.chat.v1.GroupSend;
import sotto.chat.v1.GroupSendResult;
import sotto.chat.v1.MemberResult;
import sotto.chat.v1.Send;
import sotto.chat.v1.ServerFrame;
import sotto.group.GroupChange;
import sotto.group.Role;
import sotto.group.testing.TestGroup;
import sotto.group.v1.ChangeRequest;
import sotto.group.v1.GroupServiceGrpc;

/// One who writes to a real group, founded by a signed change, and its members, some of whom are
/// connected. One message at a time.
final class GroupLoad implements AutoCloseable {
  private static final long WAIT = 60_000_000_000L;
  private static final int OPENING = 64;

  private final Person owner;
  private final List<Person> members;
  private final int bytes;
  private final TestGroup group;
  private final DeviceStream sender;
  private final List<DeviceStream> connected;
  private final AtomicLong delivered = new AtomicLong();
  private volatile long last;
  private volatile long number;
  private volatile Awaited awaited = new Awaited(0, 0);
  private long requests;

  /// What answers are still to come.
  private static final class Awaited {
    private final long first;
    private final AtomicLong left;
    private final CompletableFuture<Long> done = new CompletableFuture<>();

    Awaited(long first, int count) {
      this.first = first;
      this.left = new AtomicLong(count);
    }

    void answered(long request, boolean accepted) {
      if (request < first) {
        return;
      }
      if (!accepted) {
        done.completeExceptionally(new CannotMeasure("a send was refused"));
      } else if (left.decrementAndGet() == 0) {
        done.complete(System.nanoTime());
      }
    }
  }

  /// When what was sent to all members was accepted for each of them, and the last of those
  /// connected had it; nanoseconds from its sending.
  record Times(long accepted, long delivered) {}

  private GroupLoad(Target target, List<Person> people, int connect, int bytes) {
    this.owner = people.getFirst();
    this.members = people.subList(1, people.size());
    this.bytes = bytes;
    Map<TestAccount, Role> others = new HashMap<>();
    members.forEach(member -> others.put(member.account(), Role.MEMBER));
    group = TestGroup.found(ThreadLocalRandom.current().nextLong(), owner.account(), others);
    found(target);
    sender = DeviceStream.opened(() -> target.channel(0), owner, this::answered).join();
    connected = new ArrayList<>();
    for (int from = 0; from < connect; from += OPENING) {
      connected.addAll(
          members.subList(from, Math.min(connect, from + OPENING)).stream()
              .map(member -> open(target, member))
              .toList()
              .stream()
              .map(CompletableFuture::join)
              .toList());
    }
  }

  /// Registers people, founds their group and connects some.
  ///
  /// @param count members beside the one who writes
  /// @param connect so many of them
  static GroupLoad open(Bench bench, int count, int connect, int bytes) {
    Bench.say("registering " + (count + 1) + " accounts");
    return new GroupLoad(bench.target(), bench.target().register(count + 1), connect, bytes);
  }

  private CompletableFuture<DeviceStream> open(Target target, Person member) {
    var stream = new CompletableFuture<DeviceStream>();
    var opened = DeviceStream.opened(() -> target.channel(1), member, frame -> came(stream, frame));
    return opened.thenApply(it -> {
      stream.complete(it);
      return it;
    });
  }

  private void found(Target target) {
    GroupChange founding = group.changes().getFirst();
    ManagedChannel channel = target.channel(0);
    try {
      var answer =
          GroupServiceGrpc.newBlockingStub(channel)
              .withInterceptors(
                  MetadataUtils.newAttachHeadersInterceptor(DeviceStream.signedIn(owner)))
              .withDeadlineAfter(60, TimeUnit.SECONDS)
              .change(
                  ChangeRequest.newBuilder()
                      .setGroupId(groupId())
                      .setRevision(founding.body().revision())
                      .setChange(ByteString.copyFrom(founding.bytes()))
                      .build());
      if (!answer.hasChanged()) {
        throw new CannotMeasure("the group was not founded: " + answer);
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private ByteString groupId() {
    return ByteString.copyFrom(group.chain().id().bytes());
  }

  private void answered(ServerFrame frame) {
    if (frame.hasSendResult()) {
      var result = frame.getSendResult();
      awaited.answered(result.getRequest(), result.hasAccepted());
    } else if (frame.hasGroupSendResult()) {
      GroupSendResult result = frame.getGroupSendResult();
      boolean all =
          result.getResultsCount() > 0
              && result.getResultsList().stream().allMatch(MemberResult::hasAccepted);
      awaited.answered(result.getRequest(), all);
    }
  }

  private void came(CompletableFuture<DeviceStream> stream, ServerFrame frame) {
    if (!frame.hasDeliver()) {
      return;
    }
    Ack.Builder ack = Ack.newBuilder();
    for (var delivery : frame.getDeliver().getDeliveriesList()) {
      ack.addPositions(delivery.getPosition());
      if (number(delivery.getEnvelope()) == number) {
        last = System.nanoTime();
        delivered.incrementAndGet();
      }
    }
    var _ = stream.thenAccept(it -> it.send(ClientFrame.newBuilder().setAck(ack).build()));
  }

  private static long number(ByteString envelope) {
    try {
      Envelope read = Envelope.parseFrom(envelope);
      return read.getType() == CiphertextType.CIPHERTEXT_TYPE_GROUP_CHANGED
          ? 0
          : read.getCiphertext().asReadOnlyByteBuffer().getLong();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Bytes of the frames that carry one message from the sender, without gRPC's own.
  long sentBytes(boolean asGroup) {
    ByteString noise = payload(1);
    return asGroup
        ? groupFrame(1, noise).getSerializedSize()
        : members.stream().mapToLong(to -> single(to, 1, noise).getSerializedSize()).sum();
  }

  /// Sends one message to all members and waits until the last connected one has it.
  ///
  /// @param asGroup as one frame, or else one for each member
  Times once(boolean asGroup) {
    number = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    delivered.set(0);
    ByteString noise = payload(number);
    List<ClientFrame> frames = new ArrayList<>();
    awaited = new Awaited(requests + 1, asGroup ? 1 : members.size());
    if (asGroup) {
      frames.add(groupFrame(++requests, noise));
    } else {
      members.forEach(to -> frames.add(single(to, ++requests, noise)));
    }
    long begun = System.nanoTime();
    frames.forEach(sender::send);
    long accepted = awaited.done.orTimeout(WAIT, TimeUnit.NANOSECONDS).join();
    while (delivered.get() < connected.size()) {
      if (System.nanoTime() - begun > WAIT) {
        throw new CannotMeasure(
            "delivered to " + delivered + " of " + connected.size() + " members in a minute");
      }
      Schedule.awaitTime(System.nanoTime() + 50_000);
    }
    return new Times(accepted - begun, connected.isEmpty() ? 0 : last - begun);
  }

  private ByteString payload(long marked) {
    byte[] noise = new byte[bytes];
    ThreadLocalRandom.current().nextBytes(noise);
    return ByteString.copyFrom(ByteBuffer.wrap(noise).putLong(0, marked));
  }

  private static ByteString envelopeId() {
    byte[] id = new byte[16];
    ThreadLocalRandom.current().nextBytes(id);
    return ByteString.copyFrom(id);
  }

  private ClientFrame groupFrame(long request, ByteString noise) {
    GroupSend.Builder send =
        GroupSend.newBuilder()
            .setRequest(request)
            .setGroupId(groupId())
            .setRevision(group.chain().revision())
            .setCiphertext(noise);
    for (Person member : members) {
      send.addRecipients(
          GroupRecipient.newBuilder().setAccountId(member.id()).setEnvelopeId(envelopeId()));
    }
    return ClientFrame.newBuilder().setGroupSend(send).build();
  }

  private static ClientFrame single(Person to, long request, ByteString noise) {
    return ClientFrame.newBuilder()
        .setSend(
            Send.newBuilder()
                .setRequest(request)
                .setAccountId(to.id())
                .setEnvelopeId(envelopeId())
                .setLaneGeneration(1)
                .addDevices(
                    DeviceEnvelope.newBuilder()
                        .setDevice(1)
                        .setRegistrationId(1)
                        .setType(CiphertextType.CIPHERTEXT_TYPE_RATCHET)
                        .setCiphertext(noise)))
        .build();
  }

  int connected() {
    return connected.size();
  }

  /// Those connected and the sender.
  int streams() {
    return connected.size() + 1;
  }

  /// Keeps one of them open.
  void ping(int which) {
    (which < connected.size() ? connected.get(which) : sender).ping();
  }

  @Override
  public void close() {
    sender.close();
    connected.forEach(DeviceStream::close);
  }
}
