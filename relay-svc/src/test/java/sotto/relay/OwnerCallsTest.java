package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AccountServiceGrpc.AccountServiceBlockingStub;
import sotto.account.v1.AppendLinkRequest;
import sotto.account.v1.GetChainRequest;
import sotto.account.v1.GetServerInfoRequest;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.keys.v1.GetBundlesRequest;
import sotto.keys.v1.GetBundlesResponse;
import sotto.keys.v1.KeyServiceGrpc;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Unary calls through a relay over several store pods.
class OwnerCallsTest {
  private static final DeviceAddress ALICE =
      new DeviceAddress(new AccountId(1L << 60, 1), DeviceId.FIRST);
  private static final AccountId BOB = new AccountId(2L << 60, 2);

  private final DyingKeys keys = new DyingKeys();
  private final TestRelay relay =
      new TestRelay(RelayConfig.DEFAULTS, List.of(keys), List.of("a:1", "b:1", "c:1"));
  private final List<String> ranked = relay.stores.list().ranked(BOB.bucket());

  @AfterEach
  void close() {
    relay.close();
  }

  @Test
  void callAboutAnAccount_goesToItsOwner_andMovedIsFollowed() {
    relay.stores.boxes.give(BOB, ranked.getLast());

    assertThat(accounts().getChain(chain()).getFound()).isTrue();

    assertThat(relay.stores.accounts(ranked.getLast()).callers).hasSize(1);
  }

  @Test
  void callAboutTheCaller_goesToTheCallersOwner() {
    var ofAlice = relay.stores.list().ranked(ALICE.account().bucket()).getLast();
    relay.stores.boxes.give(ALICE.account(), ofAlice);

    accounts().appendLink(AppendLinkRequest.newBuilder().setLink(text("link")).build());

    assertThat(relay.stores.boxes.owner(ALICE.account())).contains(ofAlice);
  }

  @Test
  void callAboutNobody_goesToEveryPodInTurn() {
    for (int i = 0; i < 6; i++) {
      var info = AccountServiceGrpc.newBlockingStub(relay.channel);
      assertThat(info.getServerInfo(GetServerInfoRequest.getDefaultInstance()).getNamesCount())
          .isOne();
    }

    assertThat(relay.stores.list().names())
        .allMatch(pod -> relay.stores.accounts(pod).callers.size() >= 1);
  }

  @Test
  void podThatDiesUnderACall_isFollowedByAnother_whenTheCallMayBeMadeTwice() {
    relay.stores.accounts(ranked.getFirst()).failing.set(2);

    assertThat(whileTimePasses(() -> accounts().getChain(chain())).getFound()).isTrue();
  }

  @Test
  void callThatMayNotBeMadeTwice_isMadeOnce() {
    keys.failing.set(1);
    var request = GetBundlesRequest.newBuilder().setAccountId(id(BOB)).build();

    var failure =
        catchThrowable(() ->
            KeyServiceGrpc.newBlockingStub(relay.channel)
                .withInterceptors(authorized())
                .getBundles(request));

    assertThat(Statuses.reason(failure)).contains(Reason.UNAVAILABLE);
    assertThat(keys.calls).hasValue(1);
  }

  @Test
  void podsThatNameEachOther_endInUnavailable_andTheirNamesStayBehind() {
    relay.stores.nameEachOther();

    var failure =
        whileTimePasses(
            () -> Objects.requireNonNull(catchThrowable(() -> accounts().getChain(chain()))));

    assertThat(Statuses.reason(failure)).contains(Reason.UNAVAILABLE);
    assertThat(Statuses.movedTo(failure)).isEmpty();
    assertThat(String.valueOf(Status.trailersFromThrowable(failure)) + failure)
        .doesNotContain("a:1", "b:1", "c:1");
  }

  private <T> T whileTimePasses(Supplier<T> call) {
    var answer = CompletableFuture.supplyAsync(call);
    relay.advanceUntil(Duration.ofMillis(20), answer::isDone);
    return answer.join();
  }

  private AccountServiceBlockingStub accounts() {
    return AccountServiceGrpc.newBlockingStub(relay.channel).withInterceptors(authorized());
  }

  private ClientInterceptor authorized() {
    var headers = new Metadata();
    headers.put(TestClient.AUTHORIZATION, "Bearer " + relay.token(ALICE));
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  private static GetChainRequest chain() {
    return GetChainRequest.newBuilder().setAccountId(id(BOB)).build();
  }

  private static ByteString id(AccountId account) {
    return ByteString.copyFrom(account.bytes());
  }

  private static ByteString text(String text) {
    return ByteString.copyFromUtf8(text);
  }

  /// Key services whose process dies under a call.
  private static final class DyingKeys extends KeyServiceGrpc.KeyServiceImplBase {
    final AtomicInteger failing = new AtomicInteger();
    final AtomicInteger calls = new AtomicInteger();

    @Override
    public void getBundles(GetBundlesRequest request, StreamObserver<GetBundlesResponse> out) {
      calls.incrementAndGet();
      if (failing.getAndDecrement() > 0) {
        out.onError(Status.UNAVAILABLE.asRuntimeException());
        return;
      }
      out.onNext(GetBundlesResponse.getDefaultInstance());
      out.onCompleted();
    }
  }
}
