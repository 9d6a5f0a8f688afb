package sotto.store.account;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AddDeviceRequest;
import sotto.account.v1.AddDeviceResponse;
import sotto.account.v1.AppendLinkRequest;
import sotto.account.v1.AppendLinkResponse;
import sotto.account.v1.GetChainRequest;
import sotto.account.v1.GetChainResponse;
import sotto.account.v1.GetChallengeRequest;
import sotto.account.v1.GetChallengeResponse;
import sotto.account.v1.GetProfileRequest;
import sotto.account.v1.GetProfileResponse;
import sotto.account.v1.GetRecoveryRequest;
import sotto.account.v1.GetRecoveryResponse;
import sotto.account.v1.GetSenderCertificateRequest;
import sotto.account.v1.GetSenderCertificateResponse;
import sotto.account.v1.GetServerInfoRequest;
import sotto.account.v1.GetServerInfoResponse;
import sotto.account.v1.GetSlotRequest;
import sotto.account.v1.GetSlotResponse;
import sotto.account.v1.LinkAppended;
import sotto.account.v1.LinkRefused;
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
import sotto.account.v1.SignInRequest;
import sotto.account.v1.SignInResponse;
import sotto.account.v1.SlotFilled;
import sotto.account.v1.SlotTaken;
import sotto.account.v1.UsernameFound;
import sotto.account.v1.UsernameNotFound;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.mesh.Caller;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.store.slot.Slots;
import sotto.store.sql.Readers;
import sotto.store.token.Challenges;
import sotto.store.token.RecoverySignIn;
import sotto.store.token.SenderCertificates;
import sotto.store.token.SignIn;
import sotto.store.write.Writers;

/// The account service. Handlers block until what they answer is durable.
public final class AccountEndpoint extends AccountServiceGrpc.AccountServiceImplBase {
  private static final Duration NO_ROOM = Duration.ofMinutes(1);

  private final AccountReads reads;
  private final Usernames usernames;
  private final RegistrationPolicy policy;
  private final Registration registration;
  private final ChainGrowth growth;
  private final Challenges challenges;
  private final SignIn signIn;
  private final RecoverySignIn recovery;
  private final RecoveryRecords records;
  private final Profiles profiles;
  private final Chains chains;
  private final SenderCertificates certificates;
  private final Writers writers;
  private final Slots slots;
  private final List<String> serverNames;
  private final String version;
  private final Clock clock;

  /// Serves what these hold.
  public AccountEndpoint(
      Writers writers,
      Readers readers,
      Challenges challenges,
      SignIn signIn,
      RecoverySignIn recovery,
      SenderCertificates certificates,
      RegistrationPolicy policy,
      Invites invites,
      Ending ending,
      Slots slots,
      List<String> serverNames,
      String version,
      Clock clock) {
    this.reads = new AccountReads(readers);
    this.usernames = new Usernames(writers, readers, clock);
    this.policy = policy;
    this.registration = new Registration(policy, usernames, invites, reads, writers);
    this.growth = new ChainGrowth(reads, writers, readers, ending);
    this.challenges = challenges;
    this.signIn = signIn;
    this.recovery = recovery;
    this.records = new RecoveryRecords(writers);
    this.profiles = new Profiles(writers, readers);
    this.chains = new Chains(readers);
    this.certificates = certificates;
    this.writers = writers;
    this.slots = slots;
    this.serverNames = List.copyOf(serverNames);
    this.version = version;
    this.clock = clock;
  }

  @Override
  public void getServerInfo(
      GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> response) {
    answer(
        response,
        GetServerInfoResponse.newBuilder()
            .setServerTimeMs(clock.millis())
            .setVersion(version)
            .addAllNames(serverNames)
            .setRegistration(policy.onTheWire())
            .addAllTrustRoots(certificates.trustRoots())
            .build());
  }

  @Override
  public void getChallenge(
      GetChallengeRequest request, StreamObserver<GetChallengeResponse> response) {
    DeviceAddress device =
        new DeviceAddress(account(request.getAccountId()), new DeviceId(request.getDevice()));
    answer(
        response,
        GetChallengeResponse.newBuilder()
            .setChallenge(ByteString.copyFrom(challenges.make(device)))
            .build());
  }

  @Override
  public void signIn(SignInRequest request, StreamObserver<SignInResponse> response) {
    answer(response, signIn.signIn(request));
  }

  @Override
  public void register(RegisterRequest request, StreamObserver<RegisterResponse> response) {
    answer(response, registration.register(request));
  }

  @Override
  public void addDevice(AddDeviceRequest request, StreamObserver<AddDeviceResponse> response) {
    ChainGrowth.Outcome outcome =
        growth.addDevice(
            account(request.getAccountId()), request.getLink().toByteArray(), request.getDevice());
    AddDeviceResponse.Builder added = AddDeviceResponse.newBuilder();
    switch (outcome) {
      case ChainGrowth.Appended(long sequence) -> added.setAppended(appended(sequence));
      case ChainGrowth.Refused refused -> added.setLinkRefused(refused(refused));
    }
    answer(response, added.build());
  }

