package sotto.client.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// One thread, one transaction for all that has queued up, durable before anybody hears of it.
final class LaneTest {
  @TempDir Path folder;
  private final List<SottoException> blocked = new ArrayList<>();
  private Store store;
  private Lane lane;

  @BeforeEach
  void start() {
    store =
        Store.open(
            folder.resolve("home"),
            new Secret.Raw(new byte[32]),
            new SecureRandom(),
            Clock.systemUTC());
    lane = new Lane(store.sql(), blocked::add);
  }

  @AfterEach
  void stop() {
    lane.close();
    store.close();
  }

  private long count(String name) {
    return lane.call(_ -> store.settings().text(name).isPresent() ? 1L : 0L);
  }

  @Test
  void pieceThatFails_isUndoneAlone() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CompletableFuture<Boolean> first =
        lane.submit(_ -> {
          awaitQuietly(gate);
          store.settings().put("first", "kept");
          return true;
        });
    CompletableFuture<Boolean> bad =
        lane.submit(_ -> {
          store.settings().put("bad", "undone");
          throw new IllegalStateException("fault");
        });
    CompletableFuture<Boolean> last =
        lane.submit(_ -> {
          store.settings().put("last", "kept");
          return true;
        });
    gate.countDown();
    assertThat(first.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(last.get(10, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(bad::join).hasRootCauseMessage("fault");
    assertThat(count("first") + count("last")).isEqualTo(2);
    assertThat(count("bad")).isZero();
  }

  @Test
  void whatFollowsTheCommit_doesNotRunForWorkThatWasUndone() {
    List<String> ran = new ArrayList<>();
    assertThatThrownBy(() ->
            lane.call(tx -> {
              tx.afterCommit(() -> ran.add("after"));
              tx.afterUndo(() -> ran.add("undo"));
              throw SottoException.of(Code.REFUSED, "no");
            }))
        .isInstanceOf(SottoException.class);
    List<String> seen = lane.call(_ -> List.copyOf(ran));
    assertThat(seen).containsExactly("undo");
  }

  @Test
  void attemptThatFails_isUndoneAlone() {
    boolean done =
        lane.call(tx -> {
          store.settings().put("outer", "kept");
          return tx.attempt(() -> {
            store.settings().put("inner", "undone");
            throw new IllegalStateException("fault");
          });
        });
    assertThat(done).isFalse();
    assertThat(count("outer")).isEqualTo(1);
    assertThat(count("inner")).isZero();
  }

  @Test
  void fullDisk_failsAllThatQueued_andTellsOnce() {
    long pages = lane.call(_ -> store.sql().number("PRAGMA page_count"));
    lane.call(_ -> store.sql().number("PRAGMA max_page_count = " + (pages + 2)));
    assertThatThrownBy(() ->
            lane.call(_ -> {
              store.settings().put("big", new byte[1 << 20]);
              return true;
            }))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.STORAGE_FULL));
    assertThat(count("big")).isZero();
    assertThat(blocked).hasSize(1);
    lane.call(_ -> store.sql().number("PRAGMA max_page_count = 1000000"));
    lane.call(_ -> {
      store.settings().put("big", new byte[1 << 20]);
      return true;
    });
    assertThat(count("big")).isEqualTo(1);
  }

  @Test
  void closedLane_refusesWork() {
    lane.close();
    assertThatThrownBy(() -> lane.call(_ -> true))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.CLOSED));
  }

  private static void awaitQuietly(CountDownLatch gate) {
    try {
      assertThat(gate.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
