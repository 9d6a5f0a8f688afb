package sotto.bench;

import sotto.chat.v1.Send;

/// Where a sender's messages go.
interface SendStream {
  /// Sends a frame; after the stream's end it does nothing.
  void send(Send send);

  /// Keeps it open, if it wants that.
  void ping();

  boolean ended();

  void close();
}
