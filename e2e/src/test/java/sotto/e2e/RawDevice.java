package sotto.e2e;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Metadata;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import sotto.account.v1.DeviceRegistration;
import sotto.account.v1.GetChainRequest;
import sotto.account.v1.GetChallengeRequest;
import sotto.account.v1.RegisterRequest;
import sotto.account.v1.RegisterResponse;
import sotto.account.v1.SignInRequest;
import sotto.account.v1.SignInResponse;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.ChallengeBytes;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.Delivery;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.Send;
import sotto.chat.v1.SendResult;
import sotto.chat.v1.ServerFrame.FrameCase;
import sotto.content.v1.ChainHead;
import sotto.content.v1.Content;
import sotto.content.v1.Message;
import sotto.crypto.Bundle;
import sotto.crypto.Decrypted;
import sotto.crypto.DeviceKeys;
import sotto.crypto.FoundAccount;
import sotto.crypto.KyberPreKey;
import sotto.crypto.MemorySessionStore;
import sotto.crypto.Padding;
import sotto.crypto.PreKeys;
import sotto.crypto.RecoveryKey;
import sotto.crypto.Sealed;
import sotto.crypto.SessionCrypto;
import sotto.crypto.StartOutcome;
import sotto.keys.v1.GetBundlesRequest;
import sotto.keys.v1.SignedPreKey;

