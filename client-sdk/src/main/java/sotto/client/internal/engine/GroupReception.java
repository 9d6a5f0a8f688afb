package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chat.v1.Envelope;
import sotto.client.MessageId;
import sotto.client.MessageView;
import sotto.client.Status;
import sotto.client.internal.files.AttachmentFormat;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Events;
import sotto.client.internal.store.GroupRow;
import sotto.client.internal.store.GroupWaiting;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.Messages;
import sotto.client.internal.store.OutboxRow.Kind;
import sotto.client.internal.store.Store;
import sotto.content.v1.Content;
import sotto.content.v1.Message;
import sotto.crypto.Decrypted;
import sotto.crypto.GroupCrypto;
import sotto.crypto.GroupKey;
import sotto.crypto.Padding;
import sotto.group.GroupId;

/// What belongs to groups, as it comes: changes, keys, invitations and messages. For the lane only.
///
/// ```
/// message ── the group, its chain or the membership of its sender is not known ──▶ waits, unseen
/// message ── the key of its sender is not known ──▶ waits; a row stands for it, and it is asked for
/// waits ── what was missing came ──▶ decrypted, in order; the row becomes the message
/// ```
final class GroupReception {
  private static final long FUTURE_MILLIS = Duration.ofMinutes(5).toMillis();

  private final Core core;
  private final Groups groups;
  private final GroupSync sync;
  private final Outbox outbox;
  private final Retries retries;
  private final Names names;
  private final AutoSaver autoSaver;

  GroupReception(
      Core core,
      Groups groups,
      GroupSync sync,
      Outbox outbox,
      Retries retries,
      Names names,
      AutoSaver autoSaver) {
    this.core = core;
    this.groups = groups;
    this.sync = sync;
    this.outbox = outbox;
    this.retries = retries;
    this.names = names;
    this.autoSaver = autoSaver;
  }

  /// The server says that a group has changed; it brings the change.
  void changed(Transaction tx, GroupId group, byte[] change, long acceptedAt) {
    Optional<GroupRow> row = groups.row(group);
    if (row.isEmpty()) {
      // Whoever made this account a member sends the key.
      return;
    }
    switch (groups.append(tx, row.get(), change, acceptedAt, true)) {
      case Groups.Fits _ -> {}
      case Groups.Missing _ -> fetch(tx, group);
      case Groups.Wrong(var reason) -> {
        switch (reason) {
          case REVISION_TAKEN, WRONG_PREVIOUS ->
              groups.contradiction(
                  tx,
                  row.get(),
                  "The server tells two histories of "
                      + row.get().asContact().name()
                      + ". Nothing is sent there until you accept the group anew.");
          default -> {
            // A server can send what it likes; it is not believed.
          }
        }
      }
    }
  }

  private void fetch(Transaction tx, GroupId group) {
    core.store().groups().setBehind(group, true);
    tx.afterCommit(() -> sync.wake(group));
  }

  /// Takes a message under a sender key.
  ///
  /// @param envelope of a device that its account's chain lists
  void message(Transaction tx, DeviceAddress from, Envelope envelope, long acceptedAt) {
    GroupId group = new GroupId(envelope.getGroupId().toByteArray());
    Optional<UUID> distribution =
        GroupCrypto.distributionOf(envelope.getCiphertext().toByteArray());
    if (distribution.isEmpty()) {
      return;
    }
    if (core.store().groupWaiting().any(group, from, distribution.get())
        || !ready(tx, group, from, acceptedAt)) {
      wait(group, from, distribution.get(), envelope, acceptedAt, 0);
      return;
    }
    decrypt(tx, groups.row(group).orElseThrow(), from, envelope, acceptedAt, Optional.empty());
  }

