package sotto.store.mailbox;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chat.v1.MailboxFull;
import sotto.chat.v1.RetryInOrder;
import sotto.chat.v1.UnknownRecipient;
import sotto.mailbox.v1.Again;
import sotto.mailbox.v1.Append;
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
import sotto.store.write.Job;

/// One append: the envelopes for the devices of one account, for all of them or for none.
///
/// In this order: is its turn over (see [Lanes]), is the epoch the one its lane is bound to, is
/// there such an account, do the devices match, is there room. Refusals are decided in the
/// transaction that has read the bucket's row, so a former owner cannot give them (protocol B6).
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
final class AppendJob implements Job {
  private final AppendStream stream;
  private final Append append;
  private final AppendRules rules;
  private final AccountId account;
  private final Sender sender;
  private final long bytes;
  private Optional<AppendResult.Builder> refusal = Optional.empty();
  private List<InboxRow> rows = List.of();
  private List<StoredAt> earlier = List.of();
  private SortedSet<Integer> full = new TreeSet<>();
  private SortedSet<Integer> dormant = new TreeSet<>();
  private long acceptedAt;

  /// @param append within its bounds
  AppendJob(AppendStream stream, Append append, AppendRules rules) {
    this.stream = stream;
    this.append = append;
    this.rules = rules;
    this.account = new AccountId(append.getAccountId().toByteArray());
    this.sender = sender(append);
    long size = 0;
    for (DeviceAppend device : append.getDevicesList()) {
      size += device.getEnvelope().size();
    }
    this.bytes = size;
  }

  private static Sender sender(Append append) {
    if (append.getSenderAccountId().isEmpty()) {
      return new Sender(Optional.empty());
    }
    return new Sender(
        Optional.of(
            new DeviceAddress(
                new AccountId(append.getSenderAccountId().toByteArray()),
                new DeviceId(append.getSenderDevice()))));
  }

  @Override
  public int bucket() {
    return account.bucket();
  }

