package sotto.relay.route;

import com.google.protobuf.ByteString;
import java.util.function.Consumer;
import sotto.relay.delivery.Push;
import sotto.relay.delivery.Pushed;

/// A device's stream on this relay, as those who bring it something see it. Thread-safe; nothing
/// blocks.
public interface LocalStream {
  /// Brings a stored envelope.
  ///
  /// @param told what became of it, once
  void forward(Push push, Consumer<Pushed> told);

  /// Brings something ephemeral: a serialised `Envelope`. Dropped when the client is not ready.
  void ephemeral(ByteString envelope);

  /// Says that the mailbox may hold something new.
  void wake();
}
