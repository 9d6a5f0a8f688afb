package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.relay.TestRelay.ALICE;
import static sotto.relay.TestRelay.BOB;
import static sotto.relay.TestRelay.await;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AppendLinkRequest;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.proto.Reason;

/// Two relays and three real presence pods.
class ClusterTest {
  private static final DeviceAddress ALICES_OTHER =
      new DeviceAddress(ALICE.account(), new DeviceId(2));
  private static final List<String> PODS = List.of("pa", "pb", "pc");

  private final RealPresence presence = new RealPresence(PODS);
  private final TestRelay relay = new TestRelay(presence);
  private final Channel second = relay.secondRelay(TestConfigs.named("second"));

  @AfterEach
  void close() {
    relay.close();
    presence.close();
  }

  @Test
  void removedDevice_isCutAtOnce_onAnotherRelayThanTheRemovalCameThrough() {
    var removed = relay.client(second, ALICES_OTHER).live(1);
    relay.mailbox.remove(ALICES_OTHER);

    removeThrough(relay.channel);

    assertThat(removed.reason()).isEqualTo(Reason.DEVICE_REMOVED);
  }

  @Test
  void removedDevice_isCut_althoughTheStreamBetweenTheRelaysBreaks() {
    var removed = relay.client(second, ALICES_OTHER).live(1);
    relay.breakPeerStreams("second");
    relay.mailbox.remove(ALICES_OTHER);

    removeThrough(relay.channel);
    relay.advanceUntil(Duration.ofMillis(100), removed.ended::isDone);

    assertThat(removed.reason()).isEqualTo(Reason.DEVICE_REMOVED);
  }

  @Test
  void higherNumberOnAnotherRelay_displaces() {
    var old = relay.client(BOB).live(1);

    relay.client(second, BOB).live(2);

    assertThat(old.next().hasDisplaced()).isTrue();
  }

  @Test
  void anyOnePodMayBeGone_andMessagesArriveAtOnce() {
    var bob = relay.client(second, BOB).live(1);
    var alice = relay.client(ALICE).live(1);
    for (var pod : PODS) {
      presence.kill(pod);
      relay.advance(Duration.ofSeconds(31));
      alice.ping(1);
      bob.ping(1);
      assertThat(alice.next().hasPong()).isTrue();
      assertThat(bob.next().hasPong()).isTrue();

      alice.send(BOB, "without " + pod);

      assertThat(TestClient.texts(bob.deliveries(1))).containsExactly("without " + pod);
      presence.start(pod);
      relay.advanceUntil(Duration.ofMillis(100), () -> registered() == 4);
      bob.frames.clear();
      alice.frames.clear();
    }
  }

  @Test
  void restartedPod_costsNoStreamARead() {
    IntStream.range(10, 40)
        .forEach(i -> relay.client(new DeviceAddress(new AccountId(i, i), DeviceId.FIRST)).live(1));
    assertThat(registered()).isEqualTo(60);
    long reads = relay.count("read");

    presence.kill("pa");
    presence.start("pa");
    relay.advanceUntil(Duration.ofMillis(100), () -> registered() == 60);
    relay.advance(Duration.ofSeconds(5));

    assertThat(relay.count("read")).isEqualTo(reads);
  }

  @Test
  void relayThatEndsInOrder_leavesNobodyBehind() {
    relay.client(BOB).live(1);
    relay.client(second, ALICE).live(1);
    assertThat(registered()).isEqualTo(4);

    relay.closeRelay("second");

    await(() -> {
      presence.pass(Duration.ofMillis(250));
      return registered() == 2;
    });
  }

  private long registered() {
    return PODS.stream().mapToLong(presence::devices).sum();
  }

  private void removeThrough(Channel channel) {
    var headers = new Metadata();
    headers.put(TestClient.AUTHORIZATION, "Bearer " + relay.token(ALICE));
    AccountServiceGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .appendLink(
            AppendLinkRequest.newBuilder().setLink(ByteString.copyFromUtf8("remove")).build());
  }
}
