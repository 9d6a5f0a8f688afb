package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.admin.v1.AccountRef;
import sotto.admin.v1.DeleteAccountRequest;
import sotto.admin.v1.DisableAccountRequest;
import sotto.chain.testing.TestAccount;
import sotto.mesh.testing.HandClock;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// An operator asks any store.
@SharedTest
final class AdminPassesOnTest {
  private static final String A = "store-a:1";
  private static final String B = "store-b:1";

  private static final Duration LONGEST = Duration.ofSeconds(20);

  @TempDir Path folder;
  private final HandClock clock = new HandClock();
  private final TestPods.Net net = new TestPods.Net();
  private Rig a;
  private Rig b;
  private TestAccount bob;

  @BeforeEach
  void open() {
    a = Rig.pod(folder.resolve("a"), A, clock, net, net.seen(A, B));
    b = Rig.pod(folder.resolve("b"), B, clock, net, net.seen(A, B));
    bob = a.register(1, "bob");
  }

  @AfterEach
  void close() {
    b.close();
    a.close();
    net.close();
  }

  private AccountRef named() {
    return AccountRef.newBuilder().setUsername("bob").build();
  }

  /// Again while the store asks the owner whether it lives, as an operator does.
  private boolean disable(Rig at) {
    long end = System.nanoTime() + LONGEST.toNanos();
    while (true) {
      try {
        return at.admin()
            .disableAccount(DisableAccountRequest.newBuilder().setAccount(named()).build())
            .hasDone();
      } catch (StatusRuntimeException e) {
        if (!Statuses.reason(e).equals(Optional.of(Reason.UNAVAILABLE))
            || System.nanoTime() > end) {
          throw e;
        }
      }
    }
  }

  @Test
  void storeThatDoesNotOwnTheAccount_bringsTheCallToTheOneThatDoes() throws Exception {
    assertThat(disable(b)).isTrue();
    // By the owner, whose state of the account would not know otherwise.
    assertThat(a.connect(bob, 1, 1).hasLockedOut()).isTrue();
    assertThat(
            b.admin()
                .deleteAccount(DeleteAccountRequest.newBuilder().setAccount(named()).build())
                .hasDone())
        .isTrue();
    assertThat(a.connect(bob, 1, 2).hasRemoved()).isTrue();
    assertThat(a.count("SELECT COUNT(*) FROM device")).isZero();
  }
}
