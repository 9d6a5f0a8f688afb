package sotto.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Links homes in tests, in device notation: `a1` registers, `a2` is linked by it.
final class TwoDevices {
  private TwoDevices() {}

  /// A home on its way into an account: its code is shown, its call goes on.
  ///
  /// @param code the code
  /// @param linked who it becomes, or why not
  record Waiting(String code, CompletableFuture<Account> linked) {
    /// Who it is in the end.
    ///
    /// @throws SottoException why it is nobody
    Account await() {
      try {
        return linked.get(TwoPeople.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof SottoException why) {
          throw why;
        }
        throw new AssertionError(e);
      } catch (InterruptedException | TimeoutException e) {
        throw new AssertionError("the link did not end", e);
      }
    }
  }

  /// Lets a home wait for a device that reads its code.
  static Waiting waiting(TwoPeople people, Sotto fresh, String name) {
    CompletableFuture<String> code = new CompletableFuture<>();
    CompletableFuture<Account> linked = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            linked.complete(fresh.link(people.server.address(), name, code::complete));
          } catch (RuntimeException e) {
            linked.completeExceptionally(e);
            code.completeExceptionally(e);
          }
        });
    try {
      return new Waiting(code.get(TwoPeople.PATIENCE.toSeconds(), TimeUnit.SECONDS), linked);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SottoException why) {
        throw why;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("no code was shown", e);
    }
  }

  /// Links another home to an account, and waits until it is online.
  static Sotto link(TwoPeople people, Sotto old, String home) {
    Sotto fresh = people.open(home);
    Waiting waiting = waiting(people, fresh, "the " + home);
    var _ = old.addDevice(waiting.code(), _ -> true);
    var _ = waiting.await();
    fresh.awaitOnline(TwoPeople.PATIENCE);
    return fresh;
  }
}
