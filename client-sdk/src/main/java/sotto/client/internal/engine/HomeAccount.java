package sotto.client.internal.engine;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.client.Account;
import sotto.client.ServerAddress;
import sotto.client.Username;
import sotto.client.internal.store.ProfileRow;
import sotto.client.internal.store.Settings;
import sotto.crypto.DeviceKeys;
import sotto.crypto.GroupCrypto;
import sotto.crypto.ProfileKey;
import sotto.crypto.SealedSender;
import sotto.crypto.SessionCrypto;

/// Who this home is, in the store. For the lane only.
final class HomeAccount {
  static final String ACCOUNT = "account_id";

  private static final String DEVICE_KEYS = "device_keys";
  private static final String DEVICE = "device_number";
  private static final String USERNAME = "username";
  private static final String HOST = "server_host";
  private static final String PORT = "server_port";
  private static final String CA = "server_ca";
  private static final String OTHERS = "server_others";

  private final Core core;

  HomeAccount(Core core) {
    this.core = core;
  }

  /// Who this home is, once a server knows it.
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
    return Optional.of(identity(new Username(username.get()), server));
  }

  private Identity identity(Username username, ServerAddress server) {
    Settings settings = core.store().settings();
    AccountId id = new AccountId(settings.bytes(ACCOUNT).orElseThrow());
    DeviceKeys keys = DeviceKeys.parse(settings.bytes(DEVICE_KEYS).orElseThrow());
    // Homes that were made before there were several devices have no number.
    long number = settings.number(DEVICE).orElse((long) DeviceId.FIRST.number());
    DeviceAddress address = new DeviceAddress(id, new DeviceId((int) number));
    return new Identity(
        new Account(id, username, address.device(), server),
        address,
        keys,
        new SessionCrypto(keys, id, address.device(), core.store().sessions(), core.clock()),
        new GroupCrypto(address, core.store().senderKeys()),
        new SealedSender(keys),
        profileKey(id));
  }

  /// Homes that were made before there were profiles have no key.
  private ProfileKey profileKey(AccountId own) {
    return core.store()
        .profiles()
        .find(own)
        .map(ProfileRow::key)
        .orElseGet(() -> {
          ProfileKey key = ProfileKey.generate(core.random());
          core.store().profiles().learned(own, key, 0);
          return key;
        });
  }

  /// Keeps the keys of an account before a server knows them.
  ///
  /// @param profileVersion the version of its profile that is at the server; 0 = none
  void found(AccountId account, DeviceKeys keys, ProfileKey profileKey, int profileVersion) {
    Settings settings = core.store().settings();
    settings.put(ACCOUNT, account.bytes());
    settings.put(DEVICE_KEYS, keys.serialize());
    core.store().profiles().learned(account, profileKey, profileVersion);
  }

  /// The server knows the keys that were kept.
  Identity enter(DeviceId device, Username username, ServerAddress server) {
    Settings settings = core.store().settings();
    settings.put(DEVICE, (long) device.number());
    settings.put(HOST, server.host());
    settings.put(PORT, (long) server.port());
    server.trustedCa().ifPresent(ca -> settings.put(CA, ca));
    if (!server.others().isEmpty()) {
      settings.put(
          OTHERS,
          server.others().stream().map(ServerAddress::toString).collect(Collectors.joining(",")));
    }
    settings.put(USERNAME, username.value());
    return identity(username, server);
  }
}
