package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.admin.v1.AccountRef;
import sotto.admin.v1.DeleteAccountRequest;
import sotto.admin.v1.DisableAccountRequest;
import sotto.chain.testing.TestAccount;
import sotto.mesh.testing.HandClock;

/// An operator asks any store.
@SharedTest
final class AdminPassesOnTest {
  private static final String A = "store-a:1";
  private static final String B = "store-b:1";

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

  private boolean disable(Rig at) {
    return at.admin()
        .disableAccount(DisableAccountRequest.newBuilder().setAccount(named()).build())
        .hasDone();
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