  @Override
  public void appendLink(AppendLinkRequest request, StreamObserver<AppendLinkResponse> response) {
    AccountId own = Caller.required().account();
    AppendLinkResponse.Builder linked = AppendLinkResponse.newBuilder();
    switch (growth.append(own, request.getLink().toByteArray())) {
      case ChainGrowth.Appended(long sequence) -> linked.setAppended(appended(sequence));
      case ChainGrowth.Refused refused -> linked.setLinkRefused(refused(refused));
    }
    answer(response, linked.build());
  }

  private static LinkAppended appended(long sequence) {
    return LinkAppended.newBuilder().setChainSequence((int) sequence).build();
  }

  private static LinkRefused refused(ChainGrowth.Refused refused) {
    return LinkRefused.newBuilder()
        .setReason(refused.reason())
        .setChainSequence((int) refused.sequence())
        .build();
  }

  @Override
  public void getChain(GetChainRequest request, StreamObserver<GetChainResponse> response) {
    answer(response, reads.chain(request));
  }

  @Override
  public void lookUpUsername(
      LookUpUsernameRequest request, StreamObserver<LookUpUsernameResponse> response) {
    Optional<AccountId> found = Username.parse(request.getUsername()).flatMap(usernames::lookUp);
    LookUpUsernameResponse.Builder result = LookUpUsernameResponse.newBuilder();
    if (found.isPresent()) {
      result.setFound(
          UsernameFound.newBuilder().setAccountId(ByteString.copyFrom(found.get().bytes())));
    } else {
      result.setNotFound(UsernameNotFound.getDefaultInstance());
    }
    answer(response, result.build());
  }

  @Override
  public void listDevices(
      ListDevicesRequest request, StreamObserver<ListDevicesResponse> response) {
    AccountId own = Caller.required().account();
    answer(response, ListDevicesResponse.newBuilder().addAllDevices(reads.devices(own)).build());
  }

  @Override
  public void setProfile(SetProfileRequest request, StreamObserver<SetProfileResponse> response) {
    Caller caller = Caller.required();
    answer(response, profiles.set(new DeviceAddress(caller.account(), caller.device()), request));
  }

  @Override
  public void getProfile(GetProfileRequest request, StreamObserver<GetProfileResponse> response) {
    answer(response, profiles.get(request));
  }

  @Override
  public void getSenderCertificate(
      GetSenderCertificateRequest request, StreamObserver<GetSenderCertificateResponse> response) {
    Caller caller = Caller.required();
    DeviceEntry entry =
        chains
            .newest(caller.account())
            .flatMap(chain -> chain.device(caller.device()))
            .orElseThrow(() ->
                Statuses.of(Reason.DEVICE_REMOVED, "the device is not in its account's list"));
    DeviceAddress device = new DeviceAddress(caller.account(), caller.device());
    answer(
        response,
        GetSenderCertificateResponse.newBuilder()
            .setCertificate(certificates.issue(device, entry))
            .build());
  }

  @Override
  public void setRecovery(
      SetRecoveryRequest request, StreamObserver<SetRecoveryResponse> response) {
    Caller caller = Caller.required();
    answer(response, records.set(new DeviceAddress(caller.account(), caller.device()), request));
  }

  @Override
  public void getRecovery(
      GetRecoveryRequest request, StreamObserver<GetRecoveryResponse> response) {
    answer(response, recovery.get(request));
  }

  @Override
  public void putSlot(PutSlotRequest request, StreamObserver<PutSlotResponse> response) {
    requireOwned(request.getAddress());
    PutSlotResponse.Builder result = PutSlotResponse.newBuilder();
    switch (slots.put(request.getAddress(), request.getMessage())) {
      case FILLED -> result.setFilled(SlotFilled.getDefaultInstance());
      case TAKEN -> result.setTaken(SlotTaken.getDefaultInstance());
      case FULL -> throw Statuses.rateLimited("slots", NO_ROOM);
    }
    answer(response, result.build());
  }

  @Override
  public void getSlot(GetSlotRequest request, StreamObserver<GetSlotResponse> response) {
    requireOwned(request.getAddress());
    ByteString message = slots.get(request.getAddress(), Duration.ofMillis(request.getWaitMs()));
    answer(response, GetSlotResponse.newBuilder().setMessage(message).build());
  }

  /// A slot lies where an account with the first bits of its address would.
  ///
  /// @throws io.grpc.StatusRuntimeException MOVED if that is elsewhere
  private void requireOwned(ByteString address) {
    int bucket = account(address.substring(0, AccountId.LENGTH)).bucket();
    if (!writers.ownership().has(bucket)) {
      var _ = writers.commit(bucket, 0, _ -> true);
    }
  }

  private static AccountId account(ByteString id) {
    return new AccountId(id.toByteArray());
  }

  private static <T> void answer(StreamObserver<T> response, T message) {
    response.onNext(message);
    response.onCompleted();
  }
}
