package sotto.client.internal.net;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AccountServiceGrpc.AccountServiceBlockingStub;
import sotto.account.v1.AddDeviceRequest;
import sotto.account.v1.AddDeviceResponse;
import sotto.account.v1.AppendLinkRequest;
import sotto.account.v1.AppendLinkResponse;
import sotto.account.v1.DeviceRegistration;
import sotto.account.v1.GetChainRequest;
import sotto.account.v1.GetChainResponse;
import sotto.account.v1.GetProfileRequest;
import sotto.account.v1.GetProfileResponse;
import sotto.account.v1.GetRecoveryRequest;
import sotto.account.v1.GetRecoveryResponse;
import sotto.account.v1.GetSenderCertificateRequest;
import sotto.account.v1.GetServerInfoRequest;
import sotto.account.v1.GetServerInfoResponse;
import sotto.account.v1.GetSlotRequest;
import sotto.account.v1.ListDevicesRequest;
import sotto.account.v1.ListDevicesResponse;
import sotto.account.v1.LookUpUsernameRequest;
import sotto.account.v1.LookUpUsernameResponse;
import sotto.account.v1.PutSlotRequest;
import sotto.account.v1.PutSlotResponse;
import sotto.account.v1.RegisterRequest;
import sotto.account.v1.RegisterResponse;
import sotto.account.v1.SetProfileRequest;
import sotto.account.v1.SetProfileResponse;
import sotto.account.v1.SetRecoveryRequest;
import sotto.account.v1.SetRecoveryResponse;
import sotto.chain.AccountId;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.Username;
import sotto.crypto.AccessKey;
import sotto.group.v1.ChangeRequest;
import sotto.group.v1.ChangeResponse;
import sotto.group.v1.GetChangesRequest;
import sotto.group.v1.GetChangesResponse;
import sotto.group.v1.GroupServiceGrpc;
import sotto.keys.v1.CountPreKeysRequest;
import sotto.keys.v1.CountPreKeysResponse;
import sotto.keys.v1.GetBundlesRequest;
import sotto.keys.v1.GetBundlesResponse;
import sotto.keys.v1.KeyServiceGrpc;
import sotto.keys.v1.KeyServiceGrpc.KeyServiceBlockingStub;
import sotto.keys.v1.UploadPreKeysRequest;
import sotto.keys.v1.UploadPreKeysResponse;

/// The unary calls of the public services. They block; failures are [SottoException]s.
public final class ServerCalls {
  static final int DEADLINE_SECONDS = 15;

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final int MAX_LINKS = 2048;

  private final Channel channel;
  private final Optional<TokenSource> tokens;

  private ServerCalls(Channel channel, Optional<TokenSource> tokens) {
    this.channel = channel;
    this.tokens = tokens;
  }

  /// Calls that need no token, before there is an account.
  public static ServerCalls withoutToken(Channel channel) {
    return new ServerCalls(channel, Optional.empty());
  }

  /// All calls.
  public static ServerCalls of(Channel channel, TokenSource tokens) {
    return new ServerCalls(channel, Optional.of(tokens));
  }

  /// Metadata with a token.
  static Metadata authorization(String token) {
    Metadata metadata = new Metadata();
    metadata.put(AUTHORIZATION, "Bearer " + token);
    return metadata;
  }

  /// What the server is, and its clock.
  public GetServerInfoResponse serverInfo() {
    return plain(s -> s.getServerInfo(GetServerInfoRequest.getDefaultInstance()));
  }

  /// Makes an account.
  public RegisterResponse register(RegisterRequest request) {
    return plain(s -> s.register(request));
  }

  /// The account that has a name.
  public Optional<AccountId> lookUp(Username username) {
    LookUpUsernameResponse answer =
        account(s ->
            s.lookUpUsername(
                LookUpUsernameRequest.newBuilder().setUsername(username.value()).build()));
    return switch (answer.getOutcomeCase()) {
      case FOUND -> Optional.of(accountId(answer.getFound().getAccountId()));
      case NOT_FOUND, OUTCOME_NOT_SET -> Optional.empty();
    };
  }

  private static AccountId accountId(ByteString bytes) {
    if (bytes.size() != AccountId.LENGTH) {
      throw SottoException.of(Code.REFUSED, "The server's answer is malformed.");
    }
    return new AccountId(bytes.toByteArray());
  }

  /// The links of an account from a sequence on, not checked.
  ///
  /// @return empty if there is no such account
  public Optional<List<byte[]>> chain(AccountId account, long from) {
    List<byte[]> links = new ArrayList<>();
    while (true) {
      GetChainRequest request =
          GetChainRequest.newBuilder()
              .setAccountId(ByteString.copyFrom(account.bytes()))
              .setFromSequence((int) (from + links.size()))
              .build();
      GetChainResponse answer = account(s -> s.getChain(request));
      if (!answer.getFound()) {
        return Optional.empty();
      }
      answer.getLinksList().forEach(link -> links.add(link.toByteArray()));
      if (answer.getLinksCount() == 0
          || from + links.size() > answer.getChainSequence()
          || links.size() > MAX_LINKS) {
        return Optional.of(links);
      }
    }
  }

  /// Bundles of an account's devices, not checked.
  public GetBundlesResponse bundles(AccountId account, List<Integer> devices) {
    GetBundlesRequest request =
        GetBundlesRequest.newBuilder()
            .setAccountId(ByteString.copyFrom(account.bytes()))
            .addAllDevices(devices)
            .build();
    return keys(s -> s.getBundles(request));
  }

