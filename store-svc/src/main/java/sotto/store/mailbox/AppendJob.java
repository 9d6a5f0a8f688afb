package sotto.store.mailbox;

import java.sql.SQLException;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chat.v1.RetryInOrder;
import sotto.chat.v1.UnknownRecipient;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.DeviceAppend;
import sotto.mailbox.v1.Moved;
import sotto.store.write.Access;
import sotto.store.write.AccountState;
import sotto.store.write.Batch;
import sotto.store.write.Fate;
import sotto.store.write.Job;

/// One append: the envelopes for the devices of one account, for all of them or for none.
///
/// In this order: is its turn over (see [Lanes]), is the epoch the one its lane is bound to, is it
/// let in if it is sealed (see [SealedAppend]), is there such an account, do the devices match, is
/// there room (see [Placing]). Refusals are decided in the transaction that has read the bucket's
/// row, so a former owner cannot give them (protocol B6).
final class AppendJob implements Job {
  private final AppendStream stream;
  private final Append append;
  private final AppendRules rules;
  private final AccountId account;
  private final Sender sender;
  private final Optional<SealedAppend> sealed;
  private final long bytes;
  private Optional<AppendResult.Builder> refusal = Optional.empty();
  private Optional<Placing> placing = Optional.empty();

  /// @param append within its bounds
  AppendJob(AppendStream stream, Append append, AppendRules rules) {
    this.stream = stream;
    this.append = append;
    this.rules = rules;
    this.account = new AccountId(append.getAccountId().toByteArray());
    this.sender = sender(append);
    this.sealed =
        append.getAccessKey().isEmpty()
            ? Optional.empty()
            : Optional.of(new SealedAppend(account, append, rules));
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
    return Sender.device(
        new DeviceAddress(
            new AccountId(append.getSenderAccountId().toByteArray()),
            new DeviceId(append.getSenderDevice())));
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
  public Optional<Access> access() {
    return sealed.map(SealedAppend::access);
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public void apply(Batch batch) throws SQLException {
    placing = Optional.empty();
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
    if (sealed.isPresent()) {
      var closed = sealed.get().refuses(batch);
      if (closed.isPresent()) {
        return closed;
      }
    }
    Optional<AccountState> found = batch.account(account);
    if (found.isEmpty()) {
      return Optional.of(unknown());
    }
    AccountState state = found.get();
    long now = batch.rows().acceptedAt();
    Placing placed = new Placing(state, sender, append.getEnvelopeId(), rules, now);
    placing = Optional.of(placed);
    var mismatch = DeviceMatch.mismatch(append, sender, state, placed.asleep());
    return mismatch.isPresent()
        ? Optional.of(AppendResult.newBuilder().setMismatchedDevices(mismatch.get()))
        : placed.place(batch, append.getDevicesList());
  }

  static AppendResult.Builder unknown() {
    return AppendResult.newBuilder().setUnknownRecipient(UnknownRecipient.getDefaultInstance());
  }

  @Override
  public void finish(Fate fate) {
    AppendResult.Builder result = Placing.result(fate, this::decided);
    boolean over = stream.lanes().isBroken(append.getLane(), append.getGeneration());
    if (over && !(fate instanceof Fate.Committed)) {
      result = retryInOrder();
    } else if (!result.hasAppended()) {
      stream.lanes().breakAt(append.getLane(), append.getGeneration());
    }
    stream.answer(result.setRequest(append.getRequest()).build(), bytes);
  }

  private AppendResult.Builder decided() {
    return refusal.orElseGet(() -> placing.orElseThrow().appended());
  }

  private static AppendResult.Builder retryInOrder() {
    return AppendResult.newBuilder().setRetryInOrder(RetryInOrder.getDefaultInstance());
  }

  @Override
  public void flush() {
    stream.flush();
  }
}
