package sotto.relay.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.mailbox.v1.AccountsChanged;
import sotto.mailbox.v1.MailboxServiceGrpc;
import sotto.mailbox.v1.WatchAccountsRequest;
import sotto.mesh.PodList;
import sotto.mesh.Pods;
import sotto.relay.time.Wheel;

/// What a relay hears from stores about accounts, all in the test's thread.
class AccountWatchTest {
  private static final AccountId BOB = new AccountId(2, 2);

  private final Wheel wheel = new Wheel(10, 0);
  private final Store store = new Store();
  private final List<AccountId> changed = new ArrayList<>();
  private int checks;
  private PodList list = new PodList(List.of("store"));
  private Server server;
  private ManagedChannel channel;
  private AccountWatch watch;

  /// A store that has no more to say than the test makes it.
  private static final class Store extends MailboxServiceGrpc.MailboxServiceImplBase {
    private final List<ServerCallStreamObserver<AccountsChanged>> watchers = new ArrayList<>();
    private boolean old;

    @Override
    public void watchAccounts(
        WatchAccountsRequest request, StreamObserver<AccountsChanged> watcher) {
      if (old) {
        watcher.onError(Status.UNIMPLEMENTED.asRuntimeException());
        return;
      }
      watchers.add((ServerCallStreamObserver<AccountsChanged>) watcher);
      watcher.onNext(AccountsChanged.getDefaultInstance());
    }
  }

  @BeforeEach
  void start() throws IOException {
    String name = UUID.randomUUID().toString();
    server = InProcessServerBuilder.forName(name).directExecutor().addService(store).build();
    server.start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    watch = new AccountWatch(pods(), changed::add, () -> checks++, wheel);
  }

  @AfterEach
  void stop() {
    watch.close();
    channel.shutdownNow();
    server.shutdownNow();
  }

  private Pods pods() {
    return new Pods() {
      @Override
      public PodList list() {
        return list;
      }

      @Override
      public void onChange(Runnable listener) {
        // Looked at again and again.
      }

      @Override
      public Channel channel(String pod) {
        return channel;
      }

      @Override
      public boolean isDown(String pod) {
        return false;
      }
    };
  }

  private void pass(long millis) {
    wheel.advanceTo(wheel.now() + millis);
  }

  private void tell(int call) {
    store
        .watchers
        .get(call)
        .onNext(
            AccountsChanged.newBuilder()
                .addAccountIds(ByteString.copyFrom(BOB.bytes()))
                .addAccountIds(ByteString.copyFromUtf8("no id"))
                .build());
  }

  @Test
  void changedAccount_isHeardOf_andOneCallIsEnough() {
    watch.start();
    assertThat(checks).isEqualTo(1);
    tell(0);
    assertThat(changed).containsExactly(BOB);
    pass(120_000);
    assertThat(store.watchers).hasSize(1);
  }

  /// What was said in between is lost, so all streams are checked once it listens again.
  @Test
  void brokenCall_isMadeAgainAfterASecondAndAllIsChecked() {
    watch.start();
    store.watchers.getFirst().onError(Status.UNAVAILABLE.asRuntimeException());
    pass(900);
    assertThat(store.watchers).hasSize(1);
    pass(600);
    assertThat(store.watchers).hasSize(2);
    assertThat(checks).isEqualTo(2);
    tell(1);
    assertThat(changed).containsExactly(BOB);
  }

  @Test
  void storeOfAnEarlierVersion_isAskedOnceAMinute() {
    store.old = true;
    watch.start();
    store.old = false;
    pass(59_000);
    assertThat(store.watchers).isEmpty();
    pass(2_000);
    assertThat(store.watchers).hasSize(1);
  }

  @Test
  void storeThatIsListedNoMore_isNotListenedTo() {
    watch.start();
    list = PodList.EMPTY;
    pass(500);
    assertThat(store.watchers.getFirst().isCancelled()).isTrue();
    list = new PodList(List.of("store"));
    pass(500);
    assertThat(store.watchers).hasSize(2);
  }

  @Test
  void closedWatch_listensToNobody() {
    watch.start();
    watch.close();
    assertThat(store.watchers.getFirst().isCancelled()).isTrue();
    pass(5_000);
    assertThat(store.watchers).hasSize(1);
  }
}
