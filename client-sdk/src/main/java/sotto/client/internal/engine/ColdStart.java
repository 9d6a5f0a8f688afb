package sotto.client.internal.engine;

import java.util.concurrent.atomic.AtomicBoolean;
import sotto.client.internal.net.TlsDialer;
import sotto.client.internal.store.Store;

/// Loads beside each other what a process's first home takes one after the other: while the key is
/// made from the passphrase (a quarter of a second of one core), the store's driver and TLS.
///
/// Nothing depends on it. A store that is opened meanwhile waits until the driver is there.
public final class ColdStart {
  private static final AtomicBoolean BEGUN = new AtomicBoolean();

  private ColdStart() {}

  /// Begins, the first time that it is called in a process. Any thread.
  ///
  /// @param offline without what a connection takes
  public static void begin(boolean offline) {
    if (!BEGUN.getAndSet(true)) {
      start("sotto-load-store", Store::load);
      if (!offline) {
        start("sotto-load-tls", TlsDialer::load);
      }
    }
  }

  private static void start(String name, Runnable action) {
    Thread.ofPlatform().daemon().name(name).start(action);
  }
}
