package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.relay.TestRelay.ALICE;
import static sotto.relay.TestRelay.BOB;
import static sotto.relay.TestRelay.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sotto.admin.v1.ListStreamsRequest;
import sotto.admin.v1.ListStreamsResponse;
import sotto.admin.v1.RelayAdminServiceGrpc;
import sotto.admin.v1.StreamKey;
import sotto.admin.v1.StreamStanding;
import sotto.chain.DeviceAddress;
import sotto.mesh.InternalServer;
import sotto.mesh.Telemetry;

class RelayAdminTest {
  private static final int SIZE = "waiting".length();

  private final TestRelay relay = new TestRelay();
  private InternalServer server;
  private ManagedChannel channel;

  @BeforeEach
  void open() {
    server =
        InternalServer.start(
            UUID.randomUUID().toString(), relay.relay.forOperators().services(), Telemetry.none());
    channel = server.newChannel();
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.close();
    relay.close();
  }

  private ListStreamsResponse list(ListStreamsRequest.Builder request) {
    return RelayAdminServiceGrpc.newBlockingStub(channel).listStreams(request.build());
  }

  private static ListStreamsRequest.Builder most(int most) {
    return ListStreamsRequest.newBuilder().setMost(most);
  }

  private static ByteString account(DeviceAddress of) {
    return ByteString.copyFrom(of.account().bytes());
  }

  private static StreamStanding.Builder bobs() {
    return StreamStanding.newBuilder()
        .setKey(StreamKey.newBuilder().setAccountId(account(BOB)).setDevice(1))
        .setSince(TestRelay.NOW.toEpochMilli());
  }

  @Test
  void stream_isListedWithWhatItsDeviceHasNotAcknowledged() {
    relay.mailbox.put(BOB, "waiting");
    var bob = relay.client(BOB).open(1);
    var position = bob.deliveries(1).getFirst().getPosition();
    await(() -> !list(most(9)).getStreams(0).getBehind());
    assertThat(list(most(9)))
        .isEqualTo(
            ListStreamsResponse.newBuilder()
                .addStreams(bobs().setUnackedEnvelopes(1).setUnackedBytes(SIZE))
                .setAll(1)
                .build());
    bob.ack(position);
    await(() -> list(most(9)).getStreams(0).getUnackedEnvelopes() == 0);
    assertThat(list(most(9)).getStreams(0)).isEqualTo(bobs().build());
  }

  @Test
  void pages_coverAllStreamsOnceInOrder() {
    relay.client(BOB).open(1);
    relay.client(ALICE).open(1);
    await(() -> list(most(9)).getStreamsCount() == 2);
    var first = list(most(1));
    assertThat(first.getMore()).isTrue();
    assertThat(first.getAll()).isEqualTo(2);
    assertThat(first.getStreams(0).getKey().getAccountId()).isEqualTo(account(ALICE));
    var second = list(most(1).setAfter(first.getStreams(0).getKey()));
    assertThat(second.getMore()).isFalse();
    assertThat(second.getStreamsList())
        .extracting(s -> s.getKey().getAccountId())
        .containsExactly(account(BOB));
    assertThat(list(most(1).setAfter(second.getStreams(0).getKey())).getStreamsList()).isEmpty();
  }

  @Test
  void measures_countStreamsAndDeliveries() {
    relay.mailbox.put(BOB, "waiting");
    relay.client(BOB).open(1).deliveries(1);
    var measures = relay.relay.forOperators();
    assertThat(measures.measure("sotto.relay.streams")).isEqualTo(1);
    assertThat(measures.measure("sotto.relay.deliveries")).isEqualTo(1);
    assertThat(measures.measure("sotto.relay.sends")).isZero();
  }
}
