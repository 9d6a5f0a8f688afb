package sotto.store.mailbox;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendRequest;
import sotto.mailbox.v1.AppendResponse;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.GroupAppend;
import sotto.mailbox.v1.GroupAppendResult;
import sotto.proto.MessageSpans;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.store.write.Job;

/// One relay's stream of appends.
///
/// Reads the next batch only while few appends are unanswered and the answers are being read, so
/// that a stream's memory is bounded. Answers come from the writer's thread.
final class AppendStream implements StreamObserver<AppendRequest> {
  private static final int MAX_UNANSWERED = 4_096;
  private static final long MAX_UNANSWERED_BYTES = 32L << 20;

  private final ServerCallStreamObserver<AppendResponse> out;
  private final AppendRules rules;
  private final Consumer<Job> queue;
  private final Lanes lanes = new Lanes();
  // The rest is guarded by this.
  private final MessageSpans spans;
  private AppendResponse.Builder answers = AppendResponse.newBuilder();
  private int unanswered;
  private long unansweredBytes;
  private boolean mayAsk;
  private boolean halfClosed;
  private boolean over;

  private AppendStream(
      ServerCallStreamObserver<AppendResponse> out,
      AppendRules rules,
      Consumer<Job> queue,
      Tracer tracer) {
    this.out = out;
    this.rules = rules;
    this.queue = queue;
    this.spans = new MessageSpans(tracer, "message store", SpanKind.SERVER);
  }

  static AppendStream open(
      ServerCallStreamObserver<AppendResponse> out,
      AppendRules rules,
      Consumer<Job> queue,
      Tracer tracer) {
    AppendStream stream = new AppendStream(out, rules, queue, tracer);
    out.disableAutoRequest();
    out.setOnCancelHandler(stream::cancelled);
    out.setOnReadyHandler(stream::askForMore);
    stream.readyForFirst();
    return stream;
  }

  private synchronized void readyForFirst() {
    mayAsk = true;
    ask();
  }

  Lanes lanes() {
    return lanes;
  }

  @Override
  public void onNext(AppendRequest request) {
    for (Append append : request.getAppendsList()) {
      if (!append.getSenderAccountId().isEmpty() && append.getSenderDevice() == 0) {
        refuse();
        return;
      }
    }
    for (Append append : request.getAppendsList()) {
      AppendJob job = new AppendJob(this, append, rules);
      opens(append.getRequest(), append.getTraceparent(), job.bytes());
      queue.accept(job);
    }
    for (GroupAppend append : request.getGroupAppendsList()) {
      GroupAppending appending = new GroupAppending(this, append, rules);
      opens(append.getRequest(), append.getTraceparent(), appending.bytes());
      appending.jobs().forEach(queue);
    }
    synchronized (this) {
      mayAsk = true;
      ask();
    }
  }

  private synchronized void opens(long request, String traceparent, long bytes) {
    unanswered++;
    unansweredBytes += bytes;
    var _ = spans.begin(request, traceparent);
  }

  private synchronized void refuse() {
    over = true;
    out.onError(
        Statuses.of(
            Reason.FIELD_OUT_OF_BOUNDS,
            "sender_device is missing",
            Map.of("field", "appends.sender_device")));
  }

  /// Takes an answer; it goes out with the next [#flush].
  synchronized void answer(AppendResult result, long bytes) {
    answers.addResults(result);
    closes(result.getRequest(), result.hasAppended(), bytes);
  }

  /// The same for a group append.
  synchronized void answer(GroupAppendResult result, long bytes) {
    answers.addGroupResults(result);
    boolean all = result.getResultsList().stream().allMatch(AppendResult::hasAppended);
    closes(result.getRequest(), all, bytes);
  }

  private void closes(long request, boolean appended, long bytes) {
    spans.end(request, appended);
    unanswered--;
    unansweredBytes -= bytes;
  }

  synchronized void flush() {
    if (answers.getResultsCount() > 0 || answers.getGroupResultsCount() > 0) {
      AppendResponse response = answers.build();
      answers = AppendResponse.newBuilder();
      if (!over) {
        out.onNext(response);
      }
    }
    ask();
    end();
  }

  private synchronized void askForMore() {
    ask();
  }

  private void ask() {
    if (mayAsk
        && !over
        && !halfClosed
        && unanswered < MAX_UNANSWERED
        && unansweredBytes < MAX_UNANSWERED_BYTES
        && out.isReady()) {
      mayAsk = false;
      out.request(1);
    }
  }

  private void end() {
    if (halfClosed && unanswered == 0 && !over) {
      over = true;
      out.onCompleted();
    }
  }

  private synchronized void cancelled() {
    over = true;
  }

  @Override
  public synchronized void onError(@Nullable Throwable t) {
    over = true;
  }

  @Override
  public synchronized void onCompleted() {
    halfClosed = true;
    end();
  }
}
