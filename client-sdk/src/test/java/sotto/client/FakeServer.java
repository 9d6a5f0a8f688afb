package sotto.client;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AddDeviceRequest;
import sotto.account.v1.AddDeviceResponse;
import sotto.account.v1.AppendLinkRequest;
import sotto.account.v1.AppendLinkResponse;
import sotto.account.v1.DeviceSeen;
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
import sotto.account.v1.InviteRefused;
import sotto.account.v1.InviteRequired;
import sotto.account.v1.LinkAppended;
import sotto.account.v1.LinkRefused;
import sotto.account.v1.ListDevicesRequest;
import sotto.account.v1.ListDevicesResponse;
import sotto.account.v1.LookUpUsernameRequest;
import sotto.account.v1.LookUpUsernameResponse;
import sotto.account.v1.ProfileConflict;
import sotto.account.v1.ProfileFound;
import sotto.account.v1.ProfileNotFound;
import sotto.account.v1.ProfileSet;
import sotto.account.v1.PutSlotRequest;
import sotto.account.v1.PutSlotResponse;
import sotto.account.v1.RegisterRequest;
import sotto.account.v1.RegisterResponse;
import sotto.account.v1.Registered;
import sotto.account.v1.RegistrationClosed;
import sotto.account.v1.SetProfileRequest;
import sotto.account.v1.SetProfileResponse;
import sotto.account.v1.SetRecoveryRequest;
import sotto.account.v1.SetRecoveryResponse;
import sotto.account.v1.SignInRefused;
import sotto.account.v1.SignInRequest;
import sotto.account.v1.SignInResponse;
import sotto.account.v1.SlotFilled;
import sotto.account.v1.SlotTaken;
import sotto.account.v1.Token;
import sotto.account.v1.UsernameFound;
import sotto.account.v1.UsernameNotFound;
import sotto.account.v1.UsernameTaken;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.ChallengeBytes;
import sotto.chain.Change;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.chat.v1.Accepted;
import sotto.chat.v1.ChatServiceGrpc;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.Deliver;
import sotto.chat.v1.Delivery;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.Diverged;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.EphemeralDelivery;
import sotto.chat.v1.GroupSendResult;
import sotto.chat.v1.Hello;
import sotto.chat.v1.MismatchedDevices;
import sotto.chat.v1.Pong;
import sotto.chat.v1.PresenceEvent;
import sotto.chat.v1.PresenceEvents;
import sotto.chat.v1.QueueEmpty;
import sotto.chat.v1.RetryInOrder;
import sotto.chat.v1.SealedSend;
import sotto.chat.v1.Send;
import sotto.chat.v1.SendResult;
import sotto.chat.v1.ServerFrame;
import sotto.chat.v1.UnknownRecipient;
import sotto.chat.v1.Welcome;
import sotto.client.internal.net.Dialer;
import sotto.client.internal.net.Wire;
import sotto.crypto.AccessKey;
import sotto.keys.v1.AccountUnknown;
import sotto.keys.v1.Bundle;
import sotto.keys.v1.Bundles;
import sotto.keys.v1.CountPreKeysRequest;
import sotto.keys.v1.CountPreKeysResponse;
import sotto.keys.v1.GetBundlesRequest;
import sotto.keys.v1.GetBundlesResponse;
import sotto.keys.v1.KeyServiceGrpc;
import sotto.keys.v1.OneTimePreKey;
import sotto.keys.v1.SignedPreKey;
import sotto.keys.v1.UploadPreKeysRequest;
import sotto.keys.v1.UploadPreKeysResponse;
import sotto.proto.Bounds;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// The public services over memory, in this process: what a client may count on, and knobs to make
/// it fail. Everything is guarded by the server's own monitor.
final class FakeServer implements AutoCloseable {
  /// What the server does with a send frame, instead of storing it.
  interface Refusal extends Function<Send, Optional<SendResult>> {}

  /// The calls about blobs.
  enum BlobCall {
    UPLOAD,
    DOWNLOAD,
    DELETE
  }

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<DeviceAddress> CALLER = Context.key("caller");
  private static final int WINDOW = 256;

  private static final class Holding {
    AccountChain chain;
    final Map<Integer, Device> devices = new TreeMap<>();

    Holding(AccountChain chain) {
      this.chain = chain;
    }
  }

  private static final class Device {
    int registrationId;
    SignedPreKey signed = SignedPreKey.getDefaultInstance();
    SignedPreKey lastResort = SignedPreKey.getDefaultInstance();
    final Deque<OneTimePreKey> oneTime = new ArrayDeque<>();
    final Deque<SignedPreKey> oneTimeKyber = new ArrayDeque<>();
    final TreeMap<Long, Delivery> mailbox = new TreeMap<>();
    final Map<ByteString, Long> dedupe = new HashMap<>();
    final Map<String, ByteString> keysById = new HashMap<>();
    long highestConnection;
    Optional<Stream> stream = Optional.empty();

    /// Other keys have the ids of an upload.
    private void giveToOthers(UploadPreKeysRequest request) {
      request
          .getOneTimePreKeysList()
          .forEach(key -> keysById.put("ec " + key.getId(), ByteString.EMPTY));
      request
          .getOneTimeKyberPreKeysList()
          .forEach(key -> keysById.put("kyber " + key.getId(), ByteString.EMPTY));
    }

    /// Refuses another key under an id that was used.
    private void insistOnOneKey(String id, ByteString publicKey) {
      if (!publicKey.equals(keysById.computeIfAbsent(id, _ -> publicKey))) {
        throw Statuses.of(
            Reason.FIELD_OUT_OF_BOUNDS, "another key has the id", Map.of("field", id));
      }
    }
  }

