package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.client.Device;
import sotto.client.MessageId;
import sotto.client.Status;
import sotto.client.Username;
import sotto.client.Verification;
import sotto.client.internal.files.AttachmentFormat;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Events;
import sotto.client.internal.store.HistoryRows.Part;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.Removal;
import sotto.client.internal.store.Store;
import sotto.content.v1.ArchivedSegment;
import sotto.content.v1.ArchivedSegments;
import sotto.content.v1.ContactState;
import sotto.content.v1.Content;
import sotto.content.v1.DeletedConversation;
import sotto.content.v1.DeviceName;
import sotto.content.v1.HistoryPart;
import sotto.content.v1.Message;
import sotto.content.v1.ReadMessages;
import sotto.content.v1.SentMessage;
import sotto.content.v1.Sync;

/// The account's other devices: what they say is done here too. They are trusted with what the user
/// decides, and with nothing else: every field is checked as a stranger's. For the lane only.
final class OwnDevices {
  private static final int SEGMENT_ID = 16;
  private static final int MOST = 512;

  private final Core core;
  private final Outbox outbox;
  private final DeviceNames names;
  private final Decisions decisions;
  private final SelfProfile profile;
  private final Removals removals;
  private final Pruning pruning;
  private Runnable wakeHistory = () -> {};

  OwnDevices(
      Core core,
      Outbox outbox,
      DeviceNames names,
      Decisions decisions,
      SelfProfile profile,
      Removals removals,
      Pruning pruning) {
    this.decisions = decisions;
    this.profile = profile;
    this.removals = removals;
    this.pruning = pruning;
    this.core = core;
    this.outbox = outbox;
    this.names = names;
  }

  /// Has something run when there is history to fetch; any thread.
  void onHistory(Runnable action) {
    wakeHistory = action;
  }

  /// Whether the account has other devices.
  static boolean any(Core core) {
    return core.store()
        .chains()
        .of(core.self().id())
        .map(AccountChain::devices)
        .map(devices -> devices.size() > 1)
        .orElse(false);
  }

  /// Takes what another own device says.
  void received(Transaction tx, DeviceAddress from, Sync sync) {
    switch (sync.getWhatCase()) {
      case SENT -> sent(tx, sync.getSent());
      case READ -> read(tx, sync.getRead());
      case CONTACTS ->
          sync.getContacts().getContactsList().stream()
              .limit(MOST)
              .forEach(state -> contact(tx, state));
      case NAMES ->
          sync.getNames().getNamesList().stream().limit(MOST).forEach(name -> name(from, name));
      case HISTORY -> history(tx, from, sync.getHistory());
      case ARCHIVE -> archive(tx, from, sync.getArchive());
      case PROFILE -> profile.elsewhere(tx, sync.getProfile());
      case DELETED -> deleted(tx, sync.getDeleted());
      case SETTINGS -> pruning.decidedElsewhere(tx, sync.getSettings());
      case WHAT_NOT_SET -> {}
    }
  }

  private void sent(Transaction tx, SentMessage sent) {
    Content copy = sent.getContent();
    if (sent.getRecipientAccountId().size() != AccountId.LENGTH
        || copy.getMessageId().size() != MessageId.LENGTH
        || copy.getSentAtMs() < 0
        || !copy.hasMessage()
        || !Contents.valid(copy.getMessage())) {
      return;
    }
    Store store = core.store();
    AccountId recipient = new AccountId(sent.getRecipientAccountId().toByteArray());
    if (recipient.equals(core.self().id())) {
      return;
    }
    ContactRow contact = known(tx, recipient, sent.getRecipientUsername(), false);
    if (!contact.blocked()) {
      store.contacts().accept(contact.id());
    }
    MessageId id = MessageId.of(copy.getMessageId().toByteArray());
    if (!store.dedupe().record(core.self().id(), id, core.clock().millis())
        || store.messages().outgoing(contact.id(), id).isPresent()) {
      return;
    }
    Message message = copy.getMessage();
    long row =
        store
            .messages()
            .addOutgoing(
                contact.id(),
                id,
                message.getText(),
                message.getAttachmentsCount(),
                copy.getSentAtMs(),
                Status.SENT);
    for (int place = 0; place < message.getAttachmentsCount(); place++) {
      AttachmentFormat.read(row, place, message.getAttachments(place))
          .ifPresent(store.attached()::add);
    }
    store.syncRows().copied(row, contact.id(), id);
    store.events().addMessage(Events.Kind.STATUS, row, Status.SENT.name(), core.clock().millis());
    tx.afterCommit(core.events()::stored);
  }

