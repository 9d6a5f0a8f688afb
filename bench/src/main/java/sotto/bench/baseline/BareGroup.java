package sotto.bench.baseline;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.signal.libsignal.protocol.IdentityKeyPair;
import org.signal.libsignal.protocol.SignalProtocolAddress;
import org.signal.libsignal.protocol.groups.GroupCipher;
import org.signal.libsignal.protocol.groups.GroupSessionBuilder;
import org.signal.libsignal.protocol.state.impl.InMemorySignalProtocolStore;

/// A member of a group with libsignal alone: its sender key, and a session with each other member.
public final class BareGroup {
  private static final SignalProtocolAddress SELF = new SignalProtocolAddress("self", 1);
  private static final UUID DISTRIBUTION = new UUID(1, 1);

  private final GroupCipher cipher;
  private final List<BareSignal> sessions;

  private BareGroup(GroupCipher cipher, List<BareSignal> sessions) {
    this.cipher = cipher;
    this.sessions = sessions;
  }

  /// With so many others.
  public static BareGroup of(int others) throws Exception {
    var store = new InMemorySignalProtocolStore(IdentityKeyPair.generate(), 1);
    var _ = new GroupSessionBuilder(store).create(SELF, DISTRIBUTION);
    List<BareSignal> sessions = new ArrayList<>();
    for (int i = 0; i < others; i++) {
      sessions.add(new BareSignal());
    }
    return new BareGroup(new GroupCipher(store, SELF), sessions);
  }

  /// The time of one ciphertext for all, the mean of several.
  public double senderKeyNanos(int messages, int bytes) throws Exception {
    long begun = System.nanoTime();
    for (int i = 0; i < messages; i++) {
      var _ = cipher.encrypt(DISTRIBUTION, new byte[bytes]);
    }
    return (System.nanoTime() - begun) / (double) messages;
  }

  /// The time of a ciphertext for each.
  public double sessionsNanos(int bytes) throws Exception {
    long begun = System.nanoTime();
    for (BareSignal session : sessions) {
      var _ = session.encrypt(1, new byte[bytes]);
    }
    return System.nanoTime() - begun;
  }
}