  private final String channelName = "fake-" + System.nanoTime();
  private final SecureRandom random = new SecureRandom();
  private final Map<AccountId, Holding> accounts = new LinkedHashMap<>();
  private final Map<String, AccountId> usernames = new HashMap<>();
  private final Map<String, DeviceAddress> tokens = new HashMap<>();
  private final Map<DeviceAddress, ByteString> challenges = new HashMap<>();
  private final List<Send> stored = new ArrayList<>();
  private final List<Send> received = new ArrayList<>();
  private Server server;
  private long position;
  private boolean delivering = true;

  private final FakeRecoveries recoveries = new FakeRecoveries();
  final FakeBlobs blobs = new FakeBlobs(call -> onBlobCall(call));
  long timeOffset;
  String name = "server.test";
  int signIns;
  int lookUps;
  Consumer<BlobCall> onBlobCall = _ -> {};
  Refusal refusal = _ -> Optional.empty();
  UnaryOperator<Bundle> bundles = UnaryOperator.identity();
  UnaryOperator<GetChainResponse> chains = UnaryOperator.identity();
  UnaryOperator<SignInResponse> removals = UnaryOperator.identity();
  Runnable beforeAddDevice = () -> {};
  Runnable beforeAppendLink = () -> {};
  UnaryOperator<GetProfileResponse> profileAnswers = UnaryOperator.identity();
  int profileCalls;
  final Map<AccountId, SetProfileRequest> profiles = new ConcurrentHashMap<>();
  boolean addDeviceBreaks;
  boolean appendLinkBreaks;
  final Map<ByteString, CompletableFuture<ByteString>> slots = new ConcurrentHashMap<>();
  boolean loseResults;

  /// How many streams end instead of having their number answered, and pre-keys are not taken.
  final AtomicInteger helloAnswersLost = new AtomicInteger();

  int preKeyUploadsLost;

  /// How many uploads of pre-keys find that other keys have their ids.
  int preKeyIdsTaken;

  boolean registrationBreaks;

  /// What those are told who may not register; empty = everybody may.
  Optional<RegisterResponse.OutcomeCase> registration = Optional.empty();

  /// What may be spent, each once.
  final Set<String> invites = new HashSet<>();

  final FakeGroups groups = new FakeGroups(this, new OfGroups());
  final FakeSealed sealed = new FakeSealed(this);

  FakeServer() {
    server = start();
  }