  /// Whether all is known that it takes to judge a message; what is not is fetched.
  private boolean ready(Transaction tx, GroupId group, DeviceAddress from, long acceptedAt) {
    Optional<GroupRow> row = groups.row(group);
    Optional<GroupPast> past = groups.past(group);
    if (row.isEmpty()) {
      return false;
    }
    if (past.isEmpty() || !mayHaveSent(past.get(), from.account(), acceptedAt)) {
      fetch(tx, group);
      return false;
    }
    return true;
  }

  /// Whether an account was a member when the server accepted its message.
  private boolean mayHaveSent(GroupPast past, AccountId account, long acceptedAt) {
    return past.chain().member(account).isPresent()
        || past.departure(account)
            .map(departure -> core.stillArrives(departure.at(), acceptedAt))
            .orElse(false);
  }

  private void wait(
      GroupId group,
      DeviceAddress from,
      UUID distribution,
      Envelope envelope,
      long acceptedAt,
      long row) {
    core.store()
        .groupWaiting()
        .add(
            group,
            from,
            distribution,
            envelope.toByteArray(),
            acceptedAt,
            core.clock().millis(),
            row);
  }

  /// @param waited what waited for this
  private void decrypt(
      Transaction tx,
      GroupRow row,
      DeviceAddress from,
      Envelope envelope,
      long acceptedAt,
      Optional<GroupWaiting.Entry> waited) {
    byte[] ciphertext = envelope.getCiphertext().toByteArray();
    UUID distribution = GroupCrypto.distributionOf(ciphertext).orElseThrow();
    switch (core.self().groupCrypto().decrypt(from, ciphertext)) {
      case Decrypted.Plaintext(byte[] padded) -> {
        boolean ofThis =
            core.store().senderKeys().group(from, distribution).equals(Optional.of(row.id()));
        Optional<Content> content =
            Padding.unpad(padded)
                .flatMap(bytes -> Contents.checkOfGroup(bytes, row.id()))
                .filter(_ -> ofThis);
        if (content.isPresent()) {
          content(tx, row, from, content.get(), acceptedAt, waited);
        } else {
          waited.ifPresent(this::drop);
        }
      }
      case Decrypted.Duplicate _ -> waited.ifPresent(this::drop);
      case Decrypted.NoSession _, Decrypted.UnknownDevice _, Decrypted.IdentityChanged _ -> {
        if (waited.isEmpty()) {
          long stands = undecryptable(tx, row, from, acceptedAt);
          wait(row.id(), from, distribution, envelope, acceptedAt, stands);
          retries.askForGroup(tx, from, ciphertext, acceptedAt);
        }
      }
      case Decrypted.Undecryptable(var reason) -> {
        if (reason != Decrypted.Reason.FROM_SELF && waited.isEmpty()) {
          undecryptable(tx, row, from, acceptedAt);
        }
        if (reason.healable()) {
          retries.askForGroup(tx, from, ciphertext, acceptedAt);
        }
      }
    }
  }

  private void drop(GroupWaiting.Entry waited) {
    core.store().messages().dropUndecryptable(waited.message());
  }

  /// A row that stands for a message that cannot be read yet; 0 for one of an own device.
  private long undecryptable(Transaction tx, GroupRow row, DeviceAddress from, long acceptedAt) {
    if (from.account().equals(core.self().id())) {
      return 0;
    }
    Optional<Long> added =
        core.store()
            .messages()
            .addIncoming(
                row.contact(),
                new Messages.Incoming(
                    core.newMessageId(),
                    MessageView.Kind.UNDECRYPTABLE,
                    "",
                    0,
                    acceptedAt,
                    acceptedAt,
                    from.device().number(),
                    Optional.of(from.account())));
    added.ifPresent(r -> announce(tx, Events.Kind.UNDECRYPTABLE, r));
    return added.orElse(0L);
  }

  private void announce(Transaction tx, Events.Kind kind, long row) {
    core.store().events().addMessage(kind, row, "", core.clock().millis());
    tx.afterCommit(core.events()::stored);
  }

