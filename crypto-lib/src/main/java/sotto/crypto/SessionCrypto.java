package sotto.crypto;

import java.time.Clock;
import java.util.Optional;
import java.util.OptionalInt;
import org.signal.libsignal.protocol.DuplicateMessageException;
import org.signal.libsignal.protocol.IdentityKeyPair;
import org.signal.libsignal.protocol.InvalidKeyException;
import org.signal.libsignal.protocol.InvalidKeyIdException;
import org.signal.libsignal.protocol.InvalidMessageException;
import org.signal.libsignal.protocol.InvalidVersionException;
import org.signal.libsignal.protocol.LegacyMessageException;
import org.signal.libsignal.protocol.NoSessionException;
import org.signal.libsignal.protocol.SessionBuilder;
import org.signal.libsignal.protocol.SessionCipher;
import org.signal.libsignal.protocol.SignalProtocolAddress;
import org.signal.libsignal.protocol.UntrustedIdentityException;
import org.signal.libsignal.protocol.message.CiphertextMessage;
import org.signal.libsignal.protocol.message.PreKeySignalMessage;
import org.signal.libsignal.protocol.message.SignalMessage;
import org.signal.libsignal.protocol.state.SessionRecord;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;

/// The sessions of one device: PQXDH with Kyber-1024 to start them, Double Ratchet with SPQR to go
/// on.
///
/// Guarantees:
/// - The only trust is [SessionStore#identityOf]: with no other key is a session started, used or
///   believed; but for what a removed device sent before ([#decryptOfRemoved]).
/// - The store is written only when an operation succeeded, all of it before the operation returns.
///   Whatever a message contains, the answer is a [Decrypted]; only the store's own unchecked
///   exceptions come out, as themselves.
/// - Ciphertext and session belong together: commit what the store was told before ciphertext
///   leaves or plaintext is shown, and send the same bytes again rather than encrypt twice.
///
/// **Not thread-safe**: one lane per account, and the same lane for all that writes its store.
/// Calls spend some time in native code and call the store from there, which pins a virtual thread
/// to its carrier for as long.
public final class SessionCrypto {
  /// The largest message that is looked at, in bytes: no envelope is larger.
  public static final int MAX_MESSAGE = 96 * 1024;

  private final IdentityKeyPair identity;
  private final int registrationId;
  private final DeviceAddress self;
  private final SessionStore store;
  private final Clock clock;

  /// Works for one device on one store.
  ///
  /// @param own its keys; copied into native memory, so that closing them later does not end this
  ///   object
  /// @param account its account
  /// @param device its number
  /// @param store where sessions and pre-keys are
  /// @param clock says when a session that was never answered is too old to send on (30 days)
  public SessionCrypto(
      DeviceKeys own, AccountId account, DeviceId device, SessionStore store, Clock clock) {
    this.identity = own.identityKeyPair();
    this.registrationId = own.registrationId();
    this.self = new DeviceAddress(account, device);
    this.store = store;
    this.clock = clock;
  }

  /// Whether [#encrypt] would find a session usable now.
  public boolean hasSession(DeviceAddress peer) {
    return usable(adapter(peer)).isPresent();
  }

  private Optional<SessionRecord> usable(StoreAdapter adapter) {
    return adapter
        .session()
        .filter(record -> record.hasSenderChain(clock.instant()))
        .filter(record -> adapter.trusts(record.getRemoteIdentityKey().serialize()));
  }

  /// The registration id of the device that the session with a peer is with; empty if there is no
  /// session in use.
  public OptionalInt remoteRegistrationId(DeviceAddress peer) {
    return StoreAdapter.read(store.session(peer))
        .filter(SessionRecord::hasSenderChain)
        .map(record -> OptionalInt.of(record.getRemoteRegistrationId()))
        .orElse(OptionalInt.empty());
  }