  private Server start() {
    try {
      List<BindableService> services =
          List.of(new Accounts(), new Keys(), new Chat(), blobs, groups);
      var builder = InProcessServerBuilder.forName(channelName);
      services.forEach(s -> builder.addService(ServerInterceptors.intercept(s, new Auth())));
      return builder.build().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void onBlobCall(BlobCall call) {
    onBlobCall.accept(call);
  }

  /// The version of an account's recovery record; 0 = there is none.
  synchronized long recoveryVersion(AccountId account) {
    return recoveries.version(account);
  }

  /// The next answers to a change of a recovery record are lost.
  synchronized void loseRecoveryAnswers(int count) {
    recoveries.lostAnswers = count;
  }

  /// Where it is.
  ServerAddress address() {
    return ServerAddress.of("server.test", 443);
  }

  /// Dials it whatever the address.
  Dialer dialer() {
    return _ -> {
      ManagedChannel channel =
          InProcessChannelBuilder.forName(channelName).directExecutor().build();
      return new Wire() {
        @Override
        public ManagedChannel channel() {
          return channel;
        }

        @Override
        public void close() {
          channel.shutdownNow();
        }
      };
    };
  }

  /// Stops answering; what is stored stays.
  void stop() {
    server.shutdownNow();
    try {
      var _ = server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      tokens.clear();
      accounts.values().forEach(a -> a.devices.values().forEach(d -> d.stream = Optional.empty()));
    }
  }

  /// Answers again.
  void restart() {
    server = start();
  }

  /// Keeps what comes in the mailboxes until [#deliverAgain].
  synchronized void holdDelivery() {
    delivering = false;
  }

  synchronized void deliverAgain() {
    delivering = true;
    accounts.values().forEach(a -> a.devices.values().forEach(this::push));
  }

  /// Frames that were stored, in order.
  synchronized List<Send> stored() {
    return List.copyOf(stored);
  }

  /// Frames that came, in order.
  synchronized List<Send> received() {
    return List.copyOf(received);
  }

  /// The identity key that a device's account lists.
  synchronized byte[] identityKey(DeviceAddress device) {
    return Objects.requireNonNull(accounts.get(device.account()), "no such account")
        .chain
        .device(device.device())
        .orElseThrow()
        .identityKey()
        .toArray();
  }

  /// Its clock.
  synchronized long time() {
    return now();
  }

  /// Whether a key is the one that lets people reach an account.
  synchronized boolean admits(AccountId account, AccessKey key) {
    return profile(account, key).hasFound();
  }

  synchronized int mailboxSize(AccountId account) {
    return device(account, 1).mailbox.size();
  }

  /// Takes away what waits for a device.
  synchronized List<Delivery> takeMailbox(AccountId account, int number) {
    TreeMap<Long, Delivery> mailbox = device(account, number).mailbox;
    List<Delivery> all = List.copyOf(mailbox.values());
    mailbox.clear();
    return all;
  }

  /// Puts it back, as accepted so much later.
  synchronized void putBack(
      AccountId account, int number, List<Delivery> deliveries, Duration later) {
    for (Delivery delivery : deliveries) {
      device(account, number)
          .mailbox
          .put(
              delivery.getPosition(),
              delivery.toBuilder()
                  .setAcceptedAtMs(delivery.getAcceptedAtMs() + later.toMillis())
                  .build());
    }
  }

  /// Turns the order of what waits for a device around, as that of different senders may be.
  synchronized void reverseMailbox(AccountId account, int number) {
    TreeMap<Long, Delivery> mailbox = device(account, number).mailbox;
    List<Delivery> all = new ArrayList<>(mailbox.descendingMap().values());
    List<Long> positions = new ArrayList<>(mailbox.keySet());
    mailbox.clear();
    for (int i = 0; i < all.size(); i++) {
      long at = positions.get(i);
      mailbox.put(at, all.get(i).toBuilder().setPosition(at).build());
    }
  }

  synchronized int oneTimeKeys(AccountId account) {
    return device(account, 1).oneTime.size();
  }

  synchronized void dropOneTimeKeys(AccountId account, int left) {
    Device d = device(account, 1);
    while (d.oneTime.size() > left) {
      d.oneTime.removeFirst();
    }
    while (d.oneTimeKyber.size() > left) {
      d.oneTimeKyber.removeFirst();
    }
  }

  synchronized SignedPreKey signedPreKey(AccountId account) {
    return device(account, 1).signed;
  }

  synchronized void setHighestConnection(AccountId account, long number) {
    device(account, 1).highestConnection = number;
  }

  synchronized long highestConnection(AccountId account) {
    return device(account, 1).highestConnection;
  }

  synchronized Optional<AccountId> accountOf(String username) {
    return Optional.ofNullable(usernames.get(username));
  }

  synchronized GetChainResponse chainOf(AccountId account) {
    GetChainResponse.Builder response = GetChainResponse.newBuilder().setFound(true);
    Objects.requireNonNull(accounts.get(account), "no such account")
        .chain
        .links()
        .forEach(link -> response.addLinks(ByteString.copyFrom(link.bytes())));
    return response.build();
  }

  /// Tells a device that another stream took over.
  synchronized void displace(AccountId account) {
    device(account, 1)
        .stream
        .ifPresent(s ->
            s.send(
                ServerFrame.newBuilder()
                    .setDisplaced(sotto.chat.v1.Displaced.getDefaultInstance())
                    .build()));
  }

  synchronized void changeRegistrationId(AccountId account, int id) {
    device(account, 1).registrationId = id;
  }

  synchronized void leadUsername(String username, AccountId account) {
    usernames.put(username, account);
  }

  synchronized void forget(AccountId account) {
    accounts.remove(account);
    usernames.values().removeIf(account::equals);
  }

  /// Puts an envelope into a mailbox, as from a device.
  void forge(AccountId to, Envelope envelope) {
    forge(to, envelope, Duration.ZERO);
  }

  /// The same, as accepted so much earlier.
  synchronized void forge(AccountId to, Envelope envelope, Duration earlier) {
    append(device(to, 1), envelope.toByteString(), now() - earlier.toMillis());
    push(device(to, 1));
  }

  /// Puts bytes into a mailbox.
  synchronized void forge(AccountId to, byte[] envelope) {
    append(device(to, 1), ByteString.copyFrom(envelope), now());
    push(device(to, 1));
  }

  /// Cuts the stream of an account's device.
  void cut(AccountId account) {
    Optional<Stream> stream;
    synchronized (this) {
      stream = device(account, 1).stream;
      device(account, 1).stream = Optional.empty();
    }
    stream.ifPresent(s -> s.fail(Statuses.of(Reason.SHUTTING_DOWN, "cut")));
  }

  private boolean hasEnded(AccountId account) {
    Holding holding = accounts.get(account);
    return holding != null && holding.chain.ended();
  }

  /// What the server answers whoever asks for a profile.
  synchronized GetProfileResponse profile(AccountId account, AccessKey key) {
    SetProfileRequest there = profiles.get(account);
    return there != null && Bytes.of(there.getAccessKeyHash().toByteArray()).equals(key.hash())
        ? GetProfileResponse.newBuilder()
            .setFound(
                ProfileFound.newBuilder()
                    .setVersion(there.getVersion())
                    .setProfile(there.getProfile()))
            .build()
        : GetProfileResponse.newBuilder().setNotFound(ProfileNotFound.getDefaultInstance()).build();
  }

  private Device device(AccountId account, int device) {
    Device found =
        Optional.ofNullable(accounts.get(account)).map(a -> a.devices.get(device)).orElse(null);
    return Objects.requireNonNull(found, "no such device");
  }

  private long append(Device device, ByteString envelope, long acceptedAt) {
    position++;
    device.mailbox.put(
        position,
        Delivery.newBuilder()
            .setPosition(position)
            .setAcceptedAtMs(acceptedAt)
            .setEnvelope(envelope)
            .build());
    return position;
  }

  private void push(Device device) {
    if (delivering) {
      device.stream.ifPresent(s -> s.push(device));
    }
  }

  private long now() {
    return System.currentTimeMillis() + timeOffset;
  }

  private ByteString randomBytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Auth implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      String header = headers.get(AUTHORIZATION);
      DeviceAddress caller;
      synchronized (FakeServer.this) {
        caller = header == null ? null : tokens.get(header.substring("Bearer ".length()));
      }
      return caller == null
          ? next.startCall(call, headers)
          : Contexts.interceptCall(
              Context.current().withValue(CALLER, caller), call, headers, next);
    }
  }

  static boolean isSignedIn() {
    return CALLER.get() != null;
  }

  static DeviceAddress caller() {
    DeviceAddress caller = CALLER.get();
    if (caller == null) {
      throw Statuses.of(Reason.TOKEN_INVALID, "no token");
    }
    return caller;
  }

  private <R> void answer(StreamObserver<R> observer, Function<FakeServer, R> call) {
    try {
      R response;
      synchronized (this) {
        response = call.apply(this);
      }
      observer.onNext(response);
      observer.onCompleted();
    } catch (RuntimeException e) {
      observer.onError(e);
    }
  }