  /// What came over a session and belongs to a group.
  void overSession(Transaction tx, DeviceAddress from, Content content, long acceptedAt) {
    if (!Groups.valid(content.getGroup())) {
      return;
    }
    GroupId group = new GroupId(content.getGroup().getGroupId().toByteArray());
    switch (content.getBodyCase()) {
      case SENDER_KEY_DISTRIBUTION -> key(tx, group, from, content);
      case GROUP_INVITATION ->
          invited(tx, group, from, content, content.getGroupInvitation().getGroupKey());
      case MESSAGE -> {
        // Asked for once more: the first that waits of this device is taken to be it.
        if (ready(tx, group, from, acceptedAt)) {
          Optional<GroupWaiting.Entry> waited = core.store().groupWaiting().first(group, from);
          waited.ifPresent(entry -> core.store().groupWaiting().remove(entry.id()));
          content(tx, groups.row(group).orElseThrow(), from, content, acceptedAt, waited);
        }
      }
      default -> {
        // Nothing else is for one member alone.
      }
    }
  }

  private void key(Transaction tx, GroupId group, DeviceAddress from, Content content) {
    if (core.store().senderKeys().isFull(from)) {
      return;
    }
    byte[] message = content.getSenderKeyDistribution().toByteArray();
    Optional<UUID> learned = core.self().groupCrypto().learn(from, message);
    if (learned.isEmpty()) {
      return;
    }
    core.store().senderKeys().bind(from, learned.get(), group);
    Optional<GroupRow> known = groups.row(group);
    if (known.isEmpty()) {
      // Who made this account a member may not have reached it.
      invited(tx, group, from, content, content.getGroupKey());
    }
    known.ifPresent(row ->
        groups
            .past(group)
            .ifPresent(past -> {
              if (groups.consistent(
                      tx, row, past.chain(), from.account(), Groups.anchor(content.getGroup()))
                  && goesOn(content, past)) {
                tx.afterCommit(() -> sync.wake(group));
              }
              settle(tx, row, core.store().groupWaiting().of(from, learned.get()), false);
            }));
  }

  private static boolean goesOn(Content content, GroupPast past) {
    return Integer.toUnsignedLong(content.getGroup().getRevision()) > past.chain().revision();
  }

  /// Somebody says that this account is a member: the chain shows whether that is so.
  private void invited(
      Transaction tx, GroupId group, DeviceAddress from, Content content, ByteString bytes) {
    if (bytes.size() != GroupKey.LENGTH) {
      return;
    }
    GroupKey key = GroupKey.of(bytes.toByteArray());
    GroupRow.Anchor anchor = Groups.anchor(content.getGroup());
    Optional<GroupRow> row = groups.row(group);
    Optional<GroupPast> past = groups.past(group);
    boolean trusted =
        from.account().equals(core.self().id())
            || core.store().contacts().find(from.account()).map(ContactRow::accepted).orElse(false);
    if (row.isEmpty()) {
      long contact = core.store().contacts().addForGroup(core.clock().millis());
      core.store().groups().add(contact, group, key, Optional.of(anchor));
      if (trusted) {
        core.store().contacts().accept(contact);
      }
    } else if (past.isEmpty()) {
      core.store().groups().reinvited(group, key, anchor);
    } else if (GroupText.open(row.get().key(), past.get().chain().attributes()).isEmpty()
        && GroupText.open(key, past.get().chain().attributes()).isPresent()) {
      core.store().groups().setKey(group, key);
      groups.named(group, key, past.get().chain());
    }
    fetch(tx, group);
  }

  /// A group has been fetched: what waited for it has an outcome, or waits for a key.
  void settled(GroupId group) {
    core.lane()
        .call(tx -> {
          Optional<GroupRow> row = groups.row(group);
          Optional<GroupPast> past = groups.past(group);
          if (row.isPresent() && past.isPresent()) {
            settle(tx, row.get(), core.store().groupWaiting().of(group), true);
          }
          return true;
        });
  }

