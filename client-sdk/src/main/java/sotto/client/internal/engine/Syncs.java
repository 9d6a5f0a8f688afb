package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.DeviceEntry;
import sotto.client.MessageId;
import sotto.client.Verification;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.HistoryRows;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.OutboxRow.Kind;
import sotto.client.internal.store.Outgoing;
import sotto.client.internal.store.Removal;
import sotto.client.internal.store.SegmentRow;
import sotto.content.v1.AccountSettings;
import sotto.content.v1.ArchivedSegment;
import sotto.content.v1.ArchivedSegments;
import sotto.content.v1.Blocking;
import sotto.content.v1.ContactState;
import sotto.content.v1.ContactStates;
import sotto.content.v1.DeletedConversation;
import sotto.content.v1.DeviceName;
import sotto.content.v1.HistoryPart;
import sotto.content.v1.OwnProfile;
import sotto.content.v1.ReadMessages;
import sotto.content.v1.Sync;
import sotto.crypto.ProfileKey;

/// What the account's other devices are told, besides copies of what was sent ([Outbox] sees to
/// those). Every one of these contents may come twice, late or in another order. For the lane only.
final class Syncs {
  private static final int MOST_CONTACTS = 256;
  private static final int MOST_SEGMENTS = 512;
  private static final int ENVELOPE_ID = 16;

  private final Core core;
  private final Outbox outbox;
  private final DeviceNames names;

  Syncs(Core core, Outbox outbox, DeviceNames names) {
    this.core = core;
    this.outbox = outbox;
    this.names = names;
  }

  private void add(Transaction tx, Sync sync) {
    AccountId self = core.self().id();
    core.store()
        .outgoing()
        .add(0, Optional.of(self), Kind.SYNC, 0, sync.toByteArray(), core.randomBytes(ENVELOPE_ID));
    tx.afterCommit(() -> outbox.wake(self));
  }

  /// Messages were read here.
  void read(Transaction tx, AccountId sender, List<MessageId> ids) {
    if (!OwnDevices.any(core)) {
      return;
    }
    for (int from = 0; from < ids.size(); from += Outgoing.MAX_RECEIPT_IDS) {
      int until = Math.min(ids.size(), from + Outgoing.MAX_RECEIPT_IDS);
      ReadMessages.Builder read =
          ReadMessages.newBuilder().setSenderAccountId(ByteString.copyFrom(sender.bytes()));
      ids.subList(from, until).forEach(id -> read.addMessageIds(ByteString.copyFrom(id.bytes())));
      add(tx, Sync.newBuilder().setRead(read).build());
    }
  }

  /// The user has decided something about a contact.
  void contact(Transaction tx, long contact) {
    if (OwnDevices.any(core)) {
      contacts(tx, List.of(contact));
    }
  }

  /// The user has ended the blocking of a contact.
  void unblocked(Transaction tx, long contact) {
    if (OwnDevices.any(core)) {
      core.store()
          .contacts()
          .find(contact)
          .flatMap(Syncs::state)
          .ifPresent(state ->
              add(
                  tx,
                  Sync.newBuilder()
                      .setContacts(
                          ContactStates.newBuilder()
                              .addContacts(state.toBuilder().setBlocking(Blocking.BLOCKING_ENDED)))
                      .build()));
    }
  }

  /// All that the user has decided about contacts.
  void allContacts(Transaction tx) {
    contacts(tx, core.store().syncRows().contacts());
  }

  private void contacts(Transaction tx, List<Long> rows) {
    for (int from = 0; from < rows.size(); from += MOST_CONTACTS) {
      ContactStates.Builder states = ContactStates.newBuilder();
      rows.subList(from, Math.min(rows.size(), from + MOST_CONTACTS)).stream()
          .flatMap(row -> core.store().contacts().find(row).stream())
          .flatMap(row -> state(row).stream())
          .forEach(states::addContacts);
      if (states.getContactsCount() > 0) {
        add(tx, Sync.newBuilder().setContacts(states).build());
      }
    }
  }

