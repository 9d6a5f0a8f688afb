package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.relay.TestRelay.BOB;
import static sotto.relay.TestRelay.NOW;
import static sotto.relay.TestRelay.take;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jose4j.jwt.JwtClaims;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.GetChainRequest;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.DownloadRequest;
import sotto.blob.v1.LocateRequest;
import sotto.chat.v1.ChatServiceGrpc;
import sotto.group.v1.GroupServiceGrpc;
import sotto.keys.v1.KeyServiceGrpc;
import sotto.mesh.Caller;
import sotto.mesh.DeviceToken;
import sotto.mesh.RestoreToken;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Which methods of the public port open to whom (protocol C2): all of them are tried.
class DoorTest {
  private static final Set<String> OPEN =
      Set.of(
          "SendSealed",
          "GetServerInfo",
          "GetChallenge",
          "SignIn",
          "Register",
          "AddDevice",
          "GetRecovery",
          "PutSlot",
          "GetSlot");
  private static final Set<String> RESTORING = Set.of("Locate", "Download");
  private static final List<ServiceDescriptor> PUBLIC =
      List.of(
          ChatServiceGrpc.getServiceDescriptor(),
          AccountServiceGrpc.getServiceDescriptor(),
          KeyServiceGrpc.getServiceDescriptor(),
          GroupServiceGrpc.getServiceDescriptor(),
          BlobServiceGrpc.getServiceDescriptor());

  private final MemoryAccounts accounts = new MemoryAccounts();
  private final TestRelay relay =
      new TestRelay(RelayConfig.DEFAULTS, List.of(accounts, new MemoryKeys(), new MemoryBlobs()));

  @AfterEach
  void close() {
    relay.close();
  }

  @Test
  void withoutAToken_thisListWorksAndNothingElse() {
    assertThat(notAnswered(Optional.empty(), Reason.TOKEN_MISSING)).isEqualTo(OPEN);
  }

  @Test
  void restoreToken_opensDownloadsAndNothingElse() {
    var both = new TreeSet<>(OPEN);
    both.addAll(RESTORING);
    var token = relay.tokens.sign(TestTokens.restoring(BOB.account(), NOW.plusSeconds(60)));
    assertThat(notAnswered(Optional.of(token), Reason.CALLER_NOT_ALLOWED)).isEqualTo(both);
  }

  @Test
  void endedRestoreToken_opensNothing() {
    var token = relay.tokens.sign(TestTokens.restoring(BOB.account(), NOW.minusSeconds(1)));
    assertThat(notAnswered(Optional.of(token), Reason.TOKEN_EXPIRED)).isEqualTo(OPEN);
  }

  @Test
  void tokenOfHalfOneKindAndHalfTheOther_opensNothing() {
    var device = TestTokens.restoring(BOB.account(), NOW.plusSeconds(60));
    device.setSubject(DeviceToken.subject(BOB));
    var account = TestTokens.claims(BOB, NOW.plusSeconds(60));
    account.setSubject(RestoreToken.subject(BOB.account()));
    var both = TestTokens.claims(BOB, NOW.plusSeconds(60));
    both.setAudience(List.of(DeviceToken.AUDIENCE, RestoreToken.AUDIENCE));
    for (JwtClaims claims : List.of(device, account, both)) {
      var token = relay.tokens.sign(claims);
      assertThat(notAnswered(Optional.of(token), Reason.TOKEN_INVALID)).isEqualTo(OPEN);
    }
  }

  @Test
  void restoreTokenOfAnotherServer_isInvalid() {
    var other = new TestTokens("k1").sign(TestTokens.restoring(BOB.account(), NOW.plusSeconds(60)));
    assertThat(notAnswered(Optional.of(other), Reason.TOKEN_INVALID)).isEqualTo(OPEN);
  }

  @Test
  void deviceToken_isRefusedNowhere() throws Exception {
    var token = Optional.of(relay.token(BOB));
    var all = notAnswered(token, Reason.TOKEN_INVALID);
    assertThat(all).hasSize(PUBLIC.stream().mapToInt(s -> s.getMethods().size()).sum());
    accounts.callers.clear();
    var chain =
        GetChainRequest.newBuilder()
            .setAccountId(ByteString.copyFrom(BOB.account().bytes()))
            .build();
    var _ = call(AccountServiceGrpc.getGetChainMethod(), chain, token);
    assertThat(take(accounts.callers)).contains(new Caller(BOB.account(), BOB.device()));
  }

  /// The methods that do not refuse with this reason.
  private Set<String> notAnswered(Optional<String> token, Reason reason) {
    var others = new TreeSet<String>();
    for (var service : PUBLIC) {
      for (var method : service.getMethods()) {
        if (!call(method, token).equals(Optional.of(reason))) {
          others.add(method.getBareMethodName());
        }
      }
    }
    return others;
  }

  private <Q, R> Optional<Reason> call(MethodDescriptor<Q, R> method, Optional<String> token) {
    return call(method, empty(method), token);
  }

  /// The least that passes the bounds where a method has to be reached.
  private static <Q> Q empty(MethodDescriptor<Q, ?> method) {
    var id = ByteString.copyFrom(new byte[32]);
    byte[] bytes =
        switch (method.getBareMethodName()) {
          case "Locate" -> LocateRequest.newBuilder().setBlobId(id).build().toByteArray();
          case "Download" -> DownloadRequest.newBuilder().setBlobId(id).build().toByteArray();
          case null, default -> new byte[0];
        };
    return method.parseRequest(new java.io.ByteArrayInputStream(bytes));
  }

  private <Q, R> Optional<Reason> call(
      MethodDescriptor<Q, R> method, Q request, Optional<String> token) {
    var headers = new Metadata();
    token.ifPresent(t ->
        headers.put(
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + t));
    var ended = new CompletableFuture<StatusRuntimeException>();
    // A stream that is let in stays open; how it ends then says nothing about the door.
    var options = CallOptions.DEFAULT.withDeadlineAfter(2, TimeUnit.SECONDS);
    var call = relay.channel.newCall(method, options);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.complete(status.asRuntimeException(trailers));
          }
        },
        headers);
    call.request(100);
    call.sendMessage(request);
    call.halfClose();
    return Statuses.reason(ended.join());
  }
}
