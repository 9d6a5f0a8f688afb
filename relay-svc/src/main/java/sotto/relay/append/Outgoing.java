package sotto.relay.append;

import sotto.mailbox.v1.Append;

/// One `send` of a client on its way through its lane.
///
/// The append is fixed, so that every try carries the same bytes; only the lane's numbers differ.
public final class Outgoing {
  /// Where it stands; changed by its lane only.
  enum Phase {
    /// Has not left, or is to leave again.
    WAITING,
    /// The store has not answered yet.
    SENT,
    /// Not stored as far as is known, and to be tried again when all of its lane is answered.
    UNSETTLED
  }

  private final long request;
  private final int clientGeneration;
  private final Append append;
  private final long arrivedMillis;
  private Phase phase = Phase.WAITING;
  private long sequence;

  /// Takes a checked `send` over.
  ///
  /// @param request the client's number of the frame
  /// @param clientGeneration the client's generation of the lane
  /// @param append without request, lane, generation and epoch
  /// @param arrivedMillis when it came, by the relay's wheel
  public Outgoing(long request, int clientGeneration, Append append, long arrivedMillis) {
    this.request = request;
    this.clientGeneration = clientGeneration;
    this.append = append;
    this.arrivedMillis = arrivedMillis;
  }

  /// The client's number of the frame.
  public long request() {
    return request;
  }

  /// What is appended.
  public Append append() {
    return append;
  }

  int clientGeneration() {
    return clientGeneration;
  }

  long arrivedMillis() {
    return arrivedMillis;
  }

  Phase phase() {
    return phase;
  }

  void phase(Phase next) {
    phase = next;
  }

  long sequence() {
    return sequence;
  }

  void sequence(long number) {
    sequence = number;
  }
}
