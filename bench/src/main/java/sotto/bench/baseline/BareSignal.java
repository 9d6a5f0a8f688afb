package sotto.bench.baseline;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.signal.libsignal.protocol.IdentityKeyPair;
import org.signal.libsignal.protocol.SessionBuilder;
import org.signal.libsignal.protocol.SessionCipher;
import org.signal.libsignal.protocol.SignalProtocolAddress;
import org.signal.libsignal.protocol.ecc.ECKeyPair;
import org.signal.libsignal.protocol.kem.KEMKeyPair;
import org.signal.libsignal.protocol.kem.KEMKeyType;
import org.signal.libsignal.protocol.message.CiphertextMessage;
import org.signal.libsignal.protocol.message.PreKeySignalMessage;
import org.signal.libsignal.protocol.message.SignalMessage;
import org.signal.libsignal.protocol.state.KyberPreKeyRecord;
import org.signal.libsignal.protocol.state.PreKeyBundle;
import org.signal.libsignal.protocol.state.PreKeyRecord;
import org.signal.libsignal.protocol.state.SignedPreKeyRecord;
import org.signal.libsignal.protocol.state.impl.InMemorySignalProtocolStore;

/// Two parties with libsignal alone: stores in memory, nothing durable, no network. What an SDK
/// that did nothing but encrypt and decrypt could reach.
public final class BareSignal {
  private static final int ID = 1;

  private final SessionCipher a;
  private final SessionCipher b;

  /// Two that have spoken already, so that what follows is the ratchet's.
  public BareSignal() throws Exception {
    var storeA = new InMemorySignalProtocolStore(IdentityKeyPair.generate(), 1);
    var storeB = new InMemorySignalProtocolStore(IdentityKeyPair.generate(), 2);
    var addressA = new SignalProtocolAddress("a", 1);
    var addressB = new SignalProtocolAddress("b", 1);
    new SessionBuilder(storeA, addressB).process(bundle(storeB));
    a = new SessionCipher(storeA, addressB);
    b = new SessionCipher(storeB, addressA);
    read(b, a.encrypt(new byte[1]).serialize(), true);
    read(a, b.encrypt(new byte[1]).serialize(), false);
  }

  private static PreKeyBundle bundle(InMemorySignalProtocolStore store) throws Exception {
    IdentityKeyPair identity = store.getIdentityKeyPair();
    ECKeyPair oneTime = ECKeyPair.generate();
    ECKeyPair signed = ECKeyPair.generate();
    KEMKeyPair kyber = KEMKeyPair.generate(KEMKeyType.KYBER_1024);
    byte[] signedBy =
        identity.getPrivateKey().calculateSignature(signed.getPublicKey().serialize());
    byte[] kyberBy = identity.getPrivateKey().calculateSignature(kyber.getPublicKey().serialize());
    long now = Instant.now().toEpochMilli();
    store.storePreKey(ID, new PreKeyRecord(ID, oneTime));
    store.storeSignedPreKey(ID, new SignedPreKeyRecord(ID, now, signed, signedBy));
    store.storeKyberPreKey(ID, new KyberPreKeyRecord(ID, now, kyber, kyberBy));
    return new PreKeyBundle(
        store.getLocalRegistrationId(),
        1,
        ID,
        oneTime.getPublicKey(),
        ID,
        signed.getPublicKey(),
        signedBy,
        identity.getPublicKey(),
        ID,
        kyber.getPublicKey(),
        kyberBy);
  }

  /// Encrypts, one after the other.
  public List<byte[]> encrypt(int messages, byte[] content) throws Exception {
    List<byte[]> all = new ArrayList<>(messages);
    for (int i = 0; i < messages; i++) {
      CiphertextMessage message = a.encrypt(content);
      all.add(message.serialize());
    }
    return all;
  }

  /// Decrypts them at the other side.
  public void decrypt(List<byte[]> messages) throws Exception {
    for (byte[] message : messages) {
      read(b, message, false);
    }
  }

  private static void read(SessionCipher by, byte[] message, boolean first) throws Exception {
    byte[] content =
        first
            ? by.decrypt(new PreKeySignalMessage(message))
            : by.decrypt(new SignalMessage(message));
    if (content.length == 0) {
      throw new IllegalStateException("nothing in it");
    }
  }
}
