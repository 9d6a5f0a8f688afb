package sotto.relay.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import sotto.chat.v1.Delivery;
import sotto.mailbox.v1.ReadResponse;

/// Brings the mailbox of one device to one client, in order and within one window, whatever the
/// source: pages read from the store, or forwards of envelopes just stored (protocol P2, P3).
///
/// # States
///
/// ```
/// NEW      -> READING    start: presence has acknowledged the registration
/// READING  -> BEHIND     page with more behind it; or without, when something came that it does not cover
///          -> LIVE       page without more, and the chain is whole
///          -> RETRYING   the store did not answer
/// RETRYING -> BEHIND     back-off is over
/// BEHIND   -> READING    the last page is on its way to the client and the window has room
/// LIVE     -> HOLE       a forward came whose previous position is above the last pushed
///          -> BEHIND     a forward came that does not fit (chain or window), or a wake
/// HOLE     -> LIVE       the filler came
///          -> BEHIND     it did not within 50 ms, or a wake came
/// any      -> CLOSED     the stream has ended
/// ```
///
/// # Memory
///
/// What the client has not acked, what waits for the client to be ready, what is held back and what
/// a read under way may bring are together at most [#WINDOW_ENVELOPES] and [#WINDOW_BYTES]
/// (guarantee G7). A forward that does not fit is dropped: it is in the mailbox.
///
/// # Order
///
/// `last` is the end of the chain: all up to it has been given to the client or is not in the
/// mailbox. It grows by pushes and by what a read says. A forward at or below it is a duplicate.
///
/// Not thread-safe: all calls of one loop come from its stream's turn.
public final class DeliveryLoop {
  /// The most envelopes that one stream may keep.
  public static final int WINDOW_ENVELOPES = 256;

  /// The most bytes of envelopes that one stream may keep.
  public static final int WINDOW_BYTES = 1 << 20;

  /// The largest batch, bytes of envelopes and their framing.
  public static final int BATCH_BYTES = 256 << 10;

  // More than the fields around an envelope take on the wire.
  private static final int FRAMING = 32;
  // A page leaves room for the forwards that come while it is read.
  private static final int PAGE_ENVELOPES = 192;
  private static final int PAGE_BYTES = 768 << 10;
  // A read for less is not worth its query; the bytes are above the largest envelope.
  private static final int WORTH_ENVELOPES = 32;
  private static final int WORTH_BYTES = 128 << 10;

  private enum State {
    NEW,
    READING,
    RETRYING,
    BEHIND,
    LIVE,
    HOLE,
    CLOSED
  }

  private final Outlet outlet;
  private final Unacked unacked = new Unacked();
  private final ArrayDeque<Delivery> outgoing = new ArrayDeque<>(0);
  private final TreeMap<Long, Push> held = new TreeMap<>();
  private State state = State.NEW;
  // Written in the turn; the missed-check reads it from outside.
  private volatile long last;
  private boolean again;
  private boolean stalled;
  private int outgoingBytes;
  private int heldBytes;
  private int reservedEnvelopes;
  private int reservedBytes;
  private int failures;
  private int hole;
  private boolean backlogRead;
  private long backlogEnd;
  private boolean queueEmptySent;
  private boolean flushComing;
  private long timesBehind;

  /// A loop that has not started.
  ///
  /// @param outlet what it acts on
  public DeliveryLoop(Outlet outlet) {
    this.outlet = outlet;
  }

  /// Starts with the first mailbox read. Presence must have acknowledged the stream's registration.
  public void start() {
    require(State.NEW);
    state = State.BEHIND;
    readIfWorth();
  }

  /// A forward has come.
  ///
  /// @param push the envelope
  /// @return what becomes of it
  public Pushed forward(Push push) {
    return switch (state) {
      case NEW -> Pushed.BEHIND;
      case CLOSED -> Pushed.NOT_HERE;
      case READING -> {
        if (push.position() <= last) {
          yield Pushed.PUSHED;
        }
        hold(push);
        yield Pushed.BEHIND;
      }
      case RETRYING, BEHIND -> push.position() <= last ? Pushed.PUSHED : Pushed.BEHIND;
      case LIVE, HOLE -> forwardLive(push);
    };
  }