  /// @param fetched whether what is known of the group is all that the server gives
  private void settle(
      Transaction tx, GroupRow row, List<GroupWaiting.Entry> waiting, boolean fetched) {
    GroupPast past = groups.past(row.id()).orElseThrow();
    for (GroupWaiting.Entry entry : waiting) {
      boolean member = mayHaveSent(past, entry.from().account(), entry.acceptedAt());
      Optional<Envelope> envelope = parse(entry.envelope());
      Optional<UUID> distribution =
          envelope.flatMap(e -> GroupCrypto.distributionOf(e.getCiphertext().toByteArray()));
      boolean keyed =
          distribution
              .flatMap(id -> core.store().senderKeys().senderKey(entry.from(), id))
              .isPresent();
      if (!entry.group().equals(row.id()) || (!member && !fetched)) {
        continue;
      }
      if (member && !keyed) {
        standFor(tx, row, entry, envelope.orElseThrow());
        continue;
      }
      core.store().groupWaiting().remove(entry.id());
      if (member) {
        var _ =
            tx.attempt(() ->
                decrypt(
                    tx,
                    row,
                    entry.from(),
                    envelope.orElseThrow(),
                    entry.acceptedAt(),
                    Optional.of(entry)));
      } else {
        drop(entry);
      }
    }
    tx.afterCommit(core.progress()::raise);
  }

  /// The group is known by now, the key is not: the message is asked for.
  private void standFor(Transaction tx, GroupRow row, GroupWaiting.Entry entry, Envelope envelope) {
    if (entry.message() == 0 && !entry.from().account().equals(core.self().id())) {
      long stands = undecryptable(tx, row, entry.from(), entry.acceptedAt());
      core.store().groupWaiting().standsFor(entry.id(), stands);
      retries.askForGroup(
          tx, entry.from(), envelope.getCiphertext().toByteArray(), entry.acceptedAt());
    }
  }

