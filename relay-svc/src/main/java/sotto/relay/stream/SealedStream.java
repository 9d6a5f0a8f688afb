package sotto.relay.stream;

import io.grpc.SynchronizationContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import sotto.chat.v1.SealedSend;
import sotto.chat.v1.SendResult;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.relay.limit.Exceeded;
import sotto.relay.time.Wheel;

/// A stream of sealed sends, on this relay alone: nobody is connected by it, nothing is delivered
/// on it, and nothing about it is said to presence, in logs or in traces.
///
/// It ends when its client ends it, after silence, and when the relay leaves: then it takes no more
/// and goes as soon as all that it has is answered.
///
/// # Threads
///
/// All events are queued to the stream's turn, as those of a [DeviceStream].
final class SealedStream {
  private static final Logger LOG = System.getLogger(SealedStream.class.getName());
  // Sends that a client may have sent before the one before is handled.
  private static final int AHEAD = 4;

  private final Origin.Nobody origin;
  private final ClientPort<SendResult> client;
  private final Behind behind;
  private final Runnable over;
  private final SynchronizationContext turn = new SynchronizationContext((thread, e) -> failed(e));
  private final Sends sends;

  // Touched in the turn only.
  private Optional<Wheel.Timer> silence = Optional.empty();
  private boolean closed;
  private boolean leaving;
  private int owed;
  private boolean waitsForRoom;
  private long lastHeard;

  /// @param over called once, at the end
  SealedStream(Origin.Nobody origin, ClientPort<SendResult> client, Behind behind, Runnable over) {
    this.origin = origin;
    this.client = client;
    this.behind = behind;
    this.over = over;
    this.sends = new Sends(origin, behind, turn, this::answer, this::askMore);
  }

  Origin.Nobody origin() {
    return origin;
  }

  /// Asks the client for its first sends and starts the clock.
  void start() {
    turn.execute(() -> {
      if (!closed) {
        lastHeard = behind.wheel().now();
        client.request(AHEAD);
        watchSilence(behind.config().silence().toMillis());
      }
    });
  }

  /// The client has sent something, within its bounds.
  void send(SealedSend sealed) {
    turn.execute(() -> {
      if (!closed) {
        lastHeard = behind.wheel().now();
        sends.take(sealed.getSend(), sealed.getAccessKey());
        owed++;
        askMore();
      }
    });
  }

  /// The transport takes more.
  void clientReady() {
    turn.execute(this::askMore);
  }

  /// The client's call is over.
  void clientGone() {
    turn.execute(() -> end(() -> {}));
  }

  /// The client will send no more.
  void clientDone() {
    turn.execute(() -> end(client::complete));
  }

  /// The relay leaves.
  void leave() {
    turn.execute(() -> {
      leaving = true;
      leaveIfIdle();
    });
  }

  /// The relay ends.
  void shutDown() {
    turn.execute(this::bye);
  }

  /// There are too many.
  void refuse(Exceeded exceeded) {
    turn.execute(() -> {
      behind.metrics().shed();
      end(() -> client.fail(exceeded.status()));
    });
  }

  private void answer(SendResult result) {
    if (!closed) {
      client.send(result);
      // The answer is the last that was open only when this turn is over.
      turn.executeLater(this::leaveIfIdle);
    }
  }

  private void leaveIfIdle() {
    if (leaving && sends.isIdle()) {
      bye();
    }
  }

  private void bye() {
    end(() -> client.fail(Statuses.of(Reason.SHUTTING_DOWN, "the server is leaving")));
  }

  private void watchSilence(long afterMillis) {
    silence =
        Optional.of(
            behind
                .wheel()
                .after(
                    afterMillis,
                    () ->
                        turn.execute(() -> {
                          if (closed) {
                            return;
                          }
                          long left =
                              lastHeard
                                  + behind.config().silence().toMillis()
                                  - behind.wheel().now();
                          if (left <= 0) {
                            end(client::complete);
                          } else {
                            watchSilence(left);
                          }
                        })));
  }

  /// As a device's stream does.
  private void askMore() {
    if (closed || leaving || owed == 0 || sends.hasParked() || !client.ready()) {
      return;
    }
    if (!behind.pipes().hasRoom()) {
      if (!waitsForRoom) {
        waitsForRoom = true;
        behind
            .pipes()
            .whenRoom(() ->
                turn.execute(() -> {
                  waitsForRoom = false;
                  askMore();
                }));
      }
      return;
    }
    int frames = owed;
    owed = 0;
    client.request(frames);
  }

  private void failed(Throwable failure) {
    LOG.log(Level.ERROR, "a sealed stream's turn failed", failure);
    turn.execute(() -> end(() -> client.fail(Statuses.of(Reason.INTERNAL, "the stream failed"))));
  }

  private void end(Runnable farewell) {
    if (closed) {
      return;
    }
    closed = true;
    silence.ifPresent(Wheel.Timer::cancel);
    sends.close();
    over.run();
    farewell.run();
  }
}
