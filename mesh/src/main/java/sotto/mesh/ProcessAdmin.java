package sotto.mesh;

import io.grpc.stub.StreamObserver;
import java.util.TreeMap;
import sotto.admin.v1.DescribeRequest;
import sotto.admin.v1.DescribeResponse;
import sotto.admin.v1.DrainRequest;
import sotto.admin.v1.DrainResponse;
import sotto.admin.v1.Leaving;
import sotto.admin.v1.MeasureRequest;
import sotto.admin.v1.MeasureResponse;
import sotto.admin.v1.Measured;
import sotto.admin.v1.OtherStart;
import sotto.admin.v1.ProcessAdminServiceGrpc;
import sotto.admin.v1.ProcessState;

/// What every process answers to its operators: what it is, and that it leaves when it is told to.
public final class ProcessAdmin extends ProcessAdminServiceGrpc.ProcessAdminServiceImplBase {
  private static final int MOST_TROUBLES = 100;

  private final ProcessLife life;
  private final MeshName name;
  private final ForOperators own;

  /// Of one process.
  ///
  /// @param name who it is
  /// @param own what its services have for operators
  public ProcessAdmin(ProcessLife life, MeshName name, ForOperators own) {
    this.life = life;
    this.name = name;
    this.own = own;
  }

  @Override
  public void describe(DescribeRequest request, StreamObserver<DescribeResponse> response) {
    var description =
        DescribeResponse.newBuilder()
            .setRole(name.role().toString())
            .setName(name.pod())
            .setHost(life.host().orElse(""))
            .setVersion(life.version())
            .setStartedAt(life.started().toEpochMilli())
            .setNow(life.clock().millis())
            .setState(state(life.state()))
            .addAllTroubles(own.troubles().get().stream().limit(MOST_TROUBLES).toList());
    if (request.getSettings()) {
      life.settings().forEach(setting -> description.addSettings(setting(setting)));
    }
    response.onNext(description.build());
    response.onCompleted();
  }

  private static ProcessState state(ProcessLife.State state) {
    return switch (state) {
      case STARTING -> ProcessState.PROCESS_STATE_STARTING;
      case SERVING -> ProcessState.PROCESS_STATE_SERVING;
      case DRAINING -> ProcessState.PROCESS_STATE_DRAINING;
    };
  }

  private static sotto.admin.v1.Setting setting(Setting setting) {
    return sotto.admin.v1.Setting.newBuilder()
        .setKey(setting.key())
        .setValue(setting.value())
        .setSource(setting.source())
        .build();
  }

  @Override
  public void measure(MeasureRequest request, StreamObserver<MeasureResponse> response) {
    var measured = MeasureResponse.newBuilder();
    new TreeMap<>(own.measures())
        .forEach((metric, value) ->
            measured.addMeasured(
                Measured.newBuilder().setMetric(metric).setValue(value.getAsLong())));
    response.onNext(measured.build());
    response.onCompleted();
  }

  @Override
  public void drain(DrainRequest request, StreamObserver<DrainResponse> response) {
    var meant = request.getStartedAt() == life.started().toEpochMilli();
    Audit.on(meant ? name.toString() : "nothing: another start of " + name + " was meant");
    if (meant) {
      life.leaving();
    }
    response.onNext(
        meant
            ? DrainResponse.newBuilder()
                .setLeaving(Leaving.newBuilder().setWithinMs(life.drain().toMillis()))
                .build()
            : DrainResponse.newBuilder().setOtherStart(OtherStart.getDefaultInstance()).build());
    response.onCompleted();
    if (meant) {
      life.end();
    }
  }
}
