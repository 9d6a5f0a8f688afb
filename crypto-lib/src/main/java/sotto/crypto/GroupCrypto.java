package sotto.crypto;

import java.util.Optional;
import java.util.UUID;
import org.signal.libsignal.protocol.DuplicateMessageException;
import org.signal.libsignal.protocol.InvalidKeyException;
import org.signal.libsignal.protocol.InvalidMessageException;
import org.signal.libsignal.protocol.InvalidVersionException;
import org.signal.libsignal.protocol.LegacyMessageException;
import org.signal.libsignal.protocol.NoSessionException;
import org.signal.libsignal.protocol.SignalProtocolAddress;
import org.signal.libsignal.protocol.groups.GroupCipher;
import org.signal.libsignal.protocol.groups.GroupSessionBuilder;
import org.signal.libsignal.protocol.message.SenderKeyDistributionMessage;
import org.signal.libsignal.protocol.message.SenderKeyMessage;
import sotto.chain.DeviceAddress;

/// One ciphertext for all devices of a group: the Signal protocol's sender keys.
///
/// A device's key for a group is a *distribution*, with an id of its own. Its *distribution
/// message* goes to every device of the group over pairwise sessions, which are post-quantum; the
/// key that is in it is symmetric, and every message under it is signed. Whoever has a distribution
/// reads what is encrypted from then on and nothing from before. Nobody can be taken out of it:
/// when somebody leaves, the next message goes under a new one.
///
/// Guarantees:
/// - The store is written only when an operation succeeded. Whatever a message contains, the answer
///   is a [Decrypted]; only the store's own unchecked exceptions come out, as themselves.
/// - A distribution is of the device from which it was learned. Whether that device is in a group's
///   chain, and for which group it gave the distribution, is the caller's to know: nothing in a
///   message says so.
/// - Ciphertext and key belong together: commit what the store was told before ciphertext leaves or
///   plaintext is shown, and send the same bytes again rather than encrypt twice.
///
/// **Not thread-safe**, like [SessionCrypto], and for the same lane.
public final class GroupCrypto {
  /// The largest ciphertext and distribution message that are looked at, in bytes.
  public static final int MAX_MESSAGE = SessionCrypto.MAX_MESSAGE;

  private final DeviceAddress self;
  private final SenderKeyStore store;

  /// Works for one device on one store.
  public GroupCrypto(DeviceAddress self, SenderKeyStore store) {
    this.self = self;
    this.store = store;
  }

  /// What other devices need to read what this one encrypts from now on under a distribution, which
  /// is made if it is not there.
  public byte[] distribution(UUID id) {
    SenderKeyAdapter adapter = new SenderKeyAdapter(store, self, id);
    byte[] message;
    try {
      message = new GroupSessionBuilder(adapter).create(address(self), id).serialize();
    } catch (RuntimeException | AssertionError e) {
      throw new IllegalStateException("no distribution was made", e);
    }
    adapter.commit();
    return message;
  }

  /// Learns another device's distribution; again and older ones change nothing that was known.
  ///
  /// @param from the device whose session it came through
  /// @return its id; empty if the bytes are no distribution message
  public Optional<UUID> learn(DeviceAddress from, byte[] distribution) {
    if (from.equals(self) || distribution.length > MAX_MESSAGE) {
      return Optional.empty();
    }
    SenderKeyDistributionMessage message;
    UUID id;
    try {
      message = new SenderKeyDistributionMessage(distribution);
      id = message.getDistributionId();
    } catch (InvalidMessageException
        | InvalidVersionException
        | LegacyMessageException
        | InvalidKeyException
        | RuntimeException
        | AssertionError e) {
      return Optional.empty();
    }
    SenderKeyAdapter adapter = new SenderKeyAdapter(store, from, id);
    try {
      new GroupSessionBuilder(adapter).process(address(from), message);
    } catch (RuntimeException | AssertionError e) {
      return Optional.empty();
    }
    adapter.commit();
    return Optional.of(id);
  }

  /// Encrypts for all who have a distribution of this device.
  ///
  /// @param paddedContent what [Padding#pad] made
  /// @return empty if there is no such distribution
  public Optional<byte[]> encrypt(UUID distribution, byte[] paddedContent) {
    SenderKeyAdapter adapter = new SenderKeyAdapter(store, self, distribution);
    if (!adapter.known()) {
      return Optional.empty();
    }
    byte[] ciphertext;
    try {
      ciphertext =
          new GroupCipher(adapter, address(self)).encrypt(distribution, paddedContent).serialize();
    } catch (NoSessionException e) {
      return Optional.empty();
    } catch (RuntimeException | AssertionError e) {
      throw new IllegalStateException("encryption failed", e);
    }
    adapter.commit();
    return Optional.of(ciphertext);
  }

  /// Under which distribution a ciphertext claims to be; empty if the bytes are none.
  public static Optional<UUID> distributionOf(byte[] ciphertext) {
    if (ciphertext.length > MAX_MESSAGE) {
      return Optional.empty();
    }
    try {
      return Optional.of(new SenderKeyMessage(ciphertext).getDistributionId());
    } catch (InvalidMessageException
        | InvalidVersionException
        | LegacyMessageException
        | RuntimeException
        | AssertionError e) {
      return Optional.empty();
    }
  }

  /// Decrypts a message.
  ///
  /// @param from the device that it claims to come from
  /// @return [Decrypted.NoSession] if the key is not known: its distribution may still come
  public Decrypted decrypt(DeviceAddress from, byte[] ciphertext) {
    if (from.equals(self)) {
      return new Decrypted.Undecryptable(Decrypted.Reason.FROM_SELF);
    }
    Optional<UUID> id = distributionOf(ciphertext);
    if (id.isEmpty()) {
      return new Decrypted.Undecryptable(Decrypted.Reason.MALFORMED);
    }
    SenderKeyAdapter adapter = new SenderKeyAdapter(store, from, id.get());
    if (!adapter.known()) {
      return new Decrypted.NoSession();
    }
    Decrypted decrypted;
    try {
      decrypted =
          new Decrypted.Plaintext(new GroupCipher(adapter, address(from)).decrypt(ciphertext));
    } catch (DuplicateMessageException e) {
      decrypted = new Decrypted.Duplicate();
    } catch (NoSessionException e) {
      decrypted = new Decrypted.NoSession();
    } catch (LegacyMessageException e) {
      decrypted = new Decrypted.Undecryptable(Decrypted.Reason.UNSUPPORTED);
    } catch (InvalidMessageException e) {
      decrypted = new Decrypted.Undecryptable(Decrypted.Reason.NO_MATCHING_STATE);
    } catch (RuntimeException | AssertionError e) {
      decrypted = new Decrypted.Undecryptable(Decrypted.Reason.LIBRARY_FAULT);
    }
    if (decrypted instanceof Decrypted.Plaintext) {
      adapter.commit();
    }
    return decrypted;
  }

  private static SignalProtocolAddress address(DeviceAddress device) {
    return new SignalProtocolAddress(device.account().toString(), device.device().number());
  }
}