  private void read(Transaction tx, ReadMessages read) {
    if (read.getSenderAccountId().size() != AccountId.LENGTH
        || read.getMessageIdsCount() > MOST
        || read.getMessageIdsList().stream().anyMatch(id -> id.size() != MessageId.LENGTH)) {
      return;
    }
    AccountId account = new AccountId(read.getSenderAccountId().toByteArray());
    long now = core.clock().millis();
    List<MessageId> ids =
        read.getMessageIdsList().stream().map(id -> MessageId.of(id.toByteArray())).toList();
    ContactRow contact = core.store().contacts().findOrAdd(account, now);
    core.store().syncRows().readElsewhere(contact.id(), account, ids, now);
    tx.afterCommit(core.events()::stored);
  }

  private void contact(Transaction tx, ContactState state) {
    if (state.getAccountId().size() != AccountId.LENGTH) {
      return;
    }
    AccountId account = new AccountId(state.getAccountId().toByteArray());
    if (account.equals(core.self().id())) {
      return;
    }
    ContactRow contact = known(tx, account, state.getUsername(), state.getVerified());
    switch (state.getBlocking()) {
      case BLOCKING_BLOCKED -> decisions.decidedElsewhere(tx, contact, true);
      case BLOCKING_ENDED -> decisions.decidedElsewhere(tx, contact, false);
      case BLOCKING_UNSPECIFIED, UNRECOGNIZED -> {
        if (state.getAccepted() && !contact.blocked()) {
          core.store().contacts().accept(contact.id());
        }
      }
    }
    if (state.getVerified()) {
      core.store().contacts().setVerification(contact.id(), Verification.VERIFIED);
    }
    tx.afterCommit(() -> outbox.wake(account));
  }

  /// The contact of an account, under the name that it has on the other device. A name that leads
  /// elsewhere here is led over only if the user has compared the safety number there.
  private ContactRow known(Transaction tx, AccountId account, String username, boolean verified) {
    long now = core.clock().millis();
    if (Username.valid(username)) {
      Username name = new Username(username);
      Optional<ContactRow> named = core.store().contacts().find(name);
      Optional<AccountId> pinned = named.flatMap(ContactRow::account);
      if (pinned.isEmpty()) {
        core.store().contacts().pin(name, account, now);
        tx.afterCommit(() -> outbox.wake(account));
      } else if (!pinned.get().equals(account) && verified) {
        core.store().contacts().repin(named.orElseThrow().id(), account);
        core.store().outgoing().redirect(named.orElseThrow().id(), account);
      }
    }
    return core.store().contacts().findOrAdd(account, now);
  }

  private void deleted(Transaction tx, DeletedConversation deleted) {
    if (deleted.getAccountId().size() != AccountId.LENGTH) {
      return;
    }
    core.store()
        .contacts()
        .find(new AccountId(deleted.getAccountId().toByteArray()))
        .ifPresent(contact ->
            removals.elsewhere(
                tx,
                contact.id(),
                new Removal.Extent(deleted.getCameUntilMs(), deleted.getSentUntilMs())));
  }

  /// Each device says what it is called; of others it says what is not known here.
  private void name(DeviceAddress from, DeviceName name) {
    if (!DeviceId.valid(name.getDevice()) || !Device.isName(name.getName())) {
      return;
    }
    DeviceId device = new DeviceId(name.getDevice());
    if (device.equals(from.device())
        || (!forThis(device.number()) && names.said(device).isEmpty())) {
      names.put(device, name.getName());
    }
  }

  private boolean forThis(int device) {
    return device == core.self().address().device().number();
  }

  private void history(Transaction tx, DeviceAddress from, HistoryPart part) {
    if (!forThis(part.getDevice()) || part.getTotal() < 0 || part.getMessages() < 0) {
      return;
    }
    int sender = from.device().number();
    if (part.getTotal() > 0) {
      core.store().historyRows().announced(sender, part.getTotal());
    }
    want(sender, part.getSegmentId(), part.getBlobId(), part.getSize(), part.getMessages(), false);
    if (part.getLast()) {
      core.store().historyRows().ended(sender);
    }
    tx.afterCommit(wakeHistory);
  }

  private void archive(Transaction tx, DeviceAddress from, ArchivedSegments archive) {
    if (!forThis(archive.getDevice()) || archive.getSegmentsCount() > MOST) {
      return;
    }
    for (ArchivedSegment s : archive.getSegmentsList()) {
      want(from.device().number(), s.getSegmentId(), s.getBlobId(), s.getSize(), 0, true);
    }
    tx.afterCommit(wakeHistory);
  }

  private void want(
      int sender, ByteString segment, ByteString blob, long size, int messages, boolean archived) {
    if (segment.size() == SEGMENT_ID && blob.size() == AttachmentFormat.BLOB_ID && size > 0) {
      core.store()
          .historyRows()
          .want(
              sender,
              new Part(
                  Bytes.of(segment.toByteArray()),
                  Bytes.of(blob.toByteArray()),
                  size,
                  messages,
                  archived));
    }
  }
}
