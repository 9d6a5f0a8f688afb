package sotto.relay.stream;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import sotto.chain.AccountId;
import sotto.mailbox.v1.AccountsChanged;
import sotto.mailbox.v1.MailboxServiceGrpc;
import sotto.mailbox.v1.WatchAccountsRequest;
import sotto.mesh.Pods;
import sotto.relay.call.Detached;
import sotto.relay.time.Wheel;

/// Hears from every listed store which accounts an operator has disabled or ended there, so that
/// their streams are cut at once: one call to each store, for as long as both live.
///
/// What a store said while nobody listened is lost; each time one is listened to (anew), all
/// streams are checked soon. Thread-safe, guarded by itself; nothing blocks.
public final class AccountWatch implements AutoCloseable {
  private static final long LOOK_MILLIS = 250;
  private static final long APART_MILLIS = 1_000;
  // A store of an earlier version tells nothing.
  private static final long UNKNOWN_MILLIS = 60_000;

  private final Pods stores;
  private final Consumer<AccountId> changed;
  private final Runnable maybeMissed;
  private final Wheel wheel;
  private final Map<String, Listening> listening = new HashMap<>();
  private final Map<String, Long> notBefore = new HashMap<>();
  private boolean over;

  /// Listens once it is started.
  ///
  /// @param stores the store pods
  /// @param changed told of an account whose streams are to be checked
  /// @param maybeMissed told when all streams are to be checked soon
  public AccountWatch(Pods stores, Consumer<AccountId> changed, Runnable maybeMissed, Wheel wheel) {
    this.stores = stores;
    this.changed = changed;
    this.maybeMissed = maybeMissed;
    this.wheel = wheel;
  }

  /// Listens from now on.
  public void start() {
    look();
    wheel.every(LOOK_MILLIS, this::look);
  }

  /// Listens to those that are listed and not listened to, and to no others.
  void look() {
    Set<String> listed = new HashSet<>(stores.list().names());
    Map<String, Listening> begun = new HashMap<>();
    Map<String, Listening> left = new HashMap<>();
    synchronized (this) {
      if (over) {
        return;
      }
      listening.forEach((pod, one) -> {
        if (!listed.contains(pod)) {
          left.put(pod, one);
        }
      });
      listening.keySet().retainAll(listed);
      notBefore.keySet().retainAll(listed);
      for (String pod : listed) {
        if (!listening.containsKey(pod) && wheel.now() >= notBefore.getOrDefault(pod, 0L)) {
          Listening one = new Listening(pod);
          listening.put(pod, one);
          begun.put(pod, one);
        }
      }
    }
    left.values().forEach(Listening::end);
    begun.forEach((pod, one) ->
        MailboxServiceGrpc.newStub(Detached.of(stores.channel(pod)))
            .watchAccounts(WatchAccountsRequest.getDefaultInstance(), one));
  }

  private synchronized void ended(Listening one, long apart) {
    if (listening.remove(one.pod, one)) {
      notBefore.put(one.pod, wheel.now() + apart);
    }
  }

  @Override
  public void close() {
    Map<String, Listening> left;
    synchronized (this) {
      over = true;
      left = Map.copyOf(listening);
      listening.clear();
    }
    left.values().forEach(Listening::end);
  }

  private final class Listening
      implements ClientResponseObserver<WatchAccountsRequest, AccountsChanged> {
    private final String pod;
    private volatile Optional<ClientCallStreamObserver<WatchAccountsRequest>> call =
        Optional.empty();
    private volatile boolean cancelled;

    Listening(String pod) {
      this.pod = pod;
    }

    void end() {
      cancelled = true;
      call.ifPresent(c -> c.cancel("the store is not listened to any more", null));
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchAccountsRequest> started) {
      call = Optional.of(started);
    }

    @Override
    public void onNext(AccountsChanged told) {
      if (cancelled) {
        return;
      }
      if (told.getAccountIdsCount() == 0) {
        maybeMissed.run();
      }
      told.getAccountIdsList().stream()
          .filter(id -> id.size() == AccountId.LENGTH)
          .forEach(id -> changed.accept(new AccountId(id.toByteArray())));
    }

    @Override
    public void onError(Throwable failure) {
      boolean unknown = Status.fromThrowable(failure).getCode() == Status.Code.UNIMPLEMENTED;
      ended(this, unknown ? UNKNOWN_MILLIS : APART_MILLIS);
    }

    @Override
    public void onCompleted() {
      ended(this, APART_MILLIS);
    }
  }
}