  private static Optional<Envelope> parse(byte[] bytes) {
    try {
      return Optional.of(Envelope.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  private void content(
      Transaction tx,
      GroupRow row,
      DeviceAddress from,
      Content content,
      long acceptedAt,
      Optional<GroupWaiting.Entry> waited) {
    GroupPast past = groups.past(row.id()).orElseThrow();
    boolean consistent =
        groups.consistent(tx, row, past.chain(), from.account(), Groups.anchor(content.getGroup()));
    if (goesOn(content, past)) {
      tx.afterCommit(() -> sync.wake(row.id()));
    }
    // Who may write is judged by the chain that the sender knew, where that is the one known here.
    boolean writes =
        past.departure(from.account()).isPresent()
            || Integer.toUnsignedLong(content.getGroup().getRevision()) != past.chain().revision()
            || past.chain().maySend(from.account());
    if (!consistent || !writes) {
      waited.ifPresent(this::drop);
      return;
    }
    if (from.account().equals(core.self().id())) {
      copy(tx, row, content);
      return;
    }
    hint(tx, from, content);
    store(tx, row, from, content, acceptedAt, waited);
  }

  private void hint(Transaction tx, DeviceAddress from, Content content) {
    ContactRow sender = core.store().contacts().findOrAdd(from.account(), core.clock().millis());
    if (sender.username().isEmpty()
        && sotto.client.Username.valid(content.getUsernameHint())
        && !sender.hint().equals(Optional.of(content.getUsernameHint()))) {
      core.store().contacts().setHint(sender.id(), Optional.of(content.getUsernameHint()));
      tx.afterCommit(names::wake);
    }
  }

  private void store(
      Transaction tx,
      GroupRow row,
      DeviceAddress from,
      Content content,
      long acceptedAt,
      Optional<GroupWaiting.Entry> waited) {
    Store store = core.store();
    MessageId id = MessageId.of(content.getMessageId().toByteArray());
    if (store.messages().outgoing(row.contact(), id).isPresent()) {
      // Only a hostile member's has the id of an own one.
      waited.ifPresent(this::drop);
      return;
    }
    if (store.dedupe().record(from.account(), id, core.clock().millis())) {
      Message message = content.getMessage();
      Messages.Incoming incoming =
          new Messages.Incoming(
              id,
              content.hasMessage() ? MessageView.Kind.MESSAGE : MessageView.Kind.UNSUPPORTED,
              message.getText(),
              message.getAttachmentsCount(),
              Math.min(content.getSentAtMs(), acceptedAt + FUTURE_MILLIS),
              acceptedAt,
              from.device().number(),
              Optional.of(from.account()));
      place(row, incoming, waited)
          .ifPresent(r -> {
            attach(r, message);
            store.syncRows().came(r, from.account(), id);
            announce(tx, Events.Kind.RECEIVED, r);
            autoSaver.received(tx, r);
          });
    } else {
      waited.ifPresent(this::drop);
    }
    store
        .outgoing()
        .addReceipts(
            row.contact(),
            from.account(),
            Kind.DELIVERED,
            List.of(id),
            core.randomBytes(16),
            outbox.receiptDue());
    tx.afterCommit(() -> outbox.wakeForReceipts(from.account()));
  }

  /// In the place of the row that stood for it, or as a new one.
  private Optional<Long> place(
      GroupRow row, Messages.Incoming incoming, Optional<GroupWaiting.Entry> waited) {
    Optional<Long> stood = waited.map(GroupWaiting.Entry::message).filter(message -> message != 0);
    if (stood.isPresent() && core.store().messages().healInPlace(stood.get(), incoming)) {
      return stood;
    }
    stood.ifPresent(core.store().messages()::dropUndecryptable);
    return core.store().messages().addIncoming(row.contact(), incoming);
  }

  private void attach(long row, Message message) {
    for (int place = 0; place < message.getAttachmentsCount(); place++) {
      AttachmentFormat.read(row, place, message.getAttachments(place))
          .ifPresent(core.store().attached()::add);
    }
  }

  /// What another own device has written.
  private void copy(Transaction tx, GroupRow row, Content content) {
    Store store = core.store();
    MessageId id = MessageId.of(content.getMessageId().toByteArray());
    if (!content.hasMessage()
        || !store.dedupe().record(core.self().id(), id, core.clock().millis())
        || store.messages().outgoing(row.contact(), id).isPresent()) {
      return;
    }
    store.contacts().accept(row.contact());
    Message message = content.getMessage();
    long sent =
        store
            .messages()
            .addOutgoing(
                row.contact(),
                id,
                message.getText(),
                message.getAttachmentsCount(),
                content.getSentAtMs(),
                Status.SENT);
    attach(sent, message);
    GroupPast past = groups.past(row.id()).orElseThrow();
    store.groupReceipts().sent(sent, past.chain().revision(), past.chain().members().size() - 1);
    store.events().addMessage(Events.Kind.STATUS, sent, Status.SENT.name(), core.clock().millis());
    tx.afterCommit(core.events()::stored);
  }

  /// A member has an own message to a group, or has read it.
  ///
  /// @return false if no group has such a message
  boolean receipt(Transaction tx, AccountId from, MessageId id, Status status) {
    Optional<Messages.State> message = core.store().messages().outgoingToGroup(id);
    if (message.isEmpty()) {
      return false;
    }
    boolean member =
        core.store()
            .groups()
            .of(message.get().contact())
            .flatMap(row -> groups.past(row.id()))
            .map(past -> past.chain().member(from).isPresent() || past.departure(from).isPresent())
            .orElse(false);
    if (member) {
      core.store().groupReceipts().add(message.get().id(), from, status, core.clock().millis());
      if (message.get().status().reached(Status.SENT)) {
        core.store()
            .groupReceipts()
            .of(message.get().id())
            .flatMap(counts -> counts.all())
            .ifPresent(all -> core.advance(tx, message.get().id(), all));
      }
    }
    return true;
  }
}
