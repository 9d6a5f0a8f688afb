package sotto.store.mailbox;

import com.google.protobuf.ByteString;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import sotto.chain.Bytes;
import sotto.chat.v1.MailboxFull;
import sotto.mailbox.v1.Again;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.Appended;
import sotto.mailbox.v1.DeviceAppend;
import sotto.mailbox.v1.Moved;
import sotto.mailbox.v1.StoredAt;
import sotto.store.write.AccountState;
import sotto.store.write.Batch;
import sotto.store.write.DeviceState;
import sotto.store.write.Fate;
import sotto.store.write.InboxRow;

/// Puts the envelopes of one append into the mailboxes of one account's devices, as one try.
///
/// **Room.** A device without room is left out, named, and told of the gap when it next connects;
/// only if no device has room the append is refused. Before that the dedupe key is looked up: what
/// was stored by an earlier try is stored (protocol L2). A retry never adds what was left out (L3):
/// if any device of the append has it stored, a device whose gap is not told yet stays left out. A
/// device without such a gap does get it: it joined the account in between, or has acked it and
/// drops the copy (G3).
///
/// **Cold.** A device whose mailbox has cold parts is asked for the key first: what lies in a
/// segment is stored, and gets no second copy (protocol P4).
///
/// **Dormant** devices get nothing, are named, and count as having a gap.
final class Placing {
  private final AccountState state;
  private final AppendRules rules;
  private final byte[] dedupe;
  private final Optional<Bytes> tag;
  private final SortedSet<Integer> asleep;
  private final List<InboxRow> rows = new ArrayList<>();
  private final List<StoredAt> earlier = new ArrayList<>();
  private final SortedSet<Integer> full = new TreeSet<>();
  private final SortedSet<Integer> dormant = new TreeSet<>();
  private long acceptedAt;

  /// @param state the account's
  /// @param acceptedAt the transaction's time
  Placing(
      AccountState state,
      Sender sender,
      ByteString envelopeId,
      AppendRules rules,
      long acceptedAt) {
    this.state = state;
    this.rules = rules;
    this.dedupe = sender.dedupe(envelopeId);
    this.tag = sender.tag(rules.senderTagKey());
    this.acceptedAt = acceptedAt;
    this.asleep = rules.dormancy().dormant(state.devices().values(), acceptedAt);
  }

  /// The account's devices that are dormant.
  SortedSet<Integer> asleep() {
    return asleep;
  }

  /// Asks for places.
  ///
  /// @param devices each in the account's list, and once
  /// @return why nothing is placed; empty if it is
  Optional<AppendResult.Builder> place(Batch batch, List<DeviceAppend> devices)
      throws SQLException {
    List<DeviceAppend> wanted = new ArrayList<>();
    for (DeviceAppend to : devices) {
      if (asleep.contains(to.getDevice())) {
        dormant.add(to.getDevice());
      } else {
        wanted.add(to);
      }
    }
    List<DeviceAppend> fitting = fitting(batch, wanted);
    boolean gaps = fitting.stream().anyMatch(to -> device(to).missedSince != 0);
    if (gaps && wanted.size() > 1) {
      leaveOutOfRetry(batch, fitting);
    }
    for (int device : full) {
      noteGap(batch, device);
    }
    for (int device : dormant) {
      noteGap(batch, device);
    }
    if (!full.isEmpty() && fitting.isEmpty() && earlier.isEmpty()) {
      return Optional.of(
          AppendResult.newBuilder().setMailboxFull(MailboxFull.getDefaultInstance()));
    }
    for (DeviceAppend to : fitting) {
      rows.add(batch.rows().add(state.id(), device(to), dedupe, tag, to.getEnvelope()));
    }
    return Optional.empty();
  }

  private List<DeviceAppend> fitting(Batch batch, List<DeviceAppend> wanted) throws SQLException {
    List<DeviceAppend> fitting = new ArrayList<>();
    for (DeviceAppend to : wanted) {
      var cold = batch.segments().find(state.id(), device(to), dedupe);
      if (cold.isPresent()) {
        storedEarlier(to, cold.get());
      } else if (hasRoom(batch, to)) {
        fitting.add(to);
      } else {
        lookUp(batch, to);
      }
    }
    return fitting;
  }

  private DeviceState device(DeviceAppend to) {
    return state.listed(to.getDevice());
  }

  private void noteGap(Batch batch, int device) throws SQLException {
    state.listed(device).noteGap(batch.session(), state.id(), batch.rows().acceptedAt());
  }

  /// Counts are only sure once it is known which waiting rows are duplicates.
  private boolean hasRoom(Batch batch, DeviceAppend to) throws SQLException {
    int size = to.getEnvelope().size();
    if (device(to).takes(size, tag, rules.limits())) {
      return true;
    }
    // Duplicates may be among what waits to go in, and acks have not gone out yet.
    batch.flush();
    return device(to).takes(size, tag, rules.limits());
  }

  /// A device without room: what an earlier try stored is stored.
  private void lookUp(Batch batch, DeviceAppend to) throws SQLException {
    var there = batch.find(state.id(), device(to), dedupe);
    if (there.isPresent()) {
      storedEarlier(to, there.get());
    } else {
      full.add(to.getDevice());
    }
  }

  private void storedEarlier(DeviceAppend to, InboxRow.StoredAt there) {
    earlier.add(stored(to.getDevice(), there));
    acceptedAt = Math.min(acceptedAt, there.acceptedAt());
  }

  private void leaveOutOfRetry(Batch batch, List<DeviceAppend> fitting) throws SQLException {
    batch.rows().flush();
    SortedSet<Integer> stored = new TreeSet<>();
    for (DeviceAppend to : fitting) {
      if (batch.find(state.id(), device(to), dedupe).isPresent()) {
        stored.add(to.getDevice());
      }
    }
    if (!stored.isEmpty() || !earlier.isEmpty()) {
      fitting.removeIf(to -> {
        boolean leftOut = !stored.contains(to.getDevice()) && device(to).missedSince != 0;
        if (leftOut) {
          full.add(to.getDevice());
        }
        return leftOut;
      });
    }
  }

  /// What a job is answered.
  ///
  /// @param decided what its last try came to
  static AppendResult.Builder result(Fate fate, Supplier<AppendResult.Builder> decided) {
    return switch (fate) {
      case Fate.Committed(long epoch) -> decided.get().setEpoch(epoch);
      case Fate.Moved(String owner) ->
          AppendResult.newBuilder().setMoved(Moved.newBuilder().setOwner(owner));
      case Fate.Again _ -> AppendResult.newBuilder().setAgain(Again.getDefaultInstance());
    };
  }

  /// Where everything is; known once the transaction is committed.
  AppendResult.Builder appended() {
    Appended.Builder appended = Appended.newBuilder().setAcceptedAtMs(acceptedAt);
    for (InboxRow row : rows) {
      appended.addStored(stored(row.device(), row.place()));
      if (!row.place().fresh()) {
        appended.setAcceptedAtMs(Math.min(appended.getAcceptedAtMs(), row.place().acceptedAt()));
      }
    }
    appended.addAllStored(earlier).addAllFullDevices(full).addAllDormantDevices(dormant);
    return AppendResult.newBuilder().setAppended(appended);
  }

  static StoredAt stored(int device, InboxRow.StoredAt place) {
    return StoredAt.newBuilder()
        .setDevice(device)
        .setPosition(place.position())
        .setPrevious(place.previous())
        .build();
  }
}
