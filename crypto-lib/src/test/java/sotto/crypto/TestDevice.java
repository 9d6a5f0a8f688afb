package sotto.crypto;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.stream.IntStream;
import sotto.chain.AccountChain;
import sotto.chain.DeviceAddress;

/// A device with its account, a store in memory and all kinds of pre-keys.
final class TestDevice {
  static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  static final int SIGNED = 1;
  static final int LAST_RESORT = 7;
  static final int ONE_TIME = 100;

  private static final SecureRandom RANDOM = new SecureRandom();

  final FoundAccount account = FoundAccount.create(RecoveryKey.generate(RANDOM), CLOCK, RANDOM);
  final DeviceKeys keys = account.keys();
  final DeviceAddress address = account.address();
  final PreKeys.Signed signed = PreKeys.signed(keys, SIGNED, NOW);
  final PreKeys.Signed lastResort = PreKeys.lastResortKyber(keys, LAST_RESORT, NOW);
  final PreKeys.OneTime oneTime = PreKeys.oneTimeEc(IntStream.of(ONE_TIME)).getFirst();
  final PreKeys.Signed oneTimeKyber =
      PreKeys.oneTimeKyber(keys, IntStream.of(ONE_TIME), NOW).getFirst();
  MemorySessionStore store = new MemorySessionStore();
  SessionCrypto crypto;

  TestDevice() {
    store.putSignedPreKey(SIGNED, signed.record());
    store.putKyberPreKey(LAST_RESORT, new KyberPreKey(lastResort.record(), true));
    store.putOneTimePreKey(ONE_TIME, oneTime.record());
    store.putKyberPreKey(ONE_TIME, new KyberPreKey(oneTimeKyber.record(), false));
    crypto = crypto(store);
  }

  SessionCrypto crypto(SessionStore over) {
    return new SessionCrypto(keys, address.account(), address.device(), over, CLOCK);
  }

  SessionCrypto cryptoAfter(Duration duration) {
    return new SessionCrypto(
        keys, address.account(), address.device(), store, Clock.offset(CLOCK, duration));
  }

  AccountChain chain() {
    return account.chain();
  }

  /// Each knows the other's chain.
  static void introduce(TestDevice a, TestDevice b) {
    a.store.trust(b.chain());
    b.store.trust(a.chain());
  }

  /// A bundle with one-time keys of both kinds.
  Bundle bundle() {
    return bundle(oneTimeKyber, Optional.of(new Bundle.OneTimeKey(ONE_TIME, oneTime.publicKey())));
  }

  /// A bundle of a device whose one-time keys are used up.
  Bundle lastResortBundle() {
    return bundle(lastResort, Optional.empty());
  }

  Bundle bundle(PreKeys.Signed kyber, Optional<Bundle.OneTimeKey> oneTimeKey) {
    return new Bundle(
        address,
        keys.registrationId(),
        keys.identityPublicKey(),
        key(signed),
        key(kyber),
        oneTimeKey);
  }

  static Bundle.SignedKey key(PreKeys.Signed key) {
    return new Bundle.SignedKey(key.id(), key.publicKey(), key.signature());
  }

  Sealed.Ciphertext encrypt(TestDevice to, byte[] content) {
    return (Sealed.Ciphertext) crypto.encrypt(to.address, content);
  }

  Decrypted decrypt(TestDevice from, Sealed.Ciphertext message) {
    return crypto.decrypt(from.address, message.type(), message.bytes());
  }
}
