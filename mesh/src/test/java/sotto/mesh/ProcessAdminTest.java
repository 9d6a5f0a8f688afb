package sotto.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import sotto.admin.v1.DescribeRequest;
import sotto.admin.v1.DrainRequest;
import sotto.admin.v1.DrainResponse;
import sotto.admin.v1.MeasureRequest;
import sotto.admin.v1.Measured;
import sotto.admin.v1.ProcessAdminServiceGrpc;
import sotto.admin.v1.ProcessState;
import sotto.mesh.testing.HandClock;
import sotto.proto.Reason;
import sotto.proto.Statuses;

@ResourceLock("log of Audit")
@ResourceLock("log of Refusals")
class ProcessAdminTest {
  private static final Instant START = HandClock.START;

  @TempDir Path dir;
  private TestMesh mesh;
  private CapturedLog audit;
  private final HandClock clock = new HandClock();
  private final LinkedBlockingQueue<String> stops = new LinkedBlockingQueue<>();
  private final ProcessLife life =
      new ProcessLife(
          "1.2.3",
          Optional.of("sotto-store-0"),
          List.of(new Setting("drain", "10s", "default")),
          Duration.ofSeconds(10),
          clock,
          () -> stops.add("stop"));

  @BeforeEach
  void open() throws IOException {
    mesh = new TestMesh(dir.resolve("mesh"));
    audit = CapturedLog.of(Audit.LOGGER);
  }

  @AfterEach
  void close() throws Exception {
    mesh.close();
    audit.close();
  }

  private String serve() throws IOException {
    var network = mesh.join(Role.STORE, "store-0");
    return mesh.serve(
        network,
        new ProcessAdmin(
            life,
            network.name(),
            new ForOperators(
                List.of(),
                Map.of("sotto.x", () -> 7),
                () -> List.of("the blob b:1 is not reached"))),
        FakeAccounts.answering(1));
  }

  private Channel channel(Role role, String name, String to) throws IOException {
    return mesh.join(role, name).pods(Role.STORE, TestMesh.target(to)).channel(to);
  }

  private static ProcessAdminServiceGrpc.ProcessAdminServiceBlockingStub process(Channel channel) {
    return ProcessAdminServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private static DrainResponse drain(Channel channel, Instant startedAt) {
    return process(channel)
        .drain(DrainRequest.newBuilder().setStartedAt(startedAt.toEpochMilli()).build());
  }

  @Test
  void operator_isToldWhatAProcessIsAndLacks() throws Exception {
    var alice = process(channel(Role.ADMIN, "alice", serve()));
    clock.pass(Duration.ofMinutes(1));
    life.ready();
    var is = alice.describe(DescribeRequest.getDefaultInstance());
    assertThat(is.getRole()).isEqualTo("store");
    assertThat(is.getName()).isEqualTo("store-0");
    assertThat(is.getHost()).isEqualTo("sotto-store-0");
    assertThat(is.getVersion()).isEqualTo("1.2.3");
    assertThat(is.getStartedAt()).isEqualTo(START.toEpochMilli());
    assertThat(is.getNow()).isEqualTo(START.plusSeconds(60).toEpochMilli());
    assertThat(is.getState()).isEqualTo(ProcessState.PROCESS_STATE_SERVING);
    assertThat(is.getTroublesList()).containsExactly("the blob b:1 is not reached");
    assertThat(is.getSettingsList()).isEmpty();
    assertThat(alice.measure(MeasureRequest.getDefaultInstance()).getMeasuredList())
        .containsExactly(Measured.newBuilder().setMetric("sotto.x").setValue(7).build());
    var settings = alice.describe(DescribeRequest.newBuilder().setSettings(true).build());
    assertThat(settings.getSettings(0).getKey()).isEqualTo("drain");
  }

  @Test
  void drain_endsTheStartThatIsMeantAndNoOther() throws Exception {
    var alice = channel(Role.ADMIN, "alice", serve());
    assertThat(drain(alice, START.plusMillis(1)).hasOtherStart()).isTrue();
    assertThat(stops).isEmpty();
    assertThat(life.state()).isEqualTo(ProcessLife.State.STARTING);
    assertThat(drain(alice, START).getLeaving().getWithinMs()).isEqualTo(10_000);
    assertThat(audit.next(2))
        .containsExactly(
            "an operator's call operator=\"alice\""
                + " method=\"sotto.admin.v1.ProcessAdminService/Drain\" outcome=\"OK\""
                + " on=\"nothing: another start of spiffe://sotto/store/store-0 was meant\"",
            "an operator's call operator=\"alice\""
                + " method=\"sotto.admin.v1.ProcessAdminService/Drain\" outcome=\"OK\""
                + " on=\"spiffe://sotto/store/store-0\"");
    assertThat(process(alice).describe(DescribeRequest.getDefaultInstance()).getState())
        .isEqualTo(ProcessState.PROCESS_STATE_DRAINING);
    assertThat(stops.poll(20, TimeUnit.SECONDS)).isEqualTo("stop");
  }

  @Test
  void everyCallOfAnOperator_isInTheAudit_alsoThoseThatAreRefused() throws Exception {
    var alice = channel(Role.ADMIN, "alice", serve());
    process(alice).describe(DescribeRequest.getDefaultInstance());
    assertThatThrownBy(() -> drain(alice, Instant.EPOCH))
        .matches(e -> Statuses.reason(e).equals(Optional.of(Reason.FIELD_OUT_OF_BOUNDS)));
    assertThatThrownBy(() -> TestMesh.call(alice))
        .matches(e -> Statuses.reason(e).equals(Optional.of(Reason.CALLER_NOT_ALLOWED)));
    assertThat(audit.next(3))
        .containsExactly(
            "an operator's call operator=\"alice\""
                + " method=\"sotto.admin.v1.ProcessAdminService/Describe\" outcome=\"OK\"",
            "an operator's call operator=\"alice\""
                + " method=\"sotto.admin.v1.ProcessAdminService/Drain\""
                + " outcome=\"FIELD_OUT_OF_BOUNDS\"",
            "an operator's call operator=\"alice\""
                + " method=\"sotto.account.v1.AccountService/GetChain\""
                + " outcome=\"CALLER_NOT_ALLOWED\"");
  }

  @Test
  void relay_isRefusedWhatIsForOperators() throws Exception {
    var relay = channel(Role.RELAY, "relay-0", serve());
    assertThatThrownBy(() -> process(relay).describe(DescribeRequest.getDefaultInstance()))
        .matches(e -> Statuses.reason(e).equals(Optional.of(Reason.CALLER_NOT_ALLOWED)));
    assertThatThrownBy(() -> drain(relay, START))
        .matches(e -> Statuses.reason(e).equals(Optional.of(Reason.CALLER_NOT_ALLOWED)));
    assertThat(stops).isEmpty();
    assertThat(TestMesh.call(relay)).isEqualTo(1);
    assertThat(audit.isEmpty()).isTrue();
  }
}
