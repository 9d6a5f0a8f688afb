package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import sotto.account.v1.DeviceRegistration;
import sotto.account.v1.RegisterRequest;
import sotto.account.v1.RegisterResponse;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.client.Account;
import sotto.client.Invite;
import sotto.client.ServerAddress;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.Username;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.net.Wire;
import sotto.client.internal.store.Settings;
import sotto.crypto.AccessKey;
import sotto.crypto.DeviceKeys;
import sotto.crypto.FoundAccount;
import sotto.crypto.RecoveryKey;
import sotto.crypto.SessionCrypto;

/// Makes the account, or continues where that broke off (protocol A4): the keys are durable before
/// the server hears of them, and the same keys are offered each time.
final class Registration {
  private static final String ACCOUNT = "account_id";
  private static final String DEVICE_KEYS = "device_keys";
  private static final String RECOVERY = "recovery_secret";
  private static final String DEVICE = "device_registration";
  static final String ACCESS_KEY = "access_key";
  private static final String USERNAME = "username";
  private static final String HOST = "server_host";
  private static final String PORT = "server_port";
  private static final String CA = "server_ca";
  private static final String OTHERS = "server_others";

  private final Core core;

  Registration(Core core) {
    this.core = core;
  }

  /// Who this home is, if it is registered. On the lane.
  Optional<Identity> load() {
    Settings settings = core.store().settings();
    Optional<String> username = settings.text(USERNAME);
    if (username.isEmpty()) {
      return Optional.empty();
    }
    ServerAddress first =
        new ServerAddress(
            settings.text(HOST).orElseThrow(),
            settings.number(PORT).orElseThrow().intValue(),
            settings.text(CA));
    ServerAddress server =
        new ServerAddress(
            first.host(),
            first.port(),
            first.trustedCa(),
            settings.text(OTHERS).map(o -> ServerAddress.parse(o).each()).orElse(List.of()));
    AccountId id = new AccountId(settings.bytes(ACCOUNT).orElseThrow());
    return Optional.of(identity(id, new Username(username.get()), server));
  }

  private Identity identity(AccountId id, Username username, ServerAddress server) {
    Settings settings = core.store().settings();
    DeviceKeys keys = DeviceKeys.parse(settings.bytes(DEVICE_KEYS).orElseThrow());
    DeviceAddress address = new DeviceAddress(id, DeviceId.FIRST);
    return new Identity(
        new Account(id, username, address.device(), server),
        address,
        keys,
        new SessionCrypto(keys, id, address.device(), core.store().sessions(), core.clock()),
        AccessKey.of(settings.bytes(ACCESS_KEY).orElseThrow()));
  }

  /// Registers. Blocks; not on the lane.
  Account register(Wire wire, ServerAddress server, Username username, Optional<Invite> invite) {
    if (core.identity().isPresent()) {
      throw SottoException.of(
          Code.ALREADY_REGISTERED,
          "This home has the account '" + core.self().account().username() + "' already.");
    }
    ServerCalls calls = ServerCalls.withoutToken(wire.channel());
    core.clock().learn(calls.serverInfo().getServerTimeMs());
    RegisterRequest request = core.lane().call(_ -> request(username, invite));
    RegisterResponse answer = calls.register(request);
    return switch (answer.getOutcomeCase()) {
      case REGISTERED -> registered(server, username, answer);
      case USERNAME_TAKEN ->
          throw SottoException.of(
              Code.USERNAME_TAKEN, "The username '" + username + "' is taken; choose another.");
      case USERNAME_INVALID ->
          throw SottoException.invalid("username", "The server does not allow this username.");
      case INVITE_REQUIRED ->
          throw SottoException.of(
              Code.INVITE_REQUIRED, "This server takes new accounts by invite only.");
      case INVITE_REFUSED ->
          throw SottoException.of(
              Code.INVITE_REFUSED, "The invite is not valid: unknown, used already, or too old.");
      case REGISTRATION_CLOSED ->
          throw SottoException.of(Code.REGISTRATION_CLOSED, "This server takes no new accounts.");
      case LINK_REFUSED ->
          throw SottoException.of(Code.REFUSED, "The server refuses the account's keys.");
      case OUTCOME_NOT_SET ->
          throw SottoException.of(Code.REFUSED, "The server's answer is malformed.");
    };
  }

  private RegisterRequest request(Username username, Optional<Invite> invite) {
    if (core.store().settings().bytes(DEVICE).isEmpty()) {
      found();
    }
    Settings settings = core.store().settings();
    AccountId id = new AccountId(settings.bytes(ACCOUNT).orElseThrow());
    AccountChain chain = core.store().chains().of(id).orElseThrow();
    try {
      return RegisterRequest.newBuilder()
          .setUsername(username.value())
          .setInvite(invite.map(Invite::code).orElse(""))
          .setLink(ByteString.copyFrom(chain.links().getFirst().bytes()))
          .setDevice(DeviceRegistration.parseFrom(settings.bytes(DEVICE).orElseThrow()))
          .build();
    } catch (InvalidProtocolBufferException e) {
      throw SottoException.of(Code.STORAGE_DAMAGED, "The store is damaged.", e);
    }
  }

  private void found() {
    SecureRandom random = core.random();
    Settings settings = core.store().settings();
    try (RecoveryKey recovery = RecoveryKey.generate(random)) {
      FoundAccount account = FoundAccount.create(recovery, core.clock(), random);
      try (DeviceKeys keys = account.keys()) {
        PreKeySupply.SignedPair pair = PreKeySupply.first(core, keys);
        settings.put(ACCOUNT, account.chain().id().bytes());
        settings.put(DEVICE_KEYS, keys.serialize());
        settings.put(RECOVERY, recovery.secret());
        settings.put(ACCESS_KEY, AccessKey.generate(random).bytes());
        settings.put(
            DEVICE,
            DeviceRegistration.newBuilder()
                .setRegistrationId(keys.registrationId())
                .setSignedPreKey(pair.signed())
                .setLastResortKyberPreKey(pair.lastResort())
                .build()
                .toByteArray());
        core.store().chains().put(account.chain());
      }
    }
  }

  private Account registered(ServerAddress server, Username username, RegisterResponse answer) {
    byte[] id = answer.getRegistered().getAccountId().toByteArray();
    Identity identity =
        core.lane()
            .call(_ -> {
              Settings settings = core.store().settings();
              AccountId own = new AccountId(settings.bytes(ACCOUNT).orElseThrow());
              if (!java.util.Arrays.equals(own.bytes(), id)) {
                throw SottoException.of(
                    Code.REFUSED, "The server registered another account than this one.");
              }
              settings.put(HOST, server.host());
              settings.put(PORT, (long) server.port());
              server.trustedCa().ifPresent(ca -> settings.put(CA, ca));
              if (!server.others().isEmpty()) {
                settings.put(
                    OTHERS,
                    server.others().stream()
                        .map(ServerAddress::toString)
                        .collect(Collectors.joining(",")));
              }
              settings.put(USERNAME, username.value());
              return identity(own, username, server);
            });
    core.setIdentity(identity);
    return identity.account();
  }

  /// The recovery secret, until it was taken away. On the lane.
  Optional<byte[]> recoverySecret() {
    return core.store().settings().bytes(RECOVERY);
  }

  /// Takes the recovery secret away. On the lane.
  void forgetRecoverySecret() {
    core.store().settings().remove(RECOVERY);
  }
}
