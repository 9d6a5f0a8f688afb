package sotto.blob.transfer;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sotto.blob.v1.UploadRequest;
import sotto.blob.v1.UploadResponse;

/// The frames of one upload, from gRPC's callbacks to one blocking reader. At most [#WINDOW] wait:
/// a client that sends faster than the store writes is held back by flow control.
final class UploadFrames implements StreamObserver<UploadRequest> {
  /// Frames that may be on their way to the reader, 256 KiB each at most.
  static final int WINDOW = 4;

  private final ServerCallStreamObserver<UploadResponse> call;
  private final Duration idle;
  private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();

  /// What the reader gets.
  sealed interface Item {
    /// A frame.
    record Frame(UploadRequest request) implements Item {}

    /// The client has sent everything.
    record End() implements Item {}

    /// The call is gone; nobody listens.
    record Gone() implements Item {}

    /// No frame came for too long.
    record Silence() implements Item {}

    /// Another connection goes on with the upload.
    record Lost() implements Item {}
  }

  /// Takes over a call that has just come in.
  ///
  /// @param idle longest silence that the reader waits out
  UploadFrames(ServerCallStreamObserver<UploadResponse> call, Duration idle) {
    this.call = call;
    this.idle = idle;
    call.disableAutoRequest();
    call.setOnCancelHandler(() -> items.add(new Item.Gone()));
    call.request(WINDOW);
  }

  /// Lets the reader know, behind what has come, that another connection goes on with the upload.
  void lose() {
    items.add(new Item.Lost());
  }

  /// Waits for the next item.
  Item next() throws InterruptedException {
    @Nullable Item item = items.poll(idle.toMillis(), TimeUnit.MILLISECONDS);
    if (item instanceof Item.Frame) {
      call.request(1);
    }
    return item == null ? new Item.Silence() : item;
  }

  @Override
  public void onNext(UploadRequest request) {
    items.add(new Item.Frame(request));
  }

  @Override
  public void onError(Throwable failure) {
    items.add(new Item.Gone());
  }

  @Override
  public void onCompleted() {
    items.add(new Item.End());
  }
}