  @Override
  public Optional<AccountId> account() {
    return Optional.of(account);
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public void apply(Batch batch) throws SQLException {
    rows = new ArrayList<>();
    earlier = new ArrayList<>();
    full = new TreeSet<>();
    dormant = new TreeSet<>();
    acceptedAt = batch.rows().acceptedAt();
    refusal = decide(batch);
    if (refusal.isPresent()) {
      brokenHere(batch).breakAt(append.getLane(), append.getGeneration());
    }
  }

  /// What this transaction refuses on the stream; nobody has heard of it before it is committed.
  private Lanes brokenHere(Batch batch) {
    return batch.scoped(stream, Lanes.class, Lanes::new);
  }

  private Optional<AppendResult.Builder> decide(Batch batch) throws SQLException {
    if (stream.lanes().isBroken(append.getLane(), append.getGeneration())
        || brokenHere(batch).isBroken(append.getLane(), append.getGeneration())) {
      return Optional.of(retryInOrder());
    }
    if (append.getEpoch() != 0 && append.getEpoch() != batch.epoch(bucket())) {
      return Optional.of(
          AppendResult.newBuilder().setMoved(Moved.newBuilder().setOwner(batch.self())));
    }
    Optional<AccountState> found = batch.account(account);
    if (found.isEmpty()) {
      return Optional.of(
          AppendResult.newBuilder().setUnknownRecipient(UnknownRecipient.getDefaultInstance()));
    }
    AccountState state = found.get();
    dormant = rules.dormancy().dormant(state.devices().values(), acceptedAt);
    var mismatch = DeviceMatch.mismatch(append, sender, state, dormant);
    return mismatch.isPresent()
        ? Optional.of(AppendResult.newBuilder().setMismatchedDevices(mismatch.get()))
        : place(batch, state);
  }

  private Optional<AppendResult.Builder> place(Batch batch, AccountState state)
      throws SQLException {
    byte[] dedupe = sender.dedupe(append.getEnvelopeId());
    Optional<Bytes> tag = sender.tag(rules.senderTagKey());
    List<DeviceAppend> wanted = new ArrayList<>();
    SortedSet<Integer> sleeping = new TreeSet<>();
    for (DeviceAppend to : append.getDevicesList()) {
      if (dormant.contains(to.getDevice())) {
        sleeping.add(to.getDevice());
      } else {
        wanted.add(to);
      }
    }
    dormant = sleeping;
    List<DeviceAppend> fitting = new ArrayList<>();
    for (DeviceAppend to : wanted) {
      var cold = batch.segments().find(account, state.listed(to.getDevice()), dedupe);
      if (cold.isPresent()) {
        storedEarlier(to, cold.get());
      } else if (hasRoom(batch, state.listed(to.getDevice()), to, tag)) {
        fitting.add(to);
      } else {
        lookUp(batch, state.listed(to.getDevice()), to, dedupe);
      }
    }
    boolean gaps = fitting.stream().anyMatch(to -> state.listed(to.getDevice()).missedSince != 0);
    if (gaps && wanted.size() > 1) {
      leaveOutOfRetry(batch, state, fitting, dedupe);
    }
    for (int device : full) {
      state.listed(device).noteGap(batch.session(), account, batch.rows().acceptedAt());
    }
    for (int device : dormant) {
      state.listed(device).noteGap(batch.session(), account, batch.rows().acceptedAt());
    }
    if (!full.isEmpty() && fitting.isEmpty() && earlier.isEmpty()) {
      return Optional.of(
          AppendResult.newBuilder().setMailboxFull(MailboxFull.getDefaultInstance()));
    }
    for (DeviceAppend to : fitting) {
      DeviceState device = state.listed(to.getDevice());
      rows.add(batch.rows().add(account, device, dedupe, tag, to.getEnvelope()));
    }
    return Optional.empty();
  }

  /// Counts are only sure once it is known which waiting rows are duplicates.
  private boolean hasRoom(Batch batch, DeviceState device, DeviceAppend to, Optional<Bytes> tag)
      throws SQLException {
    int size = to.getEnvelope().size();
    if (device.takes(size, tag, rules.limits())) {
      return true;
    }
    // Duplicates may be among what waits to go in, and acks have not gone out yet.
    batch.flush();
    return device.takes(size, tag, rules.limits());
  }

  /// A device without room: what an earlier try stored is stored.
  private void lookUp(Batch batch, DeviceState device, DeviceAppend to, byte[] dedupe)
      throws SQLException {
    var there = batch.find(account, device, dedupe);
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

  private void leaveOutOfRetry(
      Batch batch, AccountState state, List<DeviceAppend> fitting, byte[] dedupe)
      throws SQLException {
    batch.rows().flush();
    SortedSet<Integer> stored = new TreeSet<>();
    for (DeviceAppend to : fitting) {
      if (batch.find(account, state.listed(to.getDevice()), dedupe).isPresent()) {
        stored.add(to.getDevice());
      }
    }
    if (!stored.isEmpty() || !earlier.isEmpty()) {
      fitting.removeIf(to -> {
        boolean leftOut =
            !stored.contains(to.getDevice()) && state.listed(to.getDevice()).missedSince != 0;
        if (leftOut) {
          full.add(to.getDevice());
        }
        return leftOut;
      });
    }
  }

  @Override
  public void finish(Fate fate) {
    AppendResult.Builder result =
        switch (fate) {
          case Fate.Committed(long epoch) -> refusal.orElseGet(this::appended).setEpoch(epoch);
          case Fate.Moved(String owner) ->
              AppendResult.newBuilder().setMoved(Moved.newBuilder().setOwner(owner));
          case Fate.Again _ -> AppendResult.newBuilder().setAgain(Again.getDefaultInstance());
        };
    boolean over = stream.lanes().isBroken(append.getLane(), append.getGeneration());
    if (over && !(fate instanceof Fate.Committed)) {
      result = retryInOrder();
    } else if (!result.hasAppended()) {
      stream.lanes().breakAt(append.getLane(), append.getGeneration());
    }
    stream.answer(result.setRequest(append.getRequest()).build(), bytes);
  }

  private static AppendResult.Builder retryInOrder() {
    return AppendResult.newBuilder().setRetryInOrder(RetryInOrder.getDefaultInstance());
  }

  private AppendResult.Builder appended() {
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

  private static StoredAt stored(int device, InboxRow.StoredAt place) {
    return StoredAt.newBuilder()
        .setDevice(device)
        .setPosition(place.position())
        .setPrevious(place.previous())
        .build();
  }

  @Override
  public void flush() {
    stream.flush();
  }
}