  private Pushed forwardLive(Push push) {
    if (push.position() <= last) {
      return Pushed.PUSHED;
    }
    if (push.previous() == last && fits(push)) {
      push(push.delivery());
      drainHeld();
      if (held.isEmpty()) {
        state = State.LIVE;
      } else if (state == State.HOLE) {
        openHole();
      }
      return Pushed.PUSHED;
    }
    if (push.previous() > last && fits(push)) {
      hold(push);
      if (state == State.LIVE) {
        state = State.HOLE;
        openHole();
      }
      return Pushed.BEHIND;
    }
    fallBehind();
    return Pushed.BEHIND;
  }

  /// The mailbox may hold something that no forward told of.
  public void wake() {
    switch (state) {
      case LIVE, HOLE -> fallBehind();
      case READING -> again = true;
      case NEW, RETRYING, BEHIND, CLOSED -> {}
    }
  }

  /// A page has been read.
  ///
  /// @param page the store's answer, not `moved`
  public void page(ReadResponse page) {
    if (state == State.CLOSED) {
      return;
    }
    require(State.READING);
    if (page.getMore() && page.getDeliveriesCount() == 0) {
      readFailed();
      return;
    }
    failures = 0;
    reservedEnvelopes = 0;
    reservedBytes = 0;
    for (var delivery : page.getDeliveriesList()) {
      if (delivery.getPosition() > last) {
        push(delivery);
      }
    }
    if (page.getMore()) {
      state = State.BEHIND;
      readIfWorth();
      return;
    }
    last = Math.max(last, page.getLast());
    if (!backlogRead) {
      backlogRead = true;
      backlogEnd = last;
    }
    drainHeld();
    if (again || !held.isEmpty()) {
      state = State.BEHIND;
      readIfWorth();
    } else {
      state = State.LIVE;
    }
    tellQueueEmpty();
  }

  /// The store did not answer a read, or not with a page.
  public void readFailed() {
    if (state == State.CLOSED) {
      return;
    }
    require(State.READING);
    reservedEnvelopes = 0;
    reservedBytes = 0;
    failures++;
    state = State.RETRYING;
    outlet.retryRead(failures);
  }

  /// The back-off after a failed read is over.
  public void retry() {
    if (state == State.RETRYING) {
      state = State.BEHIND;
      readIfWorth();
    }
  }

  /// A hole has waited for its filler as long as it may.
  ///
  /// @param number the one [Outlet#startHole] was given
  public void holeExpired(int number) {
    if (state == State.HOLE && number == hole) {
      fallBehind();
    }
  }

  /// The client has acked positions.
  ///
  /// @param positions hostile; what this stream did not send is ignored
  /// @return those that were in the window
  public List<Long> acked(List<Long> positions) {
    var known = new ArrayList<Long>(positions.size());
    for (var position : positions) {
      var acceptedAt = unacked.remove(position);
      if (acceptedAt.isPresent()) {
        known.add(position);
        outlet.acknowledged(acceptedAt.getAsLong());
      }
    }
    if (!known.isEmpty()) {
      tellQueueEmpty();
      readIfWorth();
    }
    return known;
  }

  /// Sends what waits, as long as the client is ready. Called at the end of a turn that pushed, and
  /// when the client has become ready.
  public void flush() {
    flushComing = false;
    while (state != State.CLOSED && !outgoing.isEmpty() && outlet.ready()) {
      outlet.deliver(batch());
    }
    readIfWorth();
  }

  /// Ends the loop.
  public void close() {
    state = State.CLOSED;
    outgoing.clear();
    held.clear();
  }

  /// Whether the client has been sent something that it has not acked.
  public boolean hasUnacked() {
    return !unacked.isEmpty() || !outgoing.isEmpty();
  }

  /// The end of the chain: the last position this stream knows of.
  public long last() {
    return last;
  }