  private static Optional<ContactState> state(ContactRow row) {
    return row.account()
        .map(account ->
            ContactState.newBuilder()
                .setAccountId(ByteString.copyFrom(account.bytes()))
                .setUsername(row.username().map(u -> u.value()).orElse(""))
                .setAccepted(row.accepted())
                .setVerified(row.verification() == Verification.VERIFIED)
                .setBlocking(
                    row.blocked() ? Blocking.BLOCKING_BLOCKED : Blocking.BLOCKING_UNSPECIFIED)
                .build());
  }

  /// The profile was set here.
  void profile(Transaction tx, ProfileKey key, int version) {
    if (OwnDevices.any(core)) {
      add(
          tx,
          Sync.newBuilder()
              .setProfile(
                  OwnProfile.newBuilder()
                      .setProfileKey(ByteString.copyFrom(key.bytes()))
                      .setVersion(version))
              .build());
    }
  }

  /// A conversation is deleted here.
  void deleted(Transaction tx, AccountId with, Removal.Extent extent) {
    if (OwnDevices.any(core)) {
      add(
          tx,
          Sync.newBuilder()
              .setDeleted(
                  DeletedConversation.newBuilder()
                      .setAccountId(ByteString.copyFrom(with.bytes()))
                      .setCameUntilMs(extent.cameUntil())
                      .setSentUntilMs(extent.sentUntil()))
              .build());
    }
  }

  /// How long messages stay was decided here.
  void retention(Transaction tx, int days, long decidedAt) {
    if (core.identity().isPresent() && OwnDevices.any(core)) {
      add(
          tx,
          Sync.newBuilder()
              .setSettings(
                  AccountSettings.newBuilder().setRetentionDays(days).setDecidedAtMs(decidedAt))
              .build());
    }
  }

  /// What people call the devices. It also brings the head of the own chain to all of them.
  void names(Transaction tx) {
    if (!OwnDevices.any(core)) {
      return;
    }
    sotto.content.v1.DeviceNames.Builder all = sotto.content.v1.DeviceNames.newBuilder();
    for (DeviceEntry device : core.store().chains().of(core.self().id()).orElseThrow().devices()) {
      names
          .said(device.device())
          .ifPresent(name ->
              all.addNames(
                  DeviceName.newBuilder().setDevice(device.device().number()).setName(name)));
    }
    add(tx, Sync.newBuilder().setNames(all).build());
  }

  /// The archive, for a new device.
  void archive(Transaction tx, int device, List<SegmentRow> segments) {
    for (int from = 0; from < segments.size(); from += MOST_SEGMENTS) {
      ArchivedSegments.Builder all = ArchivedSegments.newBuilder().setDevice(device);
      for (SegmentRow s : segments.subList(from, Math.min(segments.size(), from + MOST_SEGMENTS))) {
        s.blobId()
            .ifPresent(blobId ->
                all.addSegments(
                    ArchivedSegment.newBuilder()
                        .setSegmentId(ByteString.copyFrom(s.segmentId().toArray()))
                        .setBlobId(ByteString.copyFrom(blobId.toArray()))
                        .setSize(s.size())));
      }
      add(tx, Sync.newBuilder().setArchive(all).build());
    }
  }

  /// How much history a new device is to expect.
  void historyBegins(Transaction tx, int device, long total) {
    add(
        tx,
        Sync.newBuilder()
            .setHistory(HistoryPart.newBuilder().setDevice(device).setTotal(total))
            .build());
  }

  /// A part of the history is at the server.
  void historyPart(Transaction tx, int device, HistoryRows.Part part) {
    add(
        tx,
        Sync.newBuilder()
            .setHistory(
                HistoryPart.newBuilder()
                    .setDevice(device)
                    .setSegmentId(ByteString.copyFrom(part.segmentId().toArray()))
                    .setBlobId(ByteString.copyFrom(part.blobId().toArray()))
                    .setSize(part.size())
                    .setMessages(part.messages()))
            .build());
  }

  /// All history has been given.
  void historyEnds(Transaction tx, int device) {
    add(
        tx,
        Sync.newBuilder()
            .setHistory(HistoryPart.newBuilder().setDevice(device).setLast(true))
            .build());
  }
}
