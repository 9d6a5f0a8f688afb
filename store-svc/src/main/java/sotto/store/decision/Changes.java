package sotto.store.decision;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import sotto.chain.AccountId;
import sotto.mailbox.v1.AccountsChanged;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Tells those who watch which accounts they must look at again: their streams may have to end.
///
/// A watcher that does not take what it is told is cut, and finds out by looking at all of its
/// streams when it is back. Safe for many threads; guarded by itself.
public final class Changes {
  private final Set<ServerCallStreamObserver<AccountsChanged>> watchers = new HashSet<>();
  private boolean over;

  /// Nobody watches yet.
  public Changes() {}

  /// Tells a watcher from now on, and that it is.
  public void watch(ServerCallStreamObserver<AccountsChanged> watcher) {
    watcher.setOnCancelHandler(() -> forget(watcher));
    synchronized (this) {
      if (!over) {
        watchers.add(watcher);
        watcher.onNext(AccountsChanged.getDefaultInstance());
        return;
      }
    }
    watcher.onError(Statuses.of(Reason.SHUTTING_DOWN, "the store is leaving"));
  }

  private synchronized void forget(ServerCallStreamObserver<AccountsChanged> watcher) {
    watchers.remove(watcher);
  }

  /// Tells all of them of an account.
  public synchronized void changed(AccountId account) {
    AccountsChanged told =
        AccountsChanged.newBuilder()
            .addAccountIds(UnsafeByteOperations.unsafeWrap(account.bytes()))
            .build();
    for (ServerCallStreamObserver<AccountsChanged> watcher : List.copyOf(watchers)) {
      if (watcher.isReady()) {
        watcher.onNext(told);
      } else {
        watchers.remove(watcher);
        watcher.onError(Statuses.of(Reason.LIMIT_REACHED, "it does not take what it is told"));
      }
    }
  }

  /// Tells nobody any more.
  public synchronized void end() {
    over = true;
    watchers.forEach(ServerCallStreamObserver::onCompleted);
    watchers.clear();
  }
}
