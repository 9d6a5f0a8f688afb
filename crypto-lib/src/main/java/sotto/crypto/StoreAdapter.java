package sotto.crypto;

import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.signal.libsignal.protocol.IdentityKey;
import org.signal.libsignal.protocol.IdentityKeyPair;
import org.signal.libsignal.protocol.InvalidKeyIdException;
import org.signal.libsignal.protocol.InvalidMessageException;
import org.signal.libsignal.protocol.InvalidSessionException;
import org.signal.libsignal.protocol.SignalProtocolAddress;
import org.signal.libsignal.protocol.ecc.ECPublicKey;
import org.signal.libsignal.protocol.state.IdentityKeyStore;
import org.signal.libsignal.protocol.state.KyberPreKeyRecord;
import org.signal.libsignal.protocol.state.KyberPreKeyStore;
import org.signal.libsignal.protocol.state.PreKeyRecord;
import org.signal.libsignal.protocol.state.PreKeyStore;
import org.signal.libsignal.protocol.state.SessionRecord;
import org.signal.libsignal.protocol.state.SignedPreKeyRecord;
import org.signal.libsignal.protocol.state.SignedPreKeyStore;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;

/// One operation of the library on a [SessionStore], with one peer.
///
/// Session and trusted key are read once. The library stores a new session before it finds out
/// whether its last-resort key was replayed, so writes are held back until [#commit]. An exception
/// of the store is remembered, because what comes out of native code may be another.
final class StoreAdapter
    implements org.signal.libsignal.protocol.state.SessionStore,
        PreKeyStore,
        SignedPreKeyStore,
        KyberPreKeyStore,
        IdentityKeyStore {
  private record UsedKyberKey(int id, boolean lastResort, int signedId, Bytes baseKey) {}

  private final SessionStore store;
  private final DeviceAddress peer;
  private final Optional<byte[]> trusted;
  private final IdentityKeyPair identity;
  private final int registrationId;

  private final Optional<byte[]> oldSession;

  private Optional<byte[]> newSession = Optional.empty();
  private Optional<Integer> usedOneTimeKey = Optional.empty();
  private Optional<UsedKyberKey> usedKyberKey = Optional.empty();
  private @Nullable RuntimeException storeException;
  private @Nullable Error storeError;

  /// @param trusted the only key that the peer may have
  StoreAdapter(
      SessionStore store,
      DeviceAddress peer,
      Optional<byte[]> trusted,
      IdentityKeyPair identity,
      int registrationId) {
    this.store = store;
    this.peer = peer;
    this.identity = identity;
    this.registrationId = registrationId;
    this.trusted = trusted;
    this.oldSession = store.session(peer);
  }

  /// The session in a record; empty where there is none, or where the record is damaged: a new
  /// session then heals it.
  static Optional<SessionRecord> read(Optional<byte[]> record) {
    if (record.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new SessionRecord(record.get()));
    } catch (InvalidMessageException | InvalidSessionException e) {
      return Optional.empty();
    }
  }

  /// Writes to the store what the operation changed.
  ///
  /// @return false, with nothing written, if it used a last-resort key in a way that was used
  ///   before
  boolean commit() {
    if (usedKyberKey.isPresent()) {
      UsedKyberKey used = usedKyberKey.get();
      if (!used.lastResort()) {
        store.removeKyberPreKey(used.id());
      } else if (!store.markLastResortUsed(used.id(), used.signedId(), used.baseKey().toArray())) {
        return false;
      }
    }
    usedOneTimeKey.ifPresent(store::removeOneTimePreKey);
    newSession.ifPresent(record -> store.putSession(peer, record));
    return true;
  }

  /// Throws what the store threw while the library called it, if it did.
  void rethrowStoreFailure() {
    if (storeException != null) {
      throw storeException;
    }
    if (storeError != null) {
      throw storeError;
    }
  }

  private <T> T ask(Supplier<T> question) {
    try {
      return question.get();
    } catch (RuntimeException e) {
      storeException = e;
      throw e;
    } catch (Error e) {
      storeError = e;
      throw e;
    }
  }

  /// Whether the newest known chain names the device at all.
  boolean known() {
    return trusted.isPresent();
  }

  /// Whether the newest known chain names this key for the device.
  boolean trusts(byte[] identityKey) {
    return trusted.isPresent() && MessageDigest.isEqual(trusted.get(), identityKey);
  }

  /// The session, with what the operation made of it so far.
  Optional<SessionRecord> session() {
    return read(newSession.or(() -> oldSession));
  }

  @Override
  public @Nullable SessionRecord loadSession(SignalProtocolAddress address) {
    return session().orElse(null);
  }

  @Override
  public void storeSession(SignalProtocolAddress address, SessionRecord record) {
    newSession = Optional.of(record.serialize());
  }

  @Override
  public boolean containsSession(SignalProtocolAddress address) {
    return session().isPresent();
  }

  @Override
  public PreKeyRecord loadPreKey(int id) throws InvalidKeyIdException {
    Optional<byte[]> record = ask(() -> store.oneTimePreKey(id));
    try {
      return new PreKeyRecord(record.orElseThrow(() -> gone(id)));
    } catch (InvalidMessageException e) {
      throw gone(id);
    }
  }

  @Override
  public boolean containsPreKey(int id) {
    return ask(() -> store.oneTimePreKey(id)).isPresent();
  }

  @Override
  public void removePreKey(int id) {
    usedOneTimeKey = Optional.of(id);
  }

  @Override
  public SignedPreKeyRecord loadSignedPreKey(int id) throws InvalidKeyIdException {
    Optional<byte[]> record = ask(() -> store.signedPreKey(id));
    try {
      return new SignedPreKeyRecord(record.orElseThrow(() -> gone(id)));
    } catch (InvalidMessageException e) {
      throw gone(id);
    }
  }

  @Override
  public boolean containsSignedPreKey(int id) {
    return ask(() -> store.signedPreKey(id)).isPresent();
  }

  @Override
  public KyberPreKeyRecord loadKyberPreKey(int id) throws InvalidKeyIdException {
    Optional<KyberPreKey> key = ask(() -> store.kyberPreKey(id));
    try {
      return new KyberPreKeyRecord(key.orElseThrow(() -> gone(id)).record());
    } catch (InvalidMessageException e) {
      throw gone(id);
    }
  }

  @Override
  public boolean containsKyberPreKey(int id) {
    return ask(() -> store.kyberPreKey(id)).isPresent();
  }

  @Override
  public void markKyberPreKeyUsed(int id, int signedId, ECPublicKey baseKey) {
    boolean lastResort = ask(() -> store.kyberPreKey(id)).map(KyberPreKey::lastResort).orElse(true);
    usedKyberKey =
        Optional.of(new UsedKyberKey(id, lastResort, signedId, Bytes.of(baseKey.serialize())));
  }

  @Override
  public IdentityKeyPair getIdentityKeyPair() {
    return identity;
  }

  @Override
  public int getLocalRegistrationId() {
    return registrationId;
  }

  @Override
  public IdentityChange saveIdentity(SignalProtocolAddress address, IdentityKey key) {
    return IdentityChange.NEW_OR_UNCHANGED; // chains say whose keys are whose, not messages
  }

  @Override
  public boolean isTrustedIdentity(
      SignalProtocolAddress address, IdentityKey key, Direction direction) {
    return trusts(key.serialize());
  }

  @Override
  public @Nullable IdentityKey getIdentity(SignalProtocolAddress address) {
    throw uncalled();
  }

  @Override
  public List<SessionRecord> loadExistingSessions(List<SignalProtocolAddress> addresses) {
    throw uncalled();
  }

  @Override
  public List<Integer> getSubDeviceSessions(String name) {
    throw uncalled();
  }

  @Override
  public void deleteSession(SignalProtocolAddress address) {
    throw uncalled();
  }

  @Override
  public void deleteAllSessions(String name) {
    throw uncalled();
  }

  @Override
  public void storePreKey(int id, PreKeyRecord record) {
    throw uncalled();
  }

  @Override
  public List<SignedPreKeyRecord> loadSignedPreKeys() {
    throw uncalled();
  }

  @Override
  public void storeSignedPreKey(int id, SignedPreKeyRecord record) {
    throw uncalled();
  }

  @Override
  public void removeSignedPreKey(int id) {
    throw uncalled();
  }

  @Override
  public List<KyberPreKeyRecord> loadKyberPreKeys() {
    throw uncalled();
  }

  @Override
  public void storeKyberPreKey(int id, KyberPreKeyRecord record) {
    throw uncalled();
  }

  private static UnsupportedOperationException uncalled() {
    return new UnsupportedOperationException("sessions with one peer do not need it");
  }

  private static InvalidKeyIdException gone(int id) {
    return new InvalidKeyIdException("no pre-key " + id);
  }
}
