package sotto.presence;

import java.security.MessageDigest;
import java.util.Arrays;
import sotto.chain.AccountId;

/// One relay stream's wish to know when an account is online, under the relay's own number.
///
/// What the relay knows (`told`) goes UNKNOWN → OFFLINE or ONLINE, and then between these two.
final class Watch {
  /// Size of an access key's SHA-256, bytes.
  static final int HASH_LENGTH = 32;

  /// What the relay knows or is to know.
  enum State {
    UNKNOWN,
    OFFLINE,
    ONLINE
  }

  private final long id;
  private final AccountId account;
  private final byte[] keyHash;
  private final Outbox outbox;

  // Guarded by the outbox.
  private State current = State.UNKNOWN;
  private State told = State.UNKNOWN;

  /// @param keyHash SHA-256 of the watcher's access key
  Watch(long id, AccountId account, byte[] keyHash, Outbox outbox) {
    this.id = id;
    this.account = account;
    this.keyHash = keyHash.clone();
    this.outbox = outbox;
  }

  long id() {
    return id;
  }

  AccountId account() {
    return account;
  }

  Outbox outbox() {
    return outbox;
  }

  /// Whether the watcher's key is in an audience. The time it takes depends on the size of the
  /// audience alone.
  boolean admittedBy(byte[] audience) {
    boolean admitted = false;
    for (int start = 0; start < audience.length; start += HASH_LENGTH) {
      byte[] hash = Arrays.copyOfRange(audience, start, start + HASH_LENGTH);
      admitted |= MessageDigest.isEqual(hash, keyHash);
    }
    return admitted;
  }

  /// Sets the state that the relay is to know. Call under the outbox's lock.
  ///
  /// @param settling whether absence proves nothing yet: a relay that has not been told anything is
  ///   not told *offline*
  /// @return whether the relay has to be told
  boolean becomes(boolean online, boolean settling) {
    if (online) {
      current = State.ONLINE;
    } else {
      current = settling && told == State.UNKNOWN ? State.UNKNOWN : State.OFFLINE;
    }
    return current != told;
  }

  /// The state that the relay is to know. Call under the outbox's lock.
  State current() {
    return current;
  }

  /// The relay is being told. Call under the outbox's lock.
  void tell() {
    told = current;
  }
}