  private final class OfGroups implements FakeGroups.Accounts {
    @Override
    public Optional<AccountChain> chain(AccountId account) {
      return Optional.ofNullable(accounts.get(account)).map(holding -> holding.chain);
    }

    @Override
    public void deliver(
        AccountId account, DeviceAddress but, ByteString envelopeId, Envelope envelope) {
      long acceptedAt = now();
      Holding holding = Objects.requireNonNull(accounts.get(account), "no such account");
      holding.devices.forEach((number, device) -> {
        if (!account.equals(but.account()) || number != but.device().number()) {
          device.dedupe.computeIfAbsent(
              envelopeId, _ -> append(device, envelope.toByteString(), acceptedAt));
          push(device);
        }
      });
    }
  }

  private final class Restorable implements FakeRecoveries.Accounts {
    @Override
    public Optional<AccountId> named(String username) {
      return accountOf(username);
    }

    @Override
    public Optional<AccountChain> chain(AccountId account) {
      return Optional.ofNullable(accounts.get(account)).map(holding -> holding.chain);
    }

    @Override
    public String token(AccountId account) {
      String token = "restore-" + random.nextLong();
      tokens.put(token, new DeviceAddress(account, DeviceId.FIRST));
      return token;
    }
  }

  private final class Accounts extends AccountServiceGrpc.AccountServiceImplBase {
    @Override
    public void getServerInfo(
        GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> observer) {
      answer(
          observer,
          _ ->
              GetServerInfoResponse.newBuilder()
                  .setServerTimeMs(now())
                  .addAllTrustRoots(sealed.trustRoots())
                  .build());
    }

    @Override
    public void getChallenge(
        GetChallengeRequest request, StreamObserver<GetChallengeResponse> observer) {
      answer(
          observer,
          _ -> {
            ByteString challenge = randomBytes(32);
            challenges.put(
                new DeviceAddress(
                    new AccountId(request.getAccountId().toByteArray()),
                    new DeviceId(request.getDevice())),
                challenge);
            return GetChallengeResponse.newBuilder().setChallenge(challenge).build();
          });
    }

    @Override
    public void signIn(SignInRequest request, StreamObserver<SignInResponse> observer) {
      answer(observer, _ -> signIn(request));
    }

    private SignInResponse signIn(SignInRequest request) {
      DeviceAddress address =
          new DeviceAddress(
              new AccountId(request.getAccountId().toByteArray()),
              new DeviceId(request.getDevice()));
      Holding account = accounts.get(address.account());
      boolean good =
          account != null
              && request.getServerName().equals(name)
              && request.getChallenge().equals(challenges.get(address))
              && account
                  .chain
                  .device(address.device())
                  .map(DeviceEntry::authKey)
                  .map(key ->
                      key.verifies(
                          ChallengeBytes.of(
                              request.getServerName(),
                              ChallengeBytes.SIGN_IN,
                              request.getChallenge().toByteArray(),
                              address),
                          request.getSignature().toByteArray()))
                  .orElse(false);
      if (!good && wasRemoved(request, address)) {
        SignInResponse.Builder removed = SignInResponse.newBuilder();
        removed.getRemovedBuilder().addAllLinks(chainOf(address.account()).getLinksList());
        return removals.apply(removed.build());
      }
      if (!good) {
        return SignInResponse.newBuilder().setRefused(SignInRefused.getDefaultInstance()).build();
      }
      signIns++;
      String token = randomBytes(16).toStringUtf8().hashCode() + "-" + signIns;
      tokens.put(token, address);
      return SignInResponse.newBuilder()
          .setToken(Token.newBuilder().setValue(token).setExpiresAtMs(now() + 600_000))
          .build();
    }

    private boolean wasRemoved(SignInRequest request, DeviceAddress address) {
      Holding account = accounts.get(address.account());
      return account != null
          && account.chain.device(address.device()).isEmpty()
          && account.chain.links().stream()
              .flatMap(link -> link.body().change().added().stream())
              .filter(entry -> entry.device().equals(address.device()))
              .anyMatch(entry ->
                  entry
                      .authKey()
                      .verifies(
                          ChallengeBytes.of(
                              request.getServerName(),
                              ChallengeBytes.SIGN_IN,
                              request.getChallenge().toByteArray(),
                              address),
                          request.getSignature().toByteArray()));
    }

    @Override
    public void setProfile(SetProfileRequest request, StreamObserver<SetProfileResponse> observer) {
      answer(
          observer,
          _ -> {
            if (Bounds.check(request).isPresent()) {
              throw Statuses.outOfBounds(Bounds.check(request).get());
            }
            SetProfileRequest there = profiles.get(caller().account());
            if (there != null
                && there.getVersion() >= request.getVersion()
                && !there.equals(request)) {
              return SetProfileResponse.newBuilder()
                  .setConflict(ProfileConflict.newBuilder().setVersion(there.getVersion()))
                  .build();
            }
            profiles.put(caller().account(), request);
            return SetProfileResponse.newBuilder().setSet(ProfileSet.getDefaultInstance()).build();
          });
    }

    @Override
    public void getProfile(GetProfileRequest request, StreamObserver<GetProfileResponse> observer) {
      answer(
          observer,
          _ -> {
            var _ = caller();
            profileCalls++;
            return profileAnswers.apply(
                profile(
                    new AccountId(request.getAccountId().toByteArray()),
                    AccessKey.of(request.getAccessKey().toByteArray())));
          });
    }

    @Override
    public void getSenderCertificate(
        GetSenderCertificateRequest request,
        StreamObserver<GetSenderCertificateResponse> observer) {
      answer(
          observer,
          _ ->
              GetSenderCertificateResponse.newBuilder()
                  .setCertificate(ByteString.copyFrom(sealed.certificate(caller())))
                  .build());
    }

