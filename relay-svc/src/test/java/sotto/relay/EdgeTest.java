package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static sotto.relay.TestRelay.ALICE;
import static sotto.relay.TestRelay.BOB;
import static sotto.relay.TestRelay.NOW;
import static sotto.relay.TestRelay.await;
import static sotto.relay.TestRelay.take;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AccountServiceGrpc.AccountServiceBlockingStub;
import sotto.account.v1.AppendLinkRequest;
import sotto.account.v1.GetChainRequest;
import sotto.account.v1.GetProfileRequest;
import sotto.account.v1.GetServerInfoRequest;
import sotto.account.v1.ListDevicesRequest;
import sotto.account.v1.LookUpUsernameRequest;
import sotto.blob.v1.BeginRequest;
import sotto.blob.v1.BlobDeclaration;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.DownloadRequest;
import sotto.blob.v1.DownloadResponse;
import sotto.blob.v1.RenewRequest;
import sotto.blob.v1.StorageClass;
import sotto.blob.v1.UploadRequest;
import sotto.blob.v1.UploadResponse;
import sotto.keys.v1.GetBundlesRequest;
import sotto.keys.v1.KeyServiceGrpc;
import sotto.mailbox.v1.GetTokenKeysResponse;
import sotto.mesh.Caller;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.quota.v1.QuotaServiceGrpc;
import sotto.quota.v1.ReleaseRequest;

class EdgeTest {
  private static final ByteString ID = ByteString.copyFrom(BOB.account().bytes());

  private final MemoryAccounts accounts = new MemoryAccounts();
  private final MemoryBlobs blobs = new MemoryBlobs();
  private final TestRelay relay =
      new TestRelay(RelayConfig.DEFAULTS, List.of(accounts, new MemoryKeys(), blobs));

  @AfterEach
  void close() {
    relay.close();
  }

  @Test
  void callWithAToken_reachesTheServiceAsItsDevice() throws Exception {
    assertThat(with(relay.token(ALICE)).getChain(chain()).getFound()).isTrue();

    assertThat(take(accounts.callers)).contains(new Caller(ALICE.account(), ALICE.device()));
  }