  /// Starts a session in place of the current one, which is archived.
  public StartOutcome start(Bundle bundle) {
    DeviceAddress peer = bundle.address();
    if (peer.equals(self)) {
      return new StartOutcome.Malformed();
    }
    StoreAdapter adapter = adapter(peer);
    if (!adapter.trusts(bundle.identityKey())) {
      return new StartOutcome.KeyNotInChain();
    }
    try {
      BundleKeys keys = BundleKeys.parse(bundle);
      if (!keys.signed()) {
        return new StartOutcome.BadSignature();
      }
      new SessionBuilder(adapter, adapter, adapter, adapter, remote(peer))
          .process(keys.toLibrary(), clock.instant());
    } catch (BundleKeys.Malformed e) {
      return new StartOutcome.Malformed();
    } catch (InvalidKeyException e) {
      adapter.rethrowStoreFailure();
      return new StartOutcome.BadSignature();
    } catch (UntrustedIdentityException e) {
      adapter.rethrowStoreFailure();
      return new StartOutcome.KeyNotInChain();
    } catch (RuntimeException | AssertionError e) {
      adapter.rethrowStoreFailure();
      return new StartOutcome.Malformed();
    }
    adapter.commit();
    return new StartOutcome.Started();
  }

  /// Encrypts for one device.
  ///
  /// @param paddedContent what [Padding#pad] made
  /// @throws IllegalStateException if the library fails in a way that its interface does not name
  public Sealed encrypt(DeviceAddress peer, byte[] paddedContent) {
    StoreAdapter adapter = adapter(peer);
    Optional<SessionRecord> session = usable(adapter);
    if (session.isEmpty()) {
      return new Sealed.NoSession();
    }
    int remoteRegistrationId = session.get().getRemoteRegistrationId();
    Sealed.Ciphertext ciphertext;
    try {
      CiphertextMessage message = cipher(adapter, peer).encrypt(paddedContent, clock.instant());
      int type =
          switch (message.getType()) {
            case CiphertextMessage.WHISPER_TYPE -> Sealed.Ciphertext.RATCHET;
            case CiphertextMessage.PREKEY_TYPE -> Sealed.Ciphertext.PRE_KEY;
            default -> throw new IllegalStateException("unknown type " + message.getType());
          };
      ciphertext = new Sealed.Ciphertext(type, message.serialize(), remoteRegistrationId);
    } catch (NoSessionException | UntrustedIdentityException e) {
      adapter.rethrowStoreFailure();
      return new Sealed.NoSession();
    } catch (RuntimeException | AssertionError e) {
      adapter.rethrowStoreFailure();
      throw new IllegalStateException("encryption failed", e);
    }
    adapter.commit();
    return ciphertext;
  }

  /// Decrypts a message.
  ///
  /// @param from the device that it claims to come from
  /// @param type [Sealed.Ciphertext#RATCHET] or [Sealed.Ciphertext#PRE_KEY]
  /// @param bytes the ciphertext, as it arrived
  public Decrypted decrypt(DeviceAddress from, int type, byte[] bytes) {
    return decrypt(adapter(from), from, type, bytes);
  }

  /// Decrypts a message that a device sent before it was removed. Whether it did is the caller's to
  /// know: nothing in the message says so.
  ///
  /// @param identity the key with which the chain listed the device, 33 bytes
  public Decrypted decryptOfRemoved(DeviceAddress from, byte[] identity, int type, byte[] bytes) {
    return decrypt(adapter(from, Optional.of(identity)), from, type, bytes);
  }

  private Decrypted decrypt(StoreAdapter adapter, DeviceAddress from, int type, byte[] bytes) {
    if (from.equals(self)) {
      return new Decrypted.Undecryptable(Decrypted.Reason.FROM_SELF);
    }
    if (bytes.length > MAX_MESSAGE) {
      return new Decrypted.Undecryptable(Decrypted.Reason.MALFORMED);
    }
    if (!adapter.known()) {
      return new Decrypted.UnknownDevice();
    }
    Decrypted decrypted;
    try {
      decrypted = read(adapter, from, type, bytes);
    } catch (RuntimeException | AssertionError e) {
      decrypted = new Decrypted.Undecryptable(Decrypted.Reason.LIBRARY_FAULT);
    }
    adapter.rethrowStoreFailure();
    if (!(decrypted instanceof Decrypted.Plaintext)) {
      return decrypted;
    }
    return adapter.commit() ? decrypted : new Decrypted.Undecryptable(Decrypted.Reason.REPLAYED);
  }

