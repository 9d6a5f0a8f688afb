package sotto.relay.stream;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import sotto.chain.AccountId;
import sotto.mailbox.v1.CheckMissedResponse;
import sotto.mailbox.v1.DevicePosition;
import sotto.relay.mailbox.Mailboxes;
import sotto.relay.time.Wheel;

/// The last net under forwards that got lost: asks the store what the streams have missed, a
/// thousand at a time, at most ten times a second, and cuts those whose device is removed or whose
/// account is disabled (protocol P3, C3).
///
/// Thread-safe; nothing blocks.
public final class MissedCheck {
  private static final int BATCH = 1_000;
  private static final long PACE_MILLIS = 100;
  // Several presence pods report the same loss, each when its tick comes by.
  private static final long LOSS_MILLIS = 500;

  private final Streams streams;
  private final Mailboxes mailboxes;
  private final Wheel wheel;
  private final AtomicBoolean running = new AtomicBoolean();
  private final AtomicBoolean due = new AtomicBoolean();

  /// A check of a relay's streams.
  public MissedCheck(Streams streams, Mailboxes mailboxes, Wheel wheel) {
    this.streams = streams;
    this.mailboxes = mailboxes;
    this.wheel = wheel;
  }

  /// Checks all streams, unless such a check is under way.
  public void run() {
    if (running.compareAndSet(false, true)) {
      check(streams.holders(), 0, () -> running.set(false));
    }
  }

  /// Another relay was lost, and with it what it was to forward: checks all streams soon, once for
  /// losses that come together, and after a check that is under way.
  public void relayLost() {
    if (due.compareAndSet(false, true)) {
      wheel.after(LOSS_MILLIS, this::runDue);
    }
  }

  private void runDue() {
    if (running.get()) {
      wheel.after(LOSS_MILLIS, this::runDue);
    } else {
      due.set(false);
      run();
    }
  }

  /// Checks the streams of one account, which may just have lost a device or been disabled.
  public void run(AccountId account) {
    check(streams.of(account), 0, () -> {});
  }

  private void check(List<DeviceStream> all, int from, Runnable done) {
    if (from >= all.size()) {
      done.run();
      return;
    }
    var batch = all.subList(from, Math.min(all.size(), from + BATCH));
    var positions =
        batch.stream()
            .map(stream ->
                DevicePosition.newBuilder()
                    .setAccountId(Mailboxes.bytes(stream.device().account()))
                    .setDevice(stream.device().device().number())
                    .setLast(stream.last())
                    .build())
            .toList();
    mailboxes.checkMissed(
        positions,
        answer -> {
          act(batch, answer);
          if (from + BATCH >= all.size()) {
            done.run();
          } else {
            wheel.after(PACE_MILLIS, () -> check(all, from + BATCH, done));
          }
        });
  }

  private static void act(List<DeviceStream> batch, CheckMissedResponse found) {
    found.getMissedList().forEach(i -> at(batch, i).ifPresent(DeviceStream::wake));
    found.getRemovedList().forEach(i -> at(batch, i).ifPresent(DeviceStream::removed));
    found.getLockedOutList().forEach(i -> at(batch, i).ifPresent(DeviceStream::lockedOut));
  }

  private static Optional<DeviceStream> at(List<DeviceStream> batch, int index) {
    return index >= 0 && index < batch.size() ? Optional.of(batch.get(index)) : Optional.empty();
  }
}
