package sotto.store.mailbox;

import com.google.protobuf.ByteString;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chat.v1.MismatchedDevices;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.DeviceAppend;
import sotto.mailbox.v1.GroupAppendRecipient;
import sotto.store.write.AccountState;
import sotto.store.write.Batch;
import sotto.store.write.Fate;
import sotto.store.write.Job;

/// One recipient of a group append: the envelope for all devices of the account but the sending
/// one.
///
/// In this order: is there such an account, is its chain the one that the sender key went to, is
/// there room (see [Placing]). Refusals are decided as those of an [AppendJob] are (protocol B6).
final class GroupRecipientJob implements Job {
  private final GroupAppending appending;
  private final int index;
  private final GroupAppendRecipient recipient;
  private final ByteString envelope;
  private final AppendRules rules;
  private final AccountId account;
  private Optional<AppendResult.Builder> refusal = Optional.empty();
  private Optional<Placing> placing = Optional.empty();

  /// @param index the recipient's among those of the append
  GroupRecipientJob(
      GroupAppending appending,
      int index,
      GroupAppendRecipient recipient,
      ByteString envelope,
      AppendRules rules) {
    this.appending = appending;
    this.index = index;
    this.recipient = recipient;
    this.envelope = envelope;
    this.rules = rules;
    this.account = new AccountId(recipient.getAccountId().toByteArray());
  }

  @Override
  public int bucket() {
    return account.bucket();
  }

  @Override
  public Optional<AccountId> account() {
    return Optional.of(account);
  }

  /// As if the account had one device: how many it has is not known yet.
  @Override
  public long bytes() {
    return envelope.size();
  }

  @Override
  public void apply(Batch batch) throws SQLException {
    placing = Optional.empty();
    refusal = decide(batch);
  }

  private Optional<AppendResult.Builder> decide(Batch batch) throws SQLException {
    Optional<AccountState> found = batch.account(account);
    if (found.isEmpty()) {
      return Optional.of(AppendJob.unknown());
    }
    AccountState state = found.get();
    if (recipient.hasChainSequence() && recipient.getChainSequence() != state.chainSequence()) {
      return Optional.of(
          AppendResult.newBuilder()
              .setMismatchedDevices(
                  MismatchedDevices.newBuilder().setChainSequence(state.chainSequence())));
    }
    long now = batch.rows().acceptedAt();
    Placing placed = new Placing(state, appending.sender(), recipient.getEnvelopeId(), rules, now);
    placing = Optional.of(placed);
    return placed.place(batch, devices(state));
  }

  private List<DeviceAppend> devices(AccountState state) {
    return state.devices().keySet().stream()
        .filter(device -> !appending.sender().isDevice(account, device))
        .map(device -> DeviceAppend.newBuilder().setDevice(device).setEnvelope(envelope).build())
        .toList();
  }

  @Override
  public void finish(Fate fate) {
    appending.answer(index, Placing.result(fate, this::decided).build());
  }

  private AppendResult.Builder decided() {
    return refusal.orElseGet(() -> placing.orElseThrow().appended());
  }

  @Override
  public void flush() {
    appending.flush();
  }
}