    @Override
    public void setRecovery(
        SetRecoveryRequest request, StreamObserver<SetRecoveryResponse> observer) {
      answer(observer, _ -> recoveries.set(caller().account(), request));
    }

    @Override
    public void getRecovery(
        GetRecoveryRequest request, StreamObserver<GetRecoveryResponse> observer) {
      answer(observer, _ -> recoveries.get(request, name, new Restorable()));
    }

    @Override
    public void addDevice(AddDeviceRequest request, StreamObserver<AddDeviceResponse> observer) {
      beforeAddDevice.run();
      answer(observer, _ -> addDevice(request));
    }

    private AddDeviceResponse addDevice(AddDeviceRequest request) {
      if (Bounds.check(request).isPresent()) {
        throw Statuses.outOfBounds(Bounds.check(request).get());
      }
      Holding account = accounts.get(new AccountId(request.getAccountId().toByteArray()));
      if (account == null) {
        return AddDeviceResponse.newBuilder()
            .setLinkRefused(LinkRefused.newBuilder().setReason("UNKNOWN_ACCOUNT"))
            .build();
      }
      switch (account.chain.append(request.getLink().toByteArray())) {
        case AccountChain.Extended(AccountChain longer) -> {
          account.chain = longer;
          Change change = longer.links().getLast().body().change();
          Device device = new Device();
          device.registrationId = request.getDevice().getRegistrationId();
          device.signed = request.getDevice().getSignedPreKey();
          device.lastResort = request.getDevice().getLastResortKyberPreKey();
          account.devices.put(change.added().orElseThrow().device().number(), device);
        }
        case AccountChain.AlreadyThere _ -> {}
        case AccountChain.Refused(var reason) -> {
          return AddDeviceResponse.newBuilder().setLinkRefused(refused(account, reason)).build();
        }
      }
      if (addDeviceBreaks) {
        addDeviceBreaks = false;
        throw Statuses.of(Reason.UNAVAILABLE, "the answer is lost");
      }
      return AddDeviceResponse.newBuilder()
          .setAppended(LinkAppended.newBuilder().setChainSequence((int) account.chain.sequence()))
          .build();
    }

    private static LinkRefused.Builder refused(Holding account, sotto.chain.Refusal reason) {
      return LinkRefused.newBuilder()
          .setReason(reason.name())
          .setChainSequence((int) account.chain.sequence());
    }

    @Override
    public void appendLink(AppendLinkRequest request, StreamObserver<AppendLinkResponse> observer) {
      beforeAppendLink.run();
      List<Stream> cut = new ArrayList<>();
      answer(observer, _ -> appendLink(request, cut));
      cut.forEach(s -> s.fail(Statuses.of(Reason.DEVICE_REMOVED, "the device was removed")));
    }

    private AppendLinkResponse appendLink(AppendLinkRequest request, List<Stream> cut) {
      Holding account = Objects.requireNonNull(accounts.get(caller().account()), "no such account");
      switch (account.chain.append(request.getLink().toByteArray())) {
        case AccountChain.Extended(AccountChain longer) -> {
          account.chain = longer;
          if (longer.links().getLast().body().change()
              instanceof Change.RemoveDevice(DeviceId gone)) {
            Optional.ofNullable(account.devices.remove(gone.number()))
                .flatMap(d -> d.stream)
                .ifPresent(cut::add);
          }
          if (longer.ended()) {
            account.devices.values().forEach(d -> d.stream.ifPresent(cut::add));
            account.devices.clear();
            recoveries.forget(longer.id());
            profiles.remove(longer.id());
          }
        }
        case AccountChain.AlreadyThere _ -> {}
        case AccountChain.Refused(var reason) -> {
          return AppendLinkResponse.newBuilder().setLinkRefused(refused(account, reason)).build();
        }
      }
      if (appendLinkBreaks) {
        appendLinkBreaks = false;
        throw Statuses.of(Reason.UNAVAILABLE, "the answer is lost");
      }
      return AppendLinkResponse.newBuilder()
          .setAppended(LinkAppended.newBuilder().setChainSequence((int) account.chain.sequence()))
          .build();
    }

    @Override
    public void putSlot(PutSlotRequest request, StreamObserver<PutSlotResponse> observer) {
      if (Bounds.check(request).isPresent()) {
        observer.onError(Statuses.outOfBounds(Bounds.check(request).get()));
        return;
      }
      CompletableFuture<ByteString> slot = slot(request.getAddress());
      boolean filled = slot.complete(request.getMessage());
      PutSlotResponse.Builder response = PutSlotResponse.newBuilder();
      if (filled || slot.join().equals(request.getMessage())) {
        response.setFilled(SlotFilled.getDefaultInstance());
      } else {
        response.setTaken(SlotTaken.getDefaultInstance());
      }
      observer.onNext(response.build());
      observer.onCompleted();
    }

