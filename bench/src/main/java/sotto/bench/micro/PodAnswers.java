package sotto.bench.micro;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.Semaphore;
import sotto.presence.v1.AttachResponse;

/// The pod's end of a stream, without a transport.
public final class PodAnswers extends ServerCallStreamObserver<AttachResponse> {
  /// Has a permit for each batch that is in.
  public final Semaphore done = new Semaphore(0);

  @Override
  public void onNext(AttachResponse frame) {
    if (frame.hasDone()) {
      done.release();
    }
  }

  @Override
  public void onError(Throwable failure) {
    throw new IllegalStateException(failure);
  }

  @Override
  public void onCompleted() {}

  @Override
  public boolean isCancelled() {
    return false;
  }

  @Override
  public void setOnCancelHandler(Runnable handler) {}

  @Override
  public void setOnCloseHandler(Runnable handler) {}

  @Override
  public void setCompression(String compression) {}

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public void setOnReadyHandler(Runnable handler) {}

  @Override
  public void request(int count) {}

  @Override
  public void setMessageCompression(boolean enable) {}

  @Override
  public void disableAutoInboundFlowControl() {}

  @Override
  public void disableAutoRequest() {}
}