  /// Adds and replaces own pre-keys.
  public UploadPreKeysResponse upload(UploadPreKeysRequest request) {
    return keys(s -> s.uploadPreKeys(request));
  }

  /// How many one-time keys the server has.
  public CountPreKeysResponse countPreKeys() {
    return keys(s -> s.countPreKeys(CountPreKeysRequest.getDefaultInstance()));
  }

  /// When the own devices were last connected.
  public ListDevicesResponse devices() {
    return account(s -> s.listDevices(ListDevicesRequest.getDefaultInstance()));
  }

  /// Sets or removes what the own account is restored from.
  public SetRecoveryResponse setRecovery(SetRecoveryRequest request) {
    return account(s -> s.setRecovery(request));
  }

  /// What an account is restored from, or the challenge before it.
  public GetRecoveryResponse getRecovery(GetRecoveryRequest request) {
    return plain(s -> s.getRecovery(request));
  }

  /// Sets the own account's profile.
  public SetProfileResponse setProfile(SetProfileRequest request) {
    return account(s -> s.setProfile(request));
  }

  /// An account's profile, not checked.
  public GetProfileResponse profile(AccountId account, AccessKey key) {
    GetProfileRequest request =
        GetProfileRequest.newBuilder()
            .setAccountId(ByteString.copyFrom(account.bytes()))
            .setAccessKey(ByteString.copyFrom(key.bytes()))
            .build();
    return account(s -> s.getProfile(request));
  }

  /// What certifies this device to those it sends sealed messages to, not checked.
  public byte[] senderCertificate() {
    return account(s -> s.getSenderCertificate(GetSenderCertificateRequest.getDefaultInstance()))
        .getCertificate()
        .toByteArray();
  }

  /// Adds a device to an account.
  public AddDeviceResponse addDevice(AccountId account, byte[] link, DeviceRegistration device) {
    AddDeviceRequest request =
        AddDeviceRequest.newBuilder()
            .setAccountId(ByteString.copyFrom(account.bytes()))
            .setLink(ByteString.copyFrom(link))
            .setDevice(device)
            .build();
    return plain(s -> s.addDevice(request));
  }

  /// Appends a link that adds no device to the own chain.
  public AppendLinkResponse appendLink(byte[] link) {
    AppendLinkRequest request =
        AppendLinkRequest.newBuilder().setLink(ByteString.copyFrom(link)).build();
    return account(s -> s.appendLink(request));
  }

  /// Applies a change to a group.
  public ChangeResponse change(ChangeRequest request) {
    return authorized(token ->
        timed(withToken(GroupServiceGrpc.newBlockingStub(channel), token)).change(request));
  }

  /// Changes of a group, not checked.
  public GetChangesResponse changes(GetChangesRequest request) {
    return authorized(token ->
        timed(withToken(GroupServiceGrpc.newBlockingStub(channel), token)).getChanges(request));
  }

  /// Puts a message into a provisioning slot.
  ///
  /// @return false if another one is there
  public boolean putSlot(byte[] address, byte[] message) {
    PutSlotRequest request =
        PutSlotRequest.newBuilder()
            .setAddress(ByteString.copyFrom(address))
            .setMessage(ByteString.copyFrom(message))
            .build();
    PutSlotResponse answer = plain(s -> s.putSlot(request));
    return switch (answer.getOutcomeCase()) {
      case FILLED -> true;
      case TAKEN -> false;
      case OUTCOME_NOT_SET ->
          throw SottoException.of(Code.REFUSED, "The server's answer is malformed.");
    };
  }

  /// The message of a provisioning slot, not checked; empty if there is none in time.
  ///
  /// @param wait up to ten seconds
  public byte[] getSlot(byte[] address, Duration wait) {
    GetSlotRequest request =
        GetSlotRequest.newBuilder()
            .setAddress(ByteString.copyFrom(address))
            .setWaitMs((int) wait.toMillis())
            .build();
    return plain(s -> s.getSlot(request)).getMessage().toByteArray();
  }

  private <R> R plain(Function<AccountServiceBlockingStub, R> call) {
    try {
      return call.apply(timed(AccountServiceGrpc.newBlockingStub(channel)));
    } catch (StatusRuntimeException e) {
      throw Faults.of(e);
    }
  }

  private <R> R account(Function<AccountServiceBlockingStub, R> call) {
    return authorized(
        token -> call.apply(timed(withToken(AccountServiceGrpc.newBlockingStub(channel), token))));
  }

  private <R> R keys(Function<KeyServiceBlockingStub, R> call) {
    return authorized(
        token -> call.apply(timed(withToken(KeyServiceGrpc.newBlockingStub(channel), token))));
  }

  /// Makes a call with a token, and once more with a new one if that was refused.
  <R> R authorized(Function<String, R> call) {
    TokenSource source =
        tokens.orElseThrow(
            () -> SottoException.of(Code.NOT_REGISTERED, "This home has no account yet."));
    try {
      String token = source.get();
      try {
        return call.apply(token);
      } catch (StatusRuntimeException e) {
        if (!Faults.wantsToken(e)) {
          throw e;
        }
        source.drop(token);
        return call.apply(source.get());
      }
    } catch (StatusRuntimeException e) {
      throw Faults.of(e);
    }
  }

  Channel channel() {
    return channel;
  }

  static <S extends AbstractStub<S>> S withToken(S stub, String token) {
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(authorization(token)));
  }

  static <S extends AbstractStub<S>> S timed(S stub) {
    return stub.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }
}
