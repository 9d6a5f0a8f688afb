package sotto.relay.append;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import sotto.chat.v1.Accepted;
import sotto.chat.v1.RetryInOrder;
import sotto.chat.v1.SendResult;
import sotto.chat.v1.Unavailable;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.Appended;
import sotto.relay.append.Outgoing.Phase;

/// The sends of one stream to one account, in order (protocol L1).
///
/// # States
///
/// ```
/// OPEN     what comes leaves at once
/// OPEN     -> SETTLING   an append was answered moved or again, or retry-in-order without a refusal known, or the stream broke
/// SETTLING -> PAUSED     none is at the store any more and some are unsettled: back-off runs
///          -> OPEN       none is at the store any more and none is unsettled
/// PAUSED   -> OPEN       back-off is over: the unsettled leave again, from the first, in a new generation
/// any      -> CLOSED     the client's stream has ended; what was answered to nobody is sent again by the client
/// ```
///
/// While not OPEN, newer sends wait behind.
///
/// # Refusals
///
/// An outcome that the client must act on refuses the lane for the client's generation: all behind
/// it, and all that still come with that generation or a lower one, are answered *retry in order*.
/// A client raises its generation when everything it has in flight in the lane is answered.
///
/// # Binding
///
/// All that is in flight is on one stream to one store pod and names one epoch, whatever is heard
/// of the owner meanwhile. While the epoch is not known, one append goes alone to learn it. The
/// lane is bound anew only when nothing of it is at a store: so what is sent later is never at one
/// store while something ahead of it is still open at another, or on an earlier stream to the same.
///
/// Not thread-safe: all calls come from the stream's turn.
public final class Lane {
  /// The most sends that a lane keeps.
  public static final int MAX = 32;

  /// How long an append is tried before the client is told *unavailable*, milliseconds.
  static final long PATIENCE_MILLIS = 20_000;

  /// What the client is told to wait after *unavailable*, milliseconds.
  static final long UNAVAILABLE_WAIT_MILLIS = 1_000;

  private enum State {
    OPEN,
    SETTLING,
    PAUSED,
    CLOSED
  }

  private final long number;
  private final LaneOutlet outlet;
  private final ArrayDeque<Outgoing> items = new ArrayDeque<>(4);
  private State state = State.OPEN;
  private int atStore;
  private int waiting;
  private int generation = 1;
  private @Nullable Binding binding;
  // 0 = not known.
  private long epoch;
  private long nextSequence = 1;
  private int clientGeneration;
  private int refusedGeneration;
  private long refusedSequence;
  private int failures;

  /// An empty lane.
  ///
  /// @param number names it on the stream to the store; never used again
  /// @param outlet what it acts on
  public Lane(long number, LaneOutlet outlet) {
    this.number = number;
    this.outlet = outlet;
  }

  /// Whether it takes no more for now.
  public boolean isFull() {
    return items.size() >= MAX;
  }

  /// How many sends it keeps.
  public int size() {
    return items.size();
  }

  /// Whether forgetting it would lose nothing: it is empty, and the client has gone beyond what was
  /// refused.
  public boolean isForgettable() {
    return items.isEmpty() && clientGeneration > refusedGeneration;
  }

  /// Takes a send over. The lane must not be full.
  public void offer(Outgoing outgoing) {
    if (outgoing.clientGeneration() <= refusedGeneration) {
      outlet.answer(retryInOrder(outgoing));
      return;
    }
    if (outgoing.clientGeneration() > clientGeneration) {
      clientGeneration = outgoing.clientGeneration();
      generation++;
    }
    if (items.isEmpty()) {
      binding = null;
    }
    outgoing.sequence(nextSequence++);
    items.addLast(outgoing);
    waiting++;
    pump();
  }

  /// The relay itself refuses a send of this lane, which was not offered: what the client sent
  /// behind it is to be sent again.
  ///
  /// @return whether the refusal is the answer; false when the lane was refused before and *retry
  ///   in order* is
  public boolean refuse(int clientGenerationOfSend) {
    if (clientGenerationOfSend <= refusedGeneration) {
      return false;
    }
    clientGeneration = Math.max(clientGeneration, clientGenerationOfSend);
    refused(clientGenerationOfSend, nextSequence++);
    return true;
  }

  /// The store has answered a send of this lane.
  public void answered(Outgoing outgoing, AppendResult result) {
    if (state == State.CLOSED || outgoing.phase() != Phase.SENT) {
      return;
    }
    atStore--;
    switch (result.getOutcomeCase()) {
      case APPENDED -> {
        failures = 0;
        epoch = result.getEpoch();
        items.remove(outgoing);
        outlet.answer(accepted(outgoing, result.getAppended()));
      }
      case MISMATCHED_DEVICES ->
          refusedByStore(
              outgoing,
              SendResult.newBuilder().setMismatchedDevices(result.getMismatchedDevices()));
      case UNKNOWN_RECIPIENT ->
          refusedByStore(
              outgoing, SendResult.newBuilder().setUnknownRecipient(result.getUnknownRecipient()));
      case MAILBOX_FULL ->
          refusedByStore(outgoing, SendResult.newBuilder().setMailboxFull(result.getMailboxFull()));
      case NOT_ADMITTED ->
          refusedByStore(outgoing, SendResult.newBuilder().setNotAdmitted(result.getNotAdmitted()));
      case RATE_LIMITED ->
          refusedByStore(outgoing, SendResult.newBuilder().setRateLimited(result.getRateLimited()));
      case RETRY_IN_ORDER -> {
        if (isBehindRefusal(outgoing)) {
          items.remove(outgoing);
          outlet.answer(retryInOrder(outgoing));
        } else {
          unsettled(outgoing);
        }
      }
      case MOVED, AGAIN, OUTCOME_NOT_SET -> unsettled(outgoing);
    }
    goOn();
  }