/// A client made by hand, so that it can misbehave in any way: keys, account and sessions are real,
/// everything that goes over the network is the test's to choose. Not for several threads.
final class RawDevice implements AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int SIGNED = 1;
  private static final int LAST_RESORT = 2;

  final Wire wire;
  final RecoveryKey recovery = RecoveryKey.generate(RANDOM);
  final DeviceKeys keys = DeviceKeys.generate(RANDOM);
  final MemorySessionStore store = new MemorySessionStore();
  final SessionCrypto crypto;
  final DeviceRegistration registration;
  private final AtomicLong requests = new AtomicLong();
  AccountChain chain;
  String username = "";

  /// A device with a new account that no server knows yet.
  RawDevice(Wire wire) {
    this.wire = wire;
    this.chain = FoundAccount.create(keys, recovery, Clock.systemUTC()).chain();
    var now = Clock.systemUTC().instant();
    var signed = PreKeys.signed(keys, SIGNED, now);
    var lastResort = PreKeys.lastResortKyber(keys, LAST_RESORT, now);
    store.putSignedPreKey(SIGNED, signed.record());
    store.putKyberPreKey(LAST_RESORT, new KyberPreKey(lastResort.record(), true));
    registration =
        DeviceRegistration.newBuilder()
            .setRegistrationId(keys.registrationId())
            .setSignedPreKey(proto(signed))
            .setLastResortKyberPreKey(proto(lastResort))
            .build();
    crypto = new SessionCrypto(keys, chain.id(), DeviceId.FIRST, store, Clock.systemUTC());
  }

  /// A registered device.
  static RawDevice registered(Wire wire, String username) {
    var device = new RawDevice(wire);
    var response = device.register(username);
    if (!response.hasRegistered()) {
      throw new AssertionError("not registered: " + response);
    }
    return device;
  }

  private static SignedPreKey proto(PreKeys.Signed key) {
    return SignedPreKey.newBuilder()
        .setId(key.id())
        .setPublicKey(ByteString.copyFrom(key.publicKey()))
        .setSignature(ByteString.copyFrom(key.signature()))
        .build();
  }

  AccountId id() {
    return chain.id();
  }

  ByteString idBytes() {
    return bytes(id());
  }

  DeviceAddress address() {
    return new DeviceAddress(id(), DeviceId.FIRST);
  }

  static ByteString bytes(AccountId id) {
    return ByteString.copyFrom(id.bytes());
  }

  static ByteString randomBytes(int count) {
    var bytes = new byte[count];
    RANDOM.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  /// An honest request to register.
  RegisterRequest.Builder registerRequest(String wanted) {
    return RegisterRequest.newBuilder()
        .setUsername(wanted)
        .setLink(ByteString.copyFrom(chain.links().getFirst().bytes()))
        .setDevice(registration);
  }

  RegisterResponse register(String wanted) {
    username = wanted;
    return wire.accounts(new Metadata()).register(registerRequest(wanted).build());
  }

  /// The answer to a sign-in as this device.
  SignInResponse signIn(String serverName) {
    var accounts = wire.accounts(new Metadata());
    var challenge =
        accounts
            .getChallenge(
                GetChallengeRequest.newBuilder().setAccountId(idBytes()).setDevice(1).build())
            .getChallenge();
    var signature =
        keys.signChallenge(serverName, ChallengeBytes.SIGN_IN, challenge.toByteArray(), address());
    return accounts.signIn(
        SignInRequest.newBuilder()
            .setAccountId(idBytes())
            .setDevice(1)
            .setChallenge(challenge)
            .setServerName(serverName)
            .setSignature(ByteString.copyFrom(signature))
            .build());
  }

  /// A token of this device.
  String token() {
    var response = signIn(wire.host());
    if (!response.hasToken()) {
      throw new AssertionError("not signed in: " + response);
    }
    return response.getToken().getValue();
  }

  /// A stream with a token, before `hello`.
  RawStream stream() {
    return new RawStream(wire.with(Wire.bearer(token())), true);
  }

  /// A stream after `welcome`.
  RawStream connect(long number) {
    var stream = stream();
    stream.hello(number);
    stream.await(FrameCase.WELCOME);
    return stream;
  }

  /// The chain that the server tells of an account.
  AccountChain chainOf(AccountId account) {
    var links =
        wire.accounts(Wire.bearer(token()))
            .getChain(GetChainRequest.newBuilder().setAccountId(bytes(account)).build())
            .getLinksList();
    var outcome = AccountChain.of(links.stream().map(ByteString::toByteArray).toList());
    if (outcome instanceof AccountChain.Extended(AccountChain found)) {
      return found;
    }
    throw new AssertionError("the server's chain is refused: " + outcome);
  }

  /// Fetches chain and bundles of an account and starts sessions with its devices.
  ///
  /// @return its chain
  AccountChain meet(AccountId account) {
    var found = chainOf(account);
    store.trust(found);
    var bundles =
        wire.keys(Wire.bearer(token()))
            .getBundles(GetBundlesRequest.newBuilder().setAccountId(bytes(account)).build())
            .getBundles();
    for (var b : bundles.getBundlesList()) {
      var outcome = crypto.start(bundle(account, b));
      if (!(outcome instanceof StartOutcome.Started)) {
        throw new AssertionError("the bundle is refused: " + outcome);
      }
    }
    return found;
  }

  private static Bundle bundle(AccountId account, sotto.keys.v1.Bundle b) {
    return new Bundle(
        new DeviceAddress(account, new DeviceId(b.getDevice())),
        b.getRegistrationId(),
        b.getIdentityKey().toByteArray(),
        key(b.getSignedPreKey()),
        key(b.getKyberPreKey()),
        b.hasOneTimePreKey()
            ? Optional.of(
                new Bundle.OneTimeKey(
                    b.getOneTimePreKey().getId(),
                    b.getOneTimePreKey().getPublicKey().toByteArray()))
            : Optional.empty());
  }

  private static Bundle.SignedKey key(SignedPreKey key) {
    return new Bundle.SignedKey(
        key.getId(), key.getPublicKey().toByteArray(), key.getSignature().toByteArray());
  }

  /// A content as the real client makes it, without a body.
  Content.Builder content(AccountChain to) {
    return Content.newBuilder()
        .setMessageId(randomBytes(16))
        .setSentAtMs(System.currentTimeMillis())
        .setRecipientAccountId(bytes(to.id()))
        .setSenderChain(head(chain))
        .setRecipientChain(head(to))
        .setUsernameHint(username);
  }

  /// A content with a text.
  Content text(AccountChain to, String text) {
    return content(to).setMessage(Message.newBuilder().setText(text)).build();
  }

  private static ChainHead head(AccountChain of) {
    return ChainHead.newBuilder()
        .setSequence((int) of.sequence())
        .setHash(ByteString.copyFrom(of.headHash().bytes()))
        .build();
  }

  /// An envelope for each device of an account that was met.
  List<DeviceEnvelope> encrypt(AccountChain to, Content content) {
    return encrypt(to, Padding.pad(content.toByteArray()));
  }

  /// The same with a padding of one's own.
  List<DeviceEnvelope> encrypt(AccountChain to, byte[] padded) {
    return to.devices().stream()
        .map(device ->
            switch (crypto.encrypt(new DeviceAddress(to.id(), device.device()), padded)) {
              case Sealed.NoSession _ -> throw new AssertionError("no session");
              case Sealed.Ciphertext c ->
                  envelope(device.device().number(), c.recipientRegistrationId())
                      .setTypeValue(c.type())
                      .setCiphertext(ByteString.copyFrom(c.bytes()))
                      .build();
            })
        .toList();
  }

  private static DeviceEnvelope.Builder envelope(int device, int registrationId) {
    return DeviceEnvelope.newBuilder().setDevice(device).setRegistrationId(registrationId);
  }

  /// An envelope for device 1 of an account with any bytes as its ciphertext.
  DeviceEnvelope forged(AccountChain to, CiphertextType type, ByteString bytes) {
    var address = new DeviceAddress(to.id(), DeviceId.FIRST);
    return envelope(1, crypto.remoteRegistrationId(address).orElse(1))
        .setType(type)
        .setCiphertext(bytes)
        .build();
  }

  /// A `send` with the next request number and a new envelope id.
  Send.Builder to(AccountChain chain, List<DeviceEnvelope> envelopes) {
    return Send.newBuilder()
        .setRequest(requests.incrementAndGet())
        .setAccountId(bytes(chain.id()))
        .setEnvelopeId(randomBytes(16))
        .setChainSequence((int) chain.sequence())
        .setLaneGeneration(1)
        .addAllDevices(envelopes);
  }

  /// Sends a text and insists that it is accepted.
  SendResult say(RawStream stream, AccountChain to, String text) {
    return accepted(stream.send(to(to, encrypt(to, text(to, text))).build()));
  }

  static SendResult accepted(SendResult result) {
    if (!result.hasAccepted()) {
      throw new AssertionError("not accepted: " + result);
    }
    return result;
  }

  /// Decrypts what was delivered.
  Content read(Delivery delivery, AccountChain from) {
    store.trust(from);
    try {
      var envelope = Envelope.parseFrom(delivery.getEnvelope());
      var sender = new DeviceAddress(from.id(), new DeviceId(envelope.getSenderDevice()));
      if (!envelope.getSenderAccountId().equals(bytes(from.id()))) {
        throw new AssertionError("from somebody else");
      }
      var decrypted =
          crypto.decrypt(sender, envelope.getTypeValue(), envelope.getCiphertext().toByteArray());
      if (decrypted instanceof Decrypted.Plaintext(byte[] padded)) {
        return Content.parseFrom(Padding.unpad(padded).orElseThrow());
      }
      throw new AssertionError("not decrypted: " + decrypted);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    keys.close();
    recovery.close();
  }
}