  private static Decrypted read(StoreAdapter adapter, DeviceAddress from, int type, byte[] bytes) {
    return switch (type) {
      case Sealed.Ciphertext.RATCHET -> ratchet(adapter, from, bytes);
      case Sealed.Ciphertext.PRE_KEY -> preKey(adapter, from, bytes);
      default -> new Decrypted.Undecryptable(Decrypted.Reason.UNSUPPORTED);
    };
  }

  private static Decrypted ratchet(StoreAdapter adapter, DeviceAddress from, byte[] bytes) {
    SignalMessage message;
    try {
      message = new SignalMessage(bytes);
    } catch (InvalidVersionException | LegacyMessageException e) {
      return new Decrypted.Undecryptable(Decrypted.Reason.UNSUPPORTED);
    } catch (InvalidMessageException | InvalidKeyException e) {
      return new Decrypted.Undecryptable(Decrypted.Reason.MALFORMED);
    }
    if (adapter.session().isEmpty()) {
      return new Decrypted.NoSession();
    }
    try {
      return new Decrypted.Plaintext(cipher(adapter, from).decrypt(message));
    } catch (DuplicateMessageException e) {
      return new Decrypted.Duplicate();
    } catch (NoSessionException e) {
      return new Decrypted.NoSession();
    } catch (UntrustedIdentityException e) {
      return new Decrypted.IdentityChanged();
    } catch (InvalidVersionException | InvalidMessageException e) {
      return new Decrypted.Undecryptable(Decrypted.Reason.NO_MATCHING_STATE);
    }
  }

  private static Decrypted preKey(StoreAdapter adapter, DeviceAddress from, byte[] bytes) {
    PreKeySignalMessage message;
    try {
      message = new PreKeySignalMessage(bytes);
    } catch (InvalidVersionException | LegacyMessageException e) {
      return new Decrypted.Undecryptable(Decrypted.Reason.UNSUPPORTED);
    } catch (InvalidMessageException | InvalidKeyException e) {
      return new Decrypted.Undecryptable(Decrypted.Reason.MALFORMED);
    }
    if (!adapter.trusts(message.getIdentityKey().serialize())) {
      return new Decrypted.IdentityChanged();
    }
    try {
      return new Decrypted.Plaintext(cipher(adapter, from).decrypt(message));
    } catch (DuplicateMessageException e) {
      return new Decrypted.Duplicate();
    } catch (UntrustedIdentityException e) {
      return new Decrypted.IdentityChanged();
    } catch (InvalidKeyIdException e) {
      return new Decrypted.Undecryptable(Decrypted.Reason.PRE_KEY_GONE);
    } catch (InvalidMessageException | InvalidKeyException e) {
      return new Decrypted.Undecryptable(Decrypted.Reason.NO_MATCHING_STATE);
    }
  }

  /// Puts the session with a device aside: nothing is sent on it any more, late messages still
  /// decrypt. Does nothing if there is none.
  public void archive(DeviceAddress peer) {
    Optional<byte[]> bytes = store.session(peer);
    if (bytes.isEmpty()) {
      return;
    }
    Optional<SessionRecord> record = StoreAdapter.read(bytes);
    if (record.isEmpty()) {
      store.deleteSession(peer);
      return;
    }
    record.get().archiveCurrentState();
    store.putSession(peer, record.get().serialize());
  }

  /// Puts all sessions aside, as after a restored store (protocol C1).
  public void archiveAll() {
    store.sessions().forEach(this::archive);
  }

  private StoreAdapter adapter(DeviceAddress peer) {
    return adapter(peer, store.identityOf(peer));
  }

  private StoreAdapter adapter(DeviceAddress peer, Optional<byte[]> trusted) {
    return new StoreAdapter(store, peer, trusted, identity, registrationId);
  }

  private static SessionCipher cipher(StoreAdapter adapter, DeviceAddress peer) {
    return new SessionCipher(adapter, adapter, adapter, adapter, adapter, remote(peer));
  }

  private static SignalProtocolAddress remote(DeviceAddress peer) {
    return new SignalProtocolAddress(peer.account().toString(), peer.device().number());
  }
}
