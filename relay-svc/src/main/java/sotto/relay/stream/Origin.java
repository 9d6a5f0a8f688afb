package sotto.relay.stream;

import com.google.protobuf.ByteString;
import java.util.Optional;
import sotto.chain.DeviceAddress;
import sotto.mesh.PeerAddress;
import sotto.relay.mailbox.Mailboxes;

/// Who sends on a stream.
sealed interface Origin {
  /// A device that has signed in.
  ///
  /// @param address the device
  /// @param account its account's bytes
  record Device(DeviceAddress address, ByteString account) implements Origin {
    Device(DeviceAddress address) {
      this(address, Mailboxes.bytes(address.account()));
    }

    @Override
    public int device() {
      return address.device().number();
    }

    @Override
    public boolean sealed() {
      return false;
    }
  }

  /// Somebody who does not say who they are.
  ///
  /// @param from where they come from; empty inside the process
  record Nobody(Optional<PeerAddress> from) implements Origin {
    @Override
    public ByteString account() {
      return ByteString.EMPTY;
    }

    @Override
    public int device() {
      return 0;
    }

    @Override
    public boolean sealed() {
      return true;
    }
  }

  /// The account's bytes as they stand in envelopes and at the store; empty = nobody known.
  ByteString account();

  /// The device's number, 0 = nobody known.
  int device();

  /// Whether envelopes are of the type SEALED, all of them, or none.
  boolean sealed();
}
