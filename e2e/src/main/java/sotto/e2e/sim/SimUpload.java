package sotto.e2e.sim;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sotto.blob.v1.BeginRequest;
import sotto.blob.v1.BeginResponse;
import sotto.blob.v1.BlobDeclaration;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.StorageClass;
import sotto.blob.v1.UploadRequest;
import sotto.blob.v1.UploadResponse;
import sotto.blob.v1.UploadStart;

/// The upload of a file that a message waits for, as the SDK does it: asks how far it is, goes on
/// from there, and when the blob is there seals the message, in one step with forgetting the
/// upload.
final class SimUpload {
  private static final int CHUNK = SimBlobs.PART / 2;
  private static final long PACE = 20 * Scheduler.MILLI;
  private static final long AGAIN = 400 * Scheduler.MILLI;

  private final SimClient client;
  private final World world;
  private final Machine machine;
  private final Disk.Upload upload;
  private final BlobDeclaration blob;
  // Of the attempt that is under way; what comes of an earlier one is not heard.
  private int attempt;

  SimUpload(SimClient client, World world, Disk.Upload upload) {
    this.client = client;
    this.world = world;
    this.machine = client.machine();
    this.upload = upload;
    this.blob =
        BlobDeclaration.newBuilder()
            .setUploadId(upload.row().file)
            .setSize(upload.content().size())
            .setSha256(SimBlobs.sha256(upload.content()))
            .setStorageClass(StorageClass.STORAGE_CLASS_TRANSIT)
            .build();
  }

  /// Asks how far it is, and goes on.
  void go() {
    if (client.isGone() || !client.disk().uploads.contains(upload)) {
      return;
    }
    stub()
        .begin(
            BeginRequest.newBuilder().setBlob(blob).build(),
            new Heard<BeginResponse>(++attempt) {
              @Override
              void answered(BeginResponse answer) {
                switch (answer.getOutcomeCase()) {
                  case POSITION -> send(answer.getPosition().getCommitted());
                  case UPLOADED -> client.uploaded(upload);
                  case MISMATCH, TOO_LARGE, QUOTA_EXCEEDED, OUTCOME_NOT_SET ->
                      throw refused(answer.getOutcomeCase());
                }
              }
            });
  }

  private BlobServiceGrpc.BlobServiceStub stub() {
    Channel channel = world.net().channel(machine, BlobMachine.NAME);
    return BlobServiceGrpc.newStub(channel).withDeadlineAfter(5, TimeUnit.SECONDS);
  }

  private void send(long from) {
    int mine = ++attempt;
    var frames =
        stub()
            .upload(
                new Heard<UploadResponse>(mine) {
                  @Override
                  void answered(UploadResponse answer) {
                    switch (answer.getOutcomeCase()) {
                      case UPLOADED -> client.uploaded(upload);
                      case ELSEWHERE -> go();
                      case MISMATCH, TOO_LARGE, QUOTA_EXCEEDED, OUTCOME_NOT_SET ->
                          throw refused(answer.getOutcomeCase());
                    }
                  }
                });
    frames.onNext(
        UploadRequest.newBuilder()
            .setStart(UploadStart.newBuilder().setBlob(blob).setOffset(from))
            .build());
    chunk(frames, mine, (int) from);
  }

  private void chunk(StreamObserver<UploadRequest> frames, int mine, int at) {
    machine.after(
        1 + world.random().nextLong(PACE),
        () -> {
          if (mine != attempt) {
            return;
          }
          int end = Math.min(at + CHUNK, upload.content().size());
          frames.onNext(
              UploadRequest.newBuilder().setChunk(upload.content().substring(at, end)).build());
          if (end < upload.content().size()) {
            chunk(frames, mine, end);
          }
        });
  }

  private Violation refused(Enum<?> how) {
    return new Violation("0013", client.name() + "'s good upload is refused: " + how);
  }

  /// One answer, or none: then it begins anew after a while.
  private abstract class Heard<A> implements StreamObserver<A> {
    private final int mine;
    private @Nullable A answer;

    Heard(int mine) {
      this.mine = mine;
    }

    abstract void answered(A answer);

    @Override
    public void onNext(A said) {
      answer = said;
    }

    @Override
    public void onError(Throwable failure) {
      if (mine == attempt) {
        attempt++;
        machine.after(1 + world.random().nextLong(AGAIN), SimUpload.this::go);
      }
    }

    @Override
    public void onCompleted() {
      var said = answer;
      if (mine == attempt && said != null) {
        attempt++;
        answered(said);
      }
    }
  }

  /// The content of a file.
  static ByteString content(World world, int parts) {
    return world.bytes(parts * SimBlobs.PART - world.random().nextInt(SimBlobs.PART));
  }
}