    @Override
    public void getSlot(GetSlotRequest request, StreamObserver<GetSlotResponse> observer) {
      if (Bounds.check(request).isPresent()) {
        observer.onError(Statuses.outOfBounds(Bounds.check(request).get()));
        return;
      }
      ByteString message;
      try {
        message = slot(request.getAddress()).get(request.getWaitMs(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        message = ByteString.EMPTY;
      } catch (ExecutionException | InterruptedException e) {
        observer.onError(e);
        return;
      }
      observer.onNext(GetSlotResponse.newBuilder().setMessage(message).build());
      observer.onCompleted();
    }

    private CompletableFuture<ByteString> slot(ByteString address) {
      return slots.computeIfAbsent(address, _ -> new CompletableFuture<>());
    }

    @Override
    public void register(RegisterRequest request, StreamObserver<RegisterResponse> observer) {
      answer(observer, _ -> register(request));
    }

    private RegisterResponse register(RegisterRequest request) {
      if (Bounds.check(request).isPresent()) {
        throw Statuses.outOfBounds(Bounds.check(request).get());
      }
      AccountChain chain =
          ((AccountChain.Extended) AccountChain.found(request.getLink().toByteArray())).chain();
      if (!accounts.containsKey(chain.id()) && registration.isPresent()) {
        if (registration.get() == RegisterResponse.OutcomeCase.REGISTRATION_CLOSED) {
          return RegisterResponse.newBuilder()
              .setRegistrationClosed(RegistrationClosed.getDefaultInstance())
              .build();
        }
        if (request.getInvite().isEmpty()) {
          return RegisterResponse.newBuilder()
              .setInviteRequired(InviteRequired.getDefaultInstance())
              .build();
        }
        if (!invites.remove(request.getInvite())) {
          return RegisterResponse.newBuilder()
              .setInviteRefused(InviteRefused.getDefaultInstance())
              .build();
        }
      }
      Holding account = accounts.computeIfAbsent(chain.id(), _ -> new Holding(chain));
      Device device = account.devices.computeIfAbsent(1, _ -> new Device());
      device.registrationId = request.getDevice().getRegistrationId();
      device.signed = request.getDevice().getSignedPreKey();
      device.lastResort = request.getDevice().getLastResortKyberPreKey();
      if (!usernames.getOrDefault(request.getUsername(), chain.id()).equals(chain.id())) {
        return RegisterResponse.newBuilder()
            .setUsernameTaken(UsernameTaken.getDefaultInstance())
            .build();
      }
      usernames.put(request.getUsername(), chain.id());
      if (registrationBreaks) {
        registrationBreaks = false;
        throw Statuses.of(Reason.UNAVAILABLE, "the answer is lost");
      }
      return RegisterResponse.newBuilder()
          .setRegistered(
              Registered.newBuilder().setAccountId(ByteString.copyFrom(chain.id().bytes())))
          .build();
    }

    @Override
    public void getChain(GetChainRequest request, StreamObserver<GetChainResponse> observer) {
      answer(
          observer,
          _ -> {
            var _ = caller();
            Holding account = accounts.get(new AccountId(request.getAccountId().toByteArray()));
            if (account == null) {
              return GetChainResponse.getDefaultInstance();
            }
            GetChainResponse.Builder response =
                GetChainResponse.newBuilder()
                    .setFound(true)
                    .setChainSequence((int) account.chain.sequence());
            account.chain.links().stream()
                .skip(request.getFromSequence())
                .forEach(link -> response.addLinks(ByteString.copyFrom(link.bytes())));
            return chains.apply(response.build());
          });
    }

    @Override
    public void lookUpUsername(
        LookUpUsernameRequest request, StreamObserver<LookUpUsernameResponse> observer) {
      answer(
          observer,
          _ -> {
            var _ = caller();
            lookUps++;
            AccountId account = usernames.get(request.getUsername());
            return account == null || hasEnded(account)
                ? LookUpUsernameResponse.newBuilder()
                    .setNotFound(UsernameNotFound.getDefaultInstance())
                    .build()
                : LookUpUsernameResponse.newBuilder()
                    .setFound(
                        UsernameFound.newBuilder()
                            .setAccountId(ByteString.copyFrom(account.bytes())))
                    .build();
          });
    }

    @Override
    public void listDevices(
        ListDevicesRequest request, StreamObserver<ListDevicesResponse> observer) {
      answer(
          observer,
          _ -> {
            ListDevicesResponse.Builder response = ListDevicesResponse.newBuilder();
            Objects.requireNonNull(accounts.get(caller().account()), "no such account")
                .devices
                .keySet()
                .forEach(number ->
                    response.addDevices(
                        DeviceSeen.newBuilder().setDevice(number).setLastSeenDayMs(now())));
            return response.build();
          });
    }
  }

  private final class Keys extends KeyServiceGrpc.KeyServiceImplBase {
    @Override
    public void getBundles(GetBundlesRequest request, StreamObserver<GetBundlesResponse> observer) {
      answer(observer, _ -> getBundles(request));
    }

    private GetBundlesResponse getBundles(GetBundlesRequest request) {
      var _ = caller();
      Holding account = accounts.get(new AccountId(request.getAccountId().toByteArray()));
      if (account == null || account.chain.ended()) {
        return GetBundlesResponse.newBuilder()
            .setUnknown(AccountUnknown.getDefaultInstance())
            .build();
      }
      Bundles.Builder all = Bundles.newBuilder().setChainSequence((int) account.chain.sequence());
      for (int number : request.getDevicesList()) {
        Device d = account.devices.get(number);
        Optional<DeviceEntry> entry = account.chain.device(new DeviceId(number));
        if (d != null && entry.isPresent()) {
          Bundle.Builder bundle =
              Bundle.newBuilder()
                  .setDevice(number)
                  .setRegistrationId(d.registrationId)
                  .setIdentityKey(ByteString.copyFrom(entry.get().identityKey().toArray()))
                  .setSignedPreKey(d.signed)
                  .setKyberPreKey(
                      d.oneTimeKyber.isEmpty() ? d.lastResort : d.oneTimeKyber.removeFirst());
          if (!d.oneTime.isEmpty()) {
            bundle.setOneTimePreKey(d.oneTime.removeFirst());
          }
          all.addBundles(bundles.apply(bundle.build()));
        }
      }
      return GetBundlesResponse.newBuilder().setBundles(all).build();
    }

    @Override
    public void uploadPreKeys(
        UploadPreKeysRequest request, StreamObserver<UploadPreKeysResponse> observer) {
      answer(
          observer,
          _ -> {
            DeviceAddress caller = caller();
            Device d = device(caller.account(), caller.device().number());
            if (preKeyUploadsLost > 0) {
              preKeyUploadsLost--;
              throw Statuses.of(Reason.SHUTTING_DOWN, "not taken");
            }
            if (preKeyIdsTaken > 0) {
              preKeyIdsTaken--;
              d.giveToOthers(request);
            }
            request
                .getOneTimePreKeysList()
                .forEach(key -> d.insistOnOneKey("ec " + key.getId(), key.getPublicKey()));
            request
                .getOneTimeKyberPreKeysList()
                .forEach(key -> d.insistOnOneKey("kyber " + key.getId(), key.getPublicKey()));
            if (request.getReplaceAll()) {
              d.oneTime.clear();
              d.oneTimeKyber.clear();
            }
            if (request.hasSignedPreKey()) {
              d.signed = request.getSignedPreKey();
            }
            if (request.hasLastResortKyberPreKey()) {
              d.lastResort = request.getLastResortKyberPreKey();
            }
            d.oneTime.addAll(request.getOneTimePreKeysList());
            d.oneTimeKyber.addAll(request.getOneTimeKyberPreKeysList());
            return UploadPreKeysResponse.getDefaultInstance();
          });
    }

    @Override
    public void countPreKeys(
        CountPreKeysRequest request, StreamObserver<CountPreKeysResponse> observer) {
      answer(
          observer,
          _ -> {
            DeviceAddress caller = caller();
            Device d = device(caller.account(), caller.device().number());
            return CountPreKeysResponse.newBuilder()
                .setOneTimePreKeys(d.oneTime.size())
                .setOneTimeKyberPreKeys(d.oneTimeKyber.size())
                .build();
          });
    }
  }

  private final class Chat extends ChatServiceGrpc.ChatServiceImplBase {
    @Override
    public StreamObserver<ClientFrame> connect(StreamObserver<ServerFrame> observer) {
      return new Stream(caller(), observer);
    }

    @Override
    public StreamObserver<SealedSend> sendSealed(StreamObserver<SendResult> observer) {
      return sealed.open(observer);
    }
  }

  /// Stores what one stream sends. Guarded by the server's monitor.
  final class StreamLanes {
    private final Optional<DeviceAddress> sender;
    private final Map<AccountId, Integer> refusedGenerations = new HashMap<>();

    /// @param sender empty for who does not say who they are
    StreamLanes(Optional<DeviceAddress> sender) {
      this.sender = sender;
    }

    Envelope envelope(DeviceEnvelope e) {
      Envelope.Builder envelope = Envelope.newBuilder();
      sender.ifPresent(from ->
          envelope
              .setSenderAccountId(ByteString.copyFrom(from.account().bytes()))
              .setSenderDevice(from.device().number()));
      return envelope.setType(e.getType()).setCiphertext(e.getCiphertext()).build();
    }

    private ByteString scope() {
      return sender.map(from -> ByteString.copyFromUtf8(from.toString())).orElse(ByteString.EMPTY);
    }

    /// Whether an earlier try is in a mailbox still, or was.
    boolean has(Send frame) {
      AccountId to = new AccountId(frame.getAccountId().toByteArray());
      return Optional.ofNullable(accounts.get(to)).stream()
          .flatMap(account -> account.devices.values().stream())
          .anyMatch(device -> device.dedupe.containsKey(scope().concat(frame.getEnvelopeId())));
    }

    SendResult take(Send frame, Refusal refusal) {
      AccountId to = new AccountId(frame.getAccountId().toByteArray());
      SendResult.Builder result = SendResult.newBuilder().setRequest(frame.getRequest());
      if (frame.getLaneGeneration() <= refusedGenerations.getOrDefault(to, 0)) {
        return result.setRetryInOrder(RetryInOrder.getDefaultInstance()).build();
      }
      Optional<SendResult> refused = refusal.apply(frame);
      SendResult outcome =
          refused
              .map(r -> r.toBuilder().setRequest(frame.getRequest()).build())
              .orElseGet(() -> store(to, frame, result));
      if (!outcome.hasAccepted()) {
        refusedGenerations.put(to, frame.getLaneGeneration());
      }
      return outcome;
    }

    private SendResult store(AccountId to, Send frame, SendResult.Builder result) {
      Holding account = accounts.get(to);
      if (account == null || account.chain.ended()) {
        return result.setUnknownRecipient(UnknownRecipient.getDefaultInstance()).build();
      }
      MismatchedDevices.Builder mismatch =
          MismatchedDevices.newBuilder().setChainSequence((int) account.chain.sequence());
      for (DeviceEntry device : account.chain.devices()) {
        int number = device.device().number();
        if (sender.equals(Optional.of(new DeviceAddress(to, device.device())))) {
          continue;
        }
        boolean there =
            frame.getDevicesList().stream().anyMatch(d -> d.getDevice() == number)
                || frame.getWithoutBundleList().contains(number);
        if (!there) {
          mismatch.addMissing(number);
        }
      }
      for (DeviceEnvelope d : frame.getDevicesList()) {
        Device device = account.devices.get(d.getDevice());
        if (device == null) {
          mismatch.addExtra(d.getDevice());
        } else if (device.registrationId != d.getRegistrationId()) {
          mismatch.addStale(d.getDevice());
        }
      }
      if (mismatch.getMissingCount() + mismatch.getExtraCount() + mismatch.getStaleCount() > 0) {
        return result.setMismatchedDevices(mismatch).build();
      }
      // One moment for all devices, as a store that writes them in one transaction has it.
      long acceptedAt = now();
      for (DeviceEnvelope d : frame.getDevicesList()) {
        Device device = device(to, d.getDevice());
        device.dedupe.computeIfAbsent(
            scope().concat(frame.getEnvelopeId()),
            _ -> append(device, envelope(d).toByteString(), acceptedAt));
        FakeServer.this.push(device);
      }
      stored.add(frame);
      return result.setAccepted(Accepted.newBuilder().setAcceptedAtMs(acceptedAt)).build();
    }
  }

  private final class Stream implements StreamObserver<ClientFrame> {
    private final DeviceAddress address;
    private final StreamObserver<ServerFrame> out;
    private boolean open;
    private long pushed;
    private int unacked;
    private boolean toldEmpty;
    private boolean over;
    private final StreamLanes lanes;
    private long backlogUntil;

    Stream(DeviceAddress address, StreamObserver<ServerFrame> out) {
      this.address = address;
      this.out = out;
      this.lanes = new StreamLanes(Optional.of(address));
    }

    private void send(ServerFrame frame) {
      if (!over) {
        out.onNext(frame);
      }
    }

    void fail(RuntimeException failure) {
      synchronized (FakeServer.this) {
        if (!over) {
          over = true;
          out.onError(failure);
        }
      }
    }

    @Override
    public void onNext(ClientFrame frame) {
      synchronized (FakeServer.this) {
        if (Bounds.check(frame).isPresent()) {
          fail(Statuses.outOfBounds(Bounds.check(frame).get()));
          return;
        }
        Holding account = accounts.get(address.account());
        if (over || (account != null && account.chain.device(address.device()).isEmpty())) {
          return;
        }
        Device device = device(address.account(), address.device().number());
        switch (frame.getFrameCase()) {
          case HELLO -> hello(device, frame.getHello());
          case SEND -> {
            received.add(frame.getSend());
            SendResult result = lanes.take(frame.getSend(), refusal);
            if (!loseResults) {
              send(ServerFrame.newBuilder().setSendResult(result).build());
            }
          }
          case ACK -> {
            for (long acked : frame.getAck().getPositionsList()) {
              if (device.mailbox.remove(acked) != null) {
                unacked--;
              }
            }
            FakeServer.this.push(device);
          }
          case EPHEMERAL -> {
            AccountId to = new AccountId(frame.getEphemeral().getAccountId().toByteArray());
            for (DeviceEnvelope e : frame.getEphemeral().getDevicesList()) {
              device(to, e.getDevice())
                  .stream
                  .ifPresent(s ->
                      s.send(
                          ServerFrame.newBuilder()
                              .setEphemeral(
                                  EphemeralDelivery.newBuilder()
                                      .setEnvelope(lanes.envelope(e).toByteString()))
                              .build()));
            }
          }
          case PRESENCE ->
              frame
                  .getPresence()
                  .getWatchList()
                  .forEach(w ->
                      send(
                          ServerFrame.newBuilder()
                              .setPresence(
                                  PresenceEvents.newBuilder()
                                      .addEvents(
                                          PresenceEvent.newBuilder()
                                              .setAccountId(w.getAccountId())
                                              .setOnline(true)))
                              .build()));
          case PING ->
              send(
                  ServerFrame.newBuilder()
                      .setPong(Pong.newBuilder().setId(frame.getPing().getId()))
                      .build());
          case GROUP_SEND -> {
            GroupSendResult result = groups.take(address, frame.getGroupSend());
            if (!loseResults) {
              send(ServerFrame.newBuilder().setGroupSendResult(result).build());
            }
          }
          case FRAME_NOT_SET -> {}
        }
      }
    }

    private void hello(Device device, Hello hello) {
      long number = hello.getConnectionNumber();
      boolean diverged =
          number <= device.highestConnection
              || (hello.hasHeard() && hello.getHeard() < device.highestConnection);
      if (!diverged) {
        device.highestConnection = number;
      }
      if (helloAnswersLost.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        fail(Statuses.of(Reason.SHUTTING_DOWN, "the answer is lost"));
        return;
      }
      if (diverged) {
        send(
            ServerFrame.newBuilder()
                .setDiverged(Diverged.newBuilder().setHighest(device.highestConnection))
                .build());
        return;
      }
      device.stream.ifPresent(s -> {
        s.send(
            ServerFrame.newBuilder()
                .setDisplaced(sotto.chat.v1.Displaced.getDefaultInstance())
                .build());
        s.over = true;
        s.out.onCompleted();
      });
      device.stream = Optional.of(this);
      open = true;
      backlogUntil = position;
      send(
          ServerFrame.newBuilder().setWelcome(Welcome.newBuilder().setServerTimeMs(now())).build());
      FakeServer.this.push(device);
    }

    private void push(Device device) {
      if (!open || over) {
        return;
      }
      Deliver.Builder deliver = Deliver.newBuilder();
      int bytes = 0;
      for (Delivery d : device.mailbox.tailMap(pushed, false).values()) {
        if (unacked >= WINDOW || bytes > 200_000) {
          break;
        }
        deliver.addDeliveries(d);
        bytes += d.getEnvelope().size();
        pushed = d.getPosition();
        unacked++;
      }
      if (deliver.getDeliveriesCount() > 0) {
        send(ServerFrame.newBuilder().setDeliver(deliver).build());
      }
      if (!toldEmpty && device.mailbox.headMap(backlogUntil, true).isEmpty()) {
        toldEmpty = true;
        send(ServerFrame.newBuilder().setQueueEmpty(QueueEmpty.getDefaultInstance()).build());
      }
    }

    @Override
    public void onError(Throwable failure) {
      gone();
    }

    @Override
    public void onCompleted() {
      synchronized (FakeServer.this) {
        if (!over) {
          over = true;
          out.onCompleted();
        }
      }
      gone();
    }

    private void gone() {
      synchronized (FakeServer.this) {
        over = true;
        Holding account = accounts.get(address.account());
        Device device = account == null ? null : account.devices.get(address.device().number());
        if (device != null) {
          if (device.stream.filter(s -> s == this).isPresent()) {
            device.stream = Optional.empty();
          }
        }
      }
    }
  }
}