  /// The stream to the store broke with a send of this lane on it.
  public void broken(Outgoing outgoing) {
    if (state == State.CLOSED || outgoing.phase() != Phase.SENT) {
      return;
    }
    atStore--;
    unsettled(outgoing);
    goOn();
  }

  /// The back-off of a restart is over.
  public void resume() {
    if (state != State.PAUSED) {
      return;
    }
    state = State.OPEN;
    generation++;
    binding = null;
    waiting = 0;
    for (var item : items) {
      item.phase(Phase.WAITING);
      waiting++;
    }
    pump();
  }

  /// Ends the lane.
  public void close() {
    state = State.CLOSED;
    items.clear();
  }

  private void goOn() {
    if (state == State.SETTLING && atStore == 0) {
      settle();
    }
    if (state == State.OPEN) {
      pump();
    }
  }

  private void settle() {
    boolean open = false;
    for (var items = this.items.iterator(); items.hasNext(); ) {
      var item = items.next();
      if (isBehindRefusal(item)) {
        items.remove();
        outlet.answer(retryInOrder(item));
      } else if (item.phase() == Phase.UNSETTLED
          && outlet.now() - item.arrivedMillis() >= PATIENCE_MILLIS) {
        items.remove();
        refused(item.clientGeneration(), item.sequence());
        outlet.answer(
            SendResult.newBuilder()
                .setRequest(item.request())
                .setUnavailable(Unavailable.newBuilder().setRetryAfterMs(UNAVAILABLE_WAIT_MILLIS))
                .build());
      } else {
        open |= item.phase() == Phase.UNSETTLED;
      }
    }
    if (open) {
      state = State.PAUSED;
      failures++;
      outlet.resumeLater(this, failures);
    } else {
      state = State.OPEN;
      generation++;
      binding = null;
      waiting = items.size();
    }
  }

  private void pump() {
    if (state != State.OPEN || waiting == 0) {
      return;
    }
    var to = bound();
    if (waiting == 1 && items.getLast().phase() == Phase.WAITING) {
      sendIfSure(items.getLast(), to);
      return;
    }
    for (var item : items) {
      if (item.phase() == Phase.WAITING && !sendIfSure(item, to)) {
        return;
      }
    }
  }

  private Appends bound() {
    var there = binding;
    if (there == null) {
      there = outlet.bind();
      binding = there;
      epoch = there.epoch();
    }
    return there.stream();
  }

  private boolean sendIfSure(Outgoing item, Appends to) {
    if (epoch == 0 && atStore > 0) {
      return false;
    }
    item.phase(Phase.SENT);
    waiting--;
    atStore++;
    outlet.append(this, item, to, number, generation, epoch);
    return true;
  }

  private void unsettled(Outgoing outgoing) {
    outgoing.phase(Phase.UNSETTLED);
    if (state == State.OPEN) {
      state = State.SETTLING;
    }
  }

  private void refusedByStore(Outgoing outgoing, SendResult.Builder answer) {
    failures = 0;
    items.remove(outgoing);
    refused(outgoing.clientGeneration(), outgoing.sequence());
    outlet.answer(answer.setRequest(outgoing.request()).build());
    for (var items = this.items.iterator(); items.hasNext(); ) {
      var item = items.next();
      if (item.phase() == Phase.WAITING && isBehindRefusal(item)) {
        items.remove();
        waiting--;
        outlet.answer(retryInOrder(item));
      }
    }
  }

  private void refused(int clientGenerationOfSend, long sequence) {
    refusedSequence =
        clientGenerationOfSend > refusedGeneration ? sequence : Math.min(refusedSequence, sequence);
    refusedGeneration = Math.max(refusedGeneration, clientGenerationOfSend);
  }

  private boolean isBehindRefusal(Outgoing item) {
    return item.clientGeneration() <= refusedGeneration && item.sequence() > refusedSequence;
  }

  private static SendResult retryInOrder(Outgoing outgoing) {
    return SendResult.newBuilder()
        .setRequest(outgoing.request())
        .setRetryInOrder(RetryInOrder.getDefaultInstance())
        .build();
  }

  private static SendResult accepted(Outgoing outgoing, Appended appended) {
    return SendResult.newBuilder()
        .setRequest(outgoing.request())
        .setAccepted(
            Accepted.newBuilder()
                .setAcceptedAtMs(appended.getAcceptedAtMs())
                .addAllFullDevices(appended.getFullDevicesList())
                .addAllDormantDevices(appended.getDormantDevicesList()))
        .build();
  }
}