  /// Whether the mailbox has to be read before all that is known has been pushed.
  public boolean isBehind() {
    return switch (state) {
      case NEW, READING, RETRYING, BEHIND -> true;
      case LIVE, HOLE, CLOSED -> false;
    };
  }

  /// Envelopes that the client has been sent and has not acked.
  public int unackedEnvelopes() {
    return unacked.count();
  }

  /// Bytes of them.
  public int unackedBytes() {
    return unacked.bytes();
  }

  /// How often the stream fell behind.
  public long timesBehind() {
    return timesBehind;
  }

  /// What the window holds in all, for tests.
  int envelopesKept() {
    return unacked.count() + outgoing.size() + held.size() + reservedEnvelopes;
  }

  /// What the window holds in all, bytes, for tests.
  int bytesKept() {
    return unacked.bytes() + outgoingBytes + heldBytes + reservedBytes;
  }

  private List<Delivery> batch() {
    var batch = new ArrayList<Delivery>();
    int bytes = 0;
    while (!outgoing.isEmpty()) {
      var next = outgoing.getFirst();
      int size = next.getEnvelope().size();
      if (!batch.isEmpty() && bytes + size + FRAMING > BATCH_BYTES) {
        break;
      }
      outgoing.removeFirst();
      outgoingBytes -= size;
      unacked.add(next.getPosition(), size, next.getAcceptedAtMs());
      bytes += size + FRAMING;
      batch.add(next);
    }
    return batch;
  }

  private void push(Delivery delivery) {
    outgoing.addLast(delivery);
    outgoingBytes += delivery.getEnvelope().size();
    last = delivery.getPosition();
    if (!flushComing) {
      flushComing = true;
      outlet.flushSoon();
    }
  }

  private void hold(Push push) {
    if (held.containsKey(push.position())) {
      return;
    }
    if (fits(push)) {
      held.put(push.position(), push);
      heldBytes += push.size();
    } else {
      again = true;
    }
  }

  private void drainHeld() {
    while (!held.isEmpty()) {
      var first = held.firstEntry().getValue();
      if (first.position() > last && first.previous() != last) {
        return;
      }
      held.pollFirstEntry();
      heldBytes -= first.size();
      if (first.position() > last) {
        push(first.delivery());
      }
    }
  }

  private void openHole() {
    hole++;
    outlet.startHole(hole);
  }

  private void fallBehind() {
    timesBehind++;
    state = State.BEHIND;
    readIfWorth();
  }

  private void readIfWorth() {
    if (state != State.BEHIND || !outgoing.isEmpty()) {
      return;
    }
    if (!worth() && !held.isEmpty()) {
      held.clear();
      heldBytes = 0;
    }
    if (!worth()) {
      if (!stalled) {
        stalled = true;
        outlet.stalled();
      }
      return;
    }
    state = State.READING;
    stalled = false;
    again = false;
    reservedEnvelopes = Math.min(freeEnvelopes(), PAGE_ENVELOPES);
    reservedBytes = Math.min(freeBytes(), PAGE_BYTES);
    outlet.read(last, reservedEnvelopes, reservedBytes);
  }

  private boolean worth() {
    return freeEnvelopes() >= WORTH_ENVELOPES && freeBytes() >= WORTH_BYTES;
  }

  private void tellQueueEmpty() {
    if (backlogRead
        && !queueEmptySent
        && !unacked.reachesDownTo(backlogEnd)
        && (outgoing.isEmpty() || outgoing.getFirst().getPosition() > backlogEnd)) {
      queueEmptySent = true;
      outlet.queueEmpty();
    }
  }

  private boolean fits(Push push) {
    return freeEnvelopes() >= 1 && freeBytes() >= push.size();
  }

  private int freeEnvelopes() {
    return WINDOW_ENVELOPES - envelopesKept();
  }

  private int freeBytes() {
    return WINDOW_BYTES - bytesKept();
  }

  private void require(State expected) {
    if (state != expected) {
      throw new IllegalStateException("is " + state + ", not " + expected);
    }
  }
}
