package sotto.relay.stream;

import io.grpc.StatusRuntimeException;

/// The client's end of a stream, as the stream acts on it. Called in the stream's turn only;
/// nothing blocks.
///
/// @param <F> what is sent
interface ClientPort<F> {
  /// Whether the transport takes more without piling it up.
  boolean ready();

  /// Sends a frame.
  void send(F frame);

  /// Asks for so many more frames.
  void request(int frames);

  /// Ends the stream with OK.
  void complete();

  /// Ends the stream with a status.
  void fail(StatusRuntimeException why);
}
