package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.security.SecureRandom;
import java.util.Optional;
import sotto.account.v1.DeviceRegistration;
import sotto.account.v1.RegisterRequest;
import sotto.account.v1.RegisterResponse;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.DeviceId;
import sotto.client.Account;
import sotto.client.Invite;
import sotto.client.ServerAddress;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.Username;
import sotto.client.internal.backup.RecoverySecrets;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.net.Wire;
import sotto.client.internal.store.Settings;
import sotto.crypto.DeviceKeys;
import sotto.crypto.FoundAccount;
import sotto.crypto.ProfileKey;
import sotto.crypto.RecoveryCode;
import sotto.crypto.RecoveryKey;

/// Makes the account, or continues where that broke off (protocol A4): the keys are durable before
/// the server hears of them, and the same keys are offered each time.
final class Registration {
  private static final String ACCOUNT = HomeAccount.ACCOUNT;
  private static final String DEVICE = "device_registration";

  private final Core core;
  private final HomeAccount home;

  Registration(Core core, HomeAccount home) {
    this.core = core;
    this.home = home;
  }

  /// Whether an account was founded here that may not be known to the server. On the lane.
  static boolean begun(Core core) {
    return core.store().settings().bytes(DEVICE).isPresent();
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
    try (RecoveryKey recovery = RecoveryKey.generate(random);
        RecoveryCode code = RecoveryCode.generate(random)) {
      FoundAccount account = FoundAccount.create(recovery, core.clock(), random);
      try (DeviceKeys keys = account.keys()) {
        PreKeySupply.SignedPair pair = PreKeySupply.first(core, keys);
        home.found(account.chain().id(), keys, ProfileKey.generate(random), 0);
        new RecoverySecrets(settings).put(recovery, code, false);
        settings.put(DEVICE, pair.registrationOf(keys).toByteArray());
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
              return home.enter(DeviceId.FIRST, username, server);
            });
    core.setIdentity(identity);
    return identity.account();
  }
}
