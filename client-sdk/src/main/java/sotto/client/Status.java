package sotto.client;

/// How far a message has come. Only ever goes forward, in the order of the constants; a message
/// that [#FAILED] stays so unless it is sent again.
public enum Status {
  /// In this device's store; goes as soon as there is a connection.
  QUEUED,
  /// Durable in the recipient's mailbox at the server.
  SENT,
  /// Durable on a device of the recipient. An incoming message is at least here.
  DELIVERED,
  /// Opened by its reader.
  READ,
  /// Will not be sent; the message's [Failure] says why.
  FAILED;

  /// Whether a message with this status has come as far as `wanted`; [#FAILED] has reached only
  /// itself.
  public boolean reached(Status wanted) {
    if (this == FAILED || wanted == FAILED) {
      return this == wanted;
    }
    return compareTo(wanted) >= 0;
  }
}
