package sotto.presence;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import sotto.chain.AccountId;
import sotto.presence.v1.AttachRequest;
import sotto.presence.v1.AttachResponse;
import sotto.presence.v1.Change;
import sotto.presence.v1.Changes;
import sotto.presence.v1.Complete;
import sotto.presence.v1.Connected;
import sotto.presence.v1.Disconnected;
import sotto.presence.v1.Lease;
import sotto.presence.v1.PresenceServiceGrpc;
import sotto.presence.v1.Published;
import sotto.presence.v1.Renew;
import sotto.presence.v1.Unwatched;
import sotto.presence.v1.Watched;

/// The relay's end of an attach stream. Blocking; the test's thread only.
final class Relay implements ClientResponseObserver<AttachRequest, AttachResponse> {
  private static final long DEADLINE_SECONDS = 20;

  private final BlockingQueue<AttachResponse> frames = new LinkedBlockingQueue<>();
  private final CompletableFuture<Optional<Throwable>> end = new CompletableFuture<>();
  private final CompletableFuture<ClientCallStreamObserver<AttachRequest>> call =
      new CompletableFuture<>();
  private long batch;

  Relay(PresenceServiceGrpc.PresenceServiceStub stub) {
    var _ = stub.attach(this);
  }

  /// Attaches, and expects a lease of this life.
  void lease(String name, long epoch, int lifeMillis) {
    sendLease(name, epoch);
    assertThat(next().getLeased().getLifeMs()).isEqualTo(lifeMillis);
  }

  void sendLease(String name, long epoch) {
    send(AttachRequest.newBuilder().setLease(Lease.newBuilder().setRelay(name).setEpoch(epoch)));
  }

  void renew() {
    send(AttachRequest.newBuilder().setRenew(Renew.getDefaultInstance()));
  }

  /// Registers nothing more; returns when the pod has read it.
  void complete() {
    complete(Pod.VERSION);
  }

  void complete(long podsVersion) {
    send(AttachRequest.newBuilder().setComplete(Complete.newBuilder().setPodsVersion(podsVersion)));
    apply(unwatched(Long.MAX_VALUE));
  }

  void send(AttachRequest.Builder frame) {
    call.join().onNext(frame.build());
  }

  /// Sends a batch and waits for its acknowledgement; other frames stay for [#next].
  void apply(Change... changes) {
    long sent = ++batch;
    send(
        AttachRequest.newBuilder()
            .setChanges(Changes.newBuilder().setBatch(sent).addAllChanges(Arrays.asList(changes))));
    List<AttachResponse> others = new ArrayList<>();
    AttachResponse frame = next();
    while (!frame.hasDone()) {
      others.add(frame);
      frame = next();
    }
    assertThat(frame.getDone().getBatch()).isEqualTo(sent);
    frames.addAll(others);
  }

  AttachResponse next() {
    try {
      AttachResponse frame = frames.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
      assertThat(frame).as("a frame from presence").isNotNull();
      return frame;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// The next event about one watch.
  boolean nextSeen(long watch) {
    AttachResponse frame = next();
    assertThat(frame.getSeen().getWatchesList()).containsExactly(watch);
    return frame.getSeen().getOnline();
  }

  /// The name of the relay that the next frame says is lost.
  String nextLost() {
    AttachResponse frame = next();
    assertThat(frame.hasRelayLost()).isTrue();
    return frame.getRelayLost().getRelay();
  }

  /// That nothing is on its way: what was sent before this call's acknowledgement has arrived.
  void hearsNothing() {
    apply(unwatched(Long.MAX_VALUE));
    apply(unwatched(Long.MAX_VALUE));
    assertThat(frames).isEmpty();
  }

  /// How the stream ended; empty = without failure.
  Optional<Throwable> end() {
    return end.orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS).join();
  }

  /// Breaks the stream off.
  void vanish() {
    call.join().cancel("gone", new IllegalStateException("the test breaks the stream off"));
    end();
  }

  void leave() {
    call.join().onCompleted();
    end();
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<AttachRequest> stream) {
    call.complete(stream);
  }

  @Override
  public void onNext(AttachResponse frame) {
    frames.add(frame);
  }

  @Override
  public void onError(Throwable failure) {
    end.complete(Optional.of(failure));
  }

  @Override
  public void onCompleted() {
    end.complete(Optional.empty());
  }

  static Change connected(AccountId account, int device, long number) {
    return Change.newBuilder()
        .setConnected(
            Connected.newBuilder()
                .setAccountId(ByteString.copyFrom(account.bytes()))
                .setDevice(device)
                .setConnectionNumber(number))
        .build();
  }

  static Change disconnected(AccountId account, int device, long number) {
    return Change.newBuilder()
        .setDisconnected(
            Disconnected.newBuilder()
                .setAccountId(ByteString.copyFrom(account.bytes()))
                .setDevice(device)
                .setConnectionNumber(number))
        .build();
  }

  static Change published(
      AccountId account, int device, long number, boolean visible, int... keys) {
    var published =
        Published.newBuilder()
            .setAccountId(ByteString.copyFrom(account.bytes()))
            .setDevice(device)
            .setConnectionNumber(number)
            .setVisible(visible);
    for (int key : keys) {
      published.addAccessKeyHashes(ByteString.copyFrom(sha256(key(key))));
    }
    return Change.newBuilder().setPublished(published).build();
  }

  static Change watched(long watch, AccountId account, int key) {
    return Change.newBuilder()
        .setWatched(
            Watched.newBuilder()
                .setWatch(watch)
                .setAccountId(ByteString.copyFrom(account.bytes()))
                .setAccessKey(ByteString.copyFrom(key(key))))
        .build();
  }

  static Change unwatched(long watch) {
    return Change.newBuilder().setUnwatched(Unwatched.newBuilder().setWatch(watch)).build();
  }

  private static byte[] key(int number) {
    byte[] key = new byte[16];
    key[3] = (byte) number;
    return key;
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