  @Test
  void strangersInternalHeaders_areIgnored() throws Exception {
    var forged = new Metadata();
    forged.put(
        Metadata.Key.of("sotto-account-bin", Metadata.BINARY_BYTE_MARSHALLER),
        BOB.account().bytes());
    forged.put(Metadata.Key.of("sotto-device", Metadata.ASCII_STRING_MARSHALLER), "1");

    with(relay.token(ALICE))
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(forged))
        .getChain(chain());
    assertThat(take(accounts.callers)).contains(new Caller(ALICE.account(), ALICE.device()));
    without()
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(forged))
        .getServerInfo(GetServerInfoRequest.getDefaultInstance());
    assertThat(take(accounts.callers)).isEmpty();
    assertThat(
            reason(() ->
                without()
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(forged))
                    .getChain(chain())))
        .isEqualTo(Reason.TOKEN_MISSING);
  }

  @Test
  void openMethods_workWithoutAToken_andAllOthersDoNot() {
    assertThat(without().getServerInfo(GetServerInfoRequest.getDefaultInstance()).getNamesList())
        .containsExactly("here");

    assertThat(reason(() -> without().getChain(chain()))).isEqualTo(Reason.TOKEN_MISSING);
    assertThat(reason(() -> KeyServiceGrpc.newBlockingStub(relay.channel).getBundles(bundles(ID))))
        .isEqualTo(Reason.TOKEN_MISSING);
    assertThat(new TestClient(relay.channel, BOB, "", false).reason())
        .isEqualTo(Reason.TOKEN_MISSING);
  }

  @Test
  void endedToken_isToldApart() {
    var ended = relay.tokens.token(ALICE, NOW.minusSeconds(1));

    assertThat(reason(() -> with(ended).getChain(chain()))).isEqualTo(Reason.TOKEN_EXPIRED);
    assertThat(new TestClient(relay.channel, ALICE, ended, false).reason())
        .isEqualTo(Reason.TOKEN_EXPIRED);
  }

  @Test
  void tokenSignedWithAnotherKeyOfTheSameName_isInvalid() {
    var other = new TestTokens("k1").token(ALICE, NOW.plusSeconds(60));

    assertThat(reason(() -> with(other).getChain(chain()))).isEqualTo(Reason.TOKEN_INVALID);
  }

  @Test
  void endedTokenOfAnotherKey_isInvalid_notEnded() {
    var other = new TestTokens("k1").token(ALICE, NOW.minusSeconds(60));

    assertThat(reason(() -> with(other).getChain(chain()))).isEqualTo(Reason.TOKEN_INVALID);
  }

  @Test
  void tokenWithoutSignature_isInvalid() {
    var none =
        base64("{\"alg\":\"none\",\"kid\":\"k1\"}")
            + "."
            + base64(TestTokens.claims(ALICE, NOW.plusSeconds(60)).toJson())
            + ".";

    assertThat(reason(() -> with(none).getChain(chain()))).isEqualTo(Reason.TOKEN_INVALID);
  }

  @Test
  void tokenSignedWithThePublicKeyAsASecret_isInvalid() throws Exception {
    var signature = new JsonWebSignature();
    signature.setPayload(TestTokens.claims(ALICE, NOW.plusSeconds(60)).toJson());
    signature.setKeyIdHeaderValue("k1");
    signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
    signature.setKey(new HmacKey(relay.tokens.publicKey().getPublicKey().toByteArray()));
    var confused = signature.getCompactSerialization();

    assertThat(reason(() -> with(confused).getChain(chain()))).isEqualTo(Reason.TOKEN_INVALID);
  }

  @Test
  void tokenForAnotherAudienceIssuerOrSubject_isInvalid() {
    var audience = TestTokens.claims(ALICE, NOW.plusSeconds(60));
    audience.setAudience("elsewhere");
    var issuer = TestTokens.claims(ALICE, NOW.plusSeconds(60));
    issuer.setIssuer("elsewhere");
    var subject = TestTokens.claims(ALICE, NOW.plusSeconds(60));
    subject.setSubject("alice");
    var endless = TestTokens.claims(ALICE, NOW.plusSeconds(60));
    endless.unsetClaim("exp");

    for (var claims : List.of(audience, issuer, subject, endless)) {
      assertThat(reason(() -> with(relay.tokens.sign(claims)).getChain(chain())))
          .isEqualTo(Reason.TOKEN_INVALID);
    }
  }

  @Test
  void garbageForAToken_isInvalid() {
    for (var garbage : List.of("x", "a.b.c", "..", "x".repeat(5_000))) {
      assertThat(reason(() -> with(garbage).getChain(chain()))).isEqualTo(Reason.TOKEN_INVALID);
    }
  }

  @Test
  void newSigningKey_isAskedForOnce_andStrangersCannotMakeTheRelayAskOften() {
    relay.advance(Duration.ofSeconds(10));
    var next = new TestTokens("k2");
    relay.mailbox.tokenKeys(
        GetTokenKeysResponse.newBuilder()
            .addKeys(next.publicKey())
            .addKeys(relay.tokens.publicKey())
            .build());
    long before = relay.count("keys");

    assertThat(with(next.token(ALICE, NOW.plusSeconds(60))).getChain(chain()).getFound()).isTrue();
    assertThat(relay.count("keys")).isEqualTo(before + 1);
    for (int i = 0; i < 20; i++) {
      var stranger = new TestTokens("stranger" + i).token(ALICE, NOW.plusSeconds(60));
      assertThat(reason(() -> with(stranger).getChain(chain()))).isEqualTo(Reason.TOKEN_INVALID);
    }
    assertThat(relay.count("keys")).isEqualTo(before + 1);
    assertThat(with(relay.token(ALICE)).getChain(chain()).getFound()).isTrue();
  }

  @Test
  void tokenOfAKeyThatCannotBeHadNow_isNotCalledInvalid() {
    relay.advance(Duration.ofSeconds(10));
    var next = new TestTokens("k2").token(ALICE, NOW.plusSeconds(60));
    relay.mailbox.withholdTokenKeys();

    assertThat(reason(() -> with(next).getChain(chain()))).isEqualTo(Reason.UNAVAILABLE);
    assertThat(with(relay.token(ALICE)).getChain(chain()).getFound()).isTrue();
  }

  @Test
  void reasonsOfTheServiceBehind_reachTheClient() {
    assertThat(
            reason(() ->
                with(relay.token(ALICE))
                    .appendLink(
                        AppendLinkRequest.newBuilder()
                            .setLink(ByteString.copyFromUtf8("full"))
                            .build())))
        .isEqualTo(Reason.STORAGE_FULL);
    assertThat(
            reason(
                () -> with(relay.token(ALICE)).appendLink(AppendLinkRequest.getDefaultInstance())))
        .isEqualTo(Reason.FIELD_OUT_OF_BOUNDS);
  }

  @Test
  void clientThatGivesUp_isCancelledBehindToo() throws Exception {
    var late =
        catchThrowable(() ->
            with(relay.token(ALICE))
                .withDeadlineAfter(200, TimeUnit.MILLISECONDS)
                .listDevices(ListDevicesRequest.getDefaultInstance()));

    assertThat(late).hasMessageContaining("DEADLINE_EXCEEDED");
    assertThat(accounts.listDevicesCancelled.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void bundlesOfOneTarget_areLimitedPerCaller_unknownTargetsToo() {
    var keys = keys(relay.token(ALICE));
    for (int i = 0; i < 12; i++) {
      assertThat(keys.getBundles(bundles(ID)).hasUnknown()).isTrue();
    }

    var refused = catchThrowable(() -> keys.getBundles(bundles(ID)));
    assertThat(Statuses.reason(refused)).contains(Reason.RATE_LIMITED);
    assertThat(Statuses.retryAfter(refused)).contains(Duration.ofMinutes(10));
    var other = ByteString.copyFrom(ALICE.account().bytes());
    assertThat(keys.getBundles(bundles(other)).hasUnknown()).isTrue();
    assertThat(keys(relay.token(BOB)).getBundles(bundles(ID)).hasUnknown()).isTrue();
  }

  @Test
  void profilesOfOneAccount_areLimitedPerCaller() {
    var stub = with(relay.token(ALICE));
    var request =
        GetProfileRequest.newBuilder()
            .setAccountId(ID)
            .setAccessKey(ByteString.copyFrom(new byte[16]))
            .build();
    for (int i = 0; i < 12; i++) {
      assertThat(stub.getProfile(request).hasNotFound()).isTrue();
    }

    assertThat(reason(() -> stub.getProfile(request))).isEqualTo(Reason.RATE_LIMITED);
    var other =
        request.toBuilder().setAccountId(ByteString.copyFrom(ALICE.account().bytes())).build();
    assertThat(stub.getProfile(other).hasNotFound()).isTrue();
    assertThat(with(relay.token(BOB)).getProfile(request).hasNotFound()).isTrue();
  }

  @Test
  void lookUps_areLimitedPerAccount_unknownNamesToo() {
    var stub = with(relay.token(ALICE));
    var request = LookUpUsernameRequest.newBuilder().setUsername("nobody").build();
    for (int i = 0; i < 60; i++) {
      assertThat(stub.lookUpUsername(request).hasNotFound()).isTrue();
    }

    assertThat(reason(() -> stub.lookUpUsername(request))).isEqualTo(Reason.RATE_LIMITED);
    assertThat(with(relay.token(BOB)).lookUpUsername(request).hasNotFound()).isTrue();
  }

  @Test
  void changeOfTheChain_cutsTheStreamOfARemovedDevice() {
    var alice = relay.client(ALICE).live(1);
    relay.mailbox.remove(ALICE);

    with(relay.token(ALICE))
        .appendLink(
            AppendLinkRequest.newBuilder().setLink(ByteString.copyFromUtf8("remove")).build());

    assertThat(alice.reason()).isEqualTo(Reason.DEVICE_REMOVED);
  }

  @Test
  void upload_arrivesWhole() throws Exception {
    var answer = new CompletableFuture<UploadResponse>();
    var up =
        BlobServiceGrpc.newStub(relay.channel)
            .withInterceptors(authorized(relay.token(ALICE)))
            .upload(
                new StreamObserver<UploadResponse>() {
                  @Override
                  public void onNext(UploadResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answer.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    var whole = ByteString.EMPTY;
    for (int i = 0; i < 50; i++) {
      var chunk = ByteString.copyFromUtf8("chunk" + i);
      whole = whole.concat(chunk);
      up.onNext(UploadRequest.newBuilder().setChunk(chunk).build());
    }
    up.onCompleted();

    assertThat(answer.get(10, TimeUnit.SECONDS).hasUploaded()).isTrue();
    assertThat(blobs.blob).isEqualTo(whole);
  }

  @Test
  void callsAboutMedia_arriveWithTheirCaller() throws Exception {
    var media =
        BlobServiceGrpc.newBlockingStub(relay.channel)
            .withInterceptors(authorized(relay.token(ALICE)));
    var declaration =
        BlobDeclaration.newBuilder()
            .setSize(1)
            .setSha256(ByteString.copyFrom(new byte[32]))
            .setStorageClass(StorageClass.STORAGE_CLASS_TRANSIT)
            .setUploadId(ByteString.copyFrom(new byte[16]));

    assertThat(media.begin(BeginRequest.newBuilder().setBlob(declaration).build()).hasPosition())
        .isTrue();
    assertThat(take(blobs.callers)).contains(new Caller(ALICE.account(), ALICE.device()));
    var id = ByteString.copyFrom(new byte[32]);
    assertThat(reason(() -> media.renew(RenewRequest.newBuilder().setBlobId(id).build())))
        .as("answered by the service behind")
        .isEqualTo(Reason.NOT_SERVED);
    assertThat(
            reason(() ->
                BlobServiceGrpc.newBlockingStub(relay.channel)
                    .renew(RenewRequest.newBuilder().setBlobId(id).build())))
        .isEqualTo(Reason.TOKEN_MISSING);
  }

  @Test
  void internalServices_areNotReached() {
    var served =
        relay.relay.services().stream().map(s -> s.bindService().getServiceDescriptor().getName());

    assertThat(served)
        .containsExactlyInAnyOrder(
            "sotto.chat.v1.ChatService",
            "sotto.account.v1.AccountService",
            "sotto.keys.v1.KeyService",
            "sotto.group.v1.GroupService",
            "sotto.blob.v1.BlobService");
    var quota =
        QuotaServiceGrpc.newBlockingStub(relay.channel)
            .withInterceptors(authorized(relay.token(ALICE)));
    assertThat(
            Status.fromThrowable(
                    catchThrowable(() -> quota.release(ReleaseRequest.getDefaultInstance())))
                .getCode())
        .isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  @Test
  void downloadOfASlowClient_isNotPiledUpByTheRelay() {
    var got = new AtomicInteger();
    var call = new CompletableFuture<ClientCallStreamObserver<DownloadRequest>>();
    BlobServiceGrpc.newStub(relay.channel)
        .withInterceptors(authorized(relay.token(ALICE)))
        .download(
            DownloadRequest.newBuilder().setBlobId(ByteString.copyFrom(new byte[32])).build(),
            new ClientResponseObserver<DownloadRequest, DownloadResponse>() {
              @Override
              public void beforeStart(ClientCallStreamObserver<DownloadRequest> stream) {
                stream.disableAutoRequestWithInitial(0);
                call.complete(stream);
              }

              @Override
              public void onNext(DownloadResponse response) {
                got.incrementAndGet();
              }

              @Override
              public void onError(Throwable failure) {}

              @Override
              public void onCompleted() {}
            });
    var client = call.join();
    client.request(3);
    await(() -> got.get() == 3);

    assertThat(blobs.chunksSent.get()).isLessThan(20);
    client.request(100);
    await(() -> got.get() == 103);
    assertThat(blobs.chunksSent.get()).isLessThan(120);
    client.cancel("enough", null);
  }

  private AccountServiceBlockingStub without() {
    return AccountServiceGrpc.newBlockingStub(relay.channel);
  }

  private AccountServiceBlockingStub with(String token) {
    return without().withInterceptors(authorized(token));
  }

  private KeyServiceGrpc.KeyServiceBlockingStub keys(String token) {
    return KeyServiceGrpc.newBlockingStub(relay.channel).withInterceptors(authorized(token));
  }

  private static io.grpc.ClientInterceptor authorized(String token) {
    var headers = new Metadata();
    headers.put(TestClient.AUTHORIZATION, "Bearer " + token);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  private static GetChainRequest chain() {
    return GetChainRequest.newBuilder().setAccountId(ID).build();
  }

  private static GetBundlesRequest bundles(ByteString account) {
    return GetBundlesRequest.newBuilder().setAccountId(account).build();
  }

  private static Reason reason(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return Statuses.reason(catchThrowable(call)).orElseThrow();
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
