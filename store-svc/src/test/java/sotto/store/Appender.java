package sotto.store;

import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendRequest;
import sotto.mailbox.v1.AppendResponse;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.GroupAppend;
import sotto.mailbox.v1.GroupAppendResult;
import sotto.mailbox.v1.MailboxServiceGrpc.MailboxServiceStub;

/// A relay's end of an append stream.
final class Appender implements StreamObserver<AppendResponse>, AutoCloseable {
  private static final long DEADLINE_SECONDS = 20;
  private static final long PATIENCE_SECONDS = 40;

  private final BlockingQueue<AppendResult> results = new LinkedBlockingQueue<>();
  private final BlockingQueue<GroupAppendResult> groupResults = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
  private final StreamObserver<AppendRequest> requests;

  Appender(MailboxServiceStub stub) {
    requests = stub.append(this);
  }

  void send(Append.Builder... appends) {
    requests.onNext(
        AppendRequest.newBuilder()
            .addAllAppends(Arrays.stream(appends).map(Append.Builder::build).toList())
            .build());
  }

  AppendResult next() throws InterruptedException {
    return Objects.requireNonNull(
        results.poll(DEADLINE_SECONDS, TimeUnit.SECONDS), () -> "no answer; " + ends);
  }

  /// Sends in one batch and gives the results in the order of the request numbers.
  List<AppendResult> ask(Append.Builder... appends) throws InterruptedException {
    send(appends);
    List<AppendResult> answers = new ArrayList<>();
    for (int i = 0; i < appends.length; i++) {
      answers.add(next());
    }
    answers.sort(Comparator.comparingLong(AppendResult::getRequest));
    return answers;
  }

  /// Sends a group append and gives its results.
  List<AppendResult> group(GroupAppend append) throws InterruptedException {
    requests.onNext(AppendRequest.newBuilder().addGroupAppends(append).build());
    GroupAppendResult result =
        Objects.requireNonNull(
            groupResults.poll(DEADLINE_SECONDS, TimeUnit.SECONDS), () -> "no answer; " + ends);
    if (result.getRequest() != append.getRequest()) {
      throw new AssertionError(result);
    }
    return result.getResultsList();
  }

  AppendResult one(Append.Builder append) throws InterruptedException {
    return ask(append).getFirst();
  }

  /// Asks until the envelope is stored: until the database has ended what stands in the way. Each
  /// answer before that must be *again*.
  AppendResult untilStored(Supplier<Append.Builder> append) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      AppendResult result = one(append.get());
      if (result.hasAppended()) {
        return result;
      }
      if (!result.hasAgain() || System.nanoTime() > deadline) {
        throw new AssertionError("not stored: " + result);
      }
    }
  }

  String end() throws InterruptedException {
    return Objects.requireNonNull(ends.poll(DEADLINE_SECONDS, TimeUnit.SECONDS), "no end");
  }

  @Override
  public void onNext(AppendResponse response) {
    results.addAll(response.getResultsList());
    groupResults.addAll(response.getGroupResultsList());
  }

  @Override
  public void onError(Throwable t) {
    ends.add(t.toString());
  }

  @Override
  public void onCompleted() {
    ends.add("completed");
  }

  @Override
  public void close() {
    requests.onCompleted();
  }
}
