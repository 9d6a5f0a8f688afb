package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sotto.chain.DeviceAddress;
import sotto.client.Event;
import sotto.client.MessageId;
import sotto.client.MessageView;
import sotto.client.Status;
import sotto.client.Username;
import sotto.client.internal.files.AttachmentFormat;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Events;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.Messages;
import sotto.client.internal.store.OutboxRow.Kind;
import sotto.client.internal.store.Store;
import sotto.content.v1.Content;
import sotto.content.v1.Message;
import sotto.content.v1.Receipt;

/// What a checked content does to the store. For the lane only.
final class Reception {
  private static final long FUTURE_MILLIS = Duration.ofMinutes(5).toMillis();

  private final Core core;
  private final Outbox outbox;
  private final Retries retries;
  private final Names names;
  private final AutoSaver autoSaver;
  private final OwnDevices ownDevices;
  private final PeerProfiles profiles;
  private final GroupReception groups;

  Reception(
      Core core,
      Outbox outbox,
      Retries retries,
      Names names,
      AutoSaver autoSaver,
      OwnDevices ownDevices,
      PeerProfiles profiles,
      GroupReception groups) {
    this.groups = groups;
    this.ownDevices = ownDevices;
    this.profiles = profiles;
    this.core = core;
    this.outbox = outbox;
    this.retries = retries;
    this.names = names;
    this.autoSaver = autoSaver;
  }

  /// Takes a content that came through the mailbox.
  void received(Transaction tx, DeviceAddress from, Content content, long acceptedAt) {
    if (content.hasGroup()) {
      groups.overSession(tx, from, content, acceptedAt);
      return;
    }
    if (from.account().equals(core.self().id())) {
      own(tx, from, content);
      return;
    }
    if (content.getBodyCase() != Content.BodyCase.RECEIPT && blocked(from)) {
      return;
    }
    switch (content.getBodyCase()) {
      case MESSAGE -> message(tx, from, content, content.getMessage(), acceptedAt);
      case RECEIPT -> receipt(tx, from, content);
      case RETRY_REQUEST -> retries.answer(tx, from, content.getRetryRequest());
      case BODY_NOT_SET -> unsupported(tx, from, content, acceptedAt);
      case SESSION_PING -> ping(tx, from, content);
      case TYPING, SYNC, SENDER_KEY_DISTRIBUTION, GROUP_INVITATION -> {}
    }
  }

  /// Nothing to show: a contact tells of another profile key.
  private void ping(Transaction tx, DeviceAddress from, Content content) {
    core.store()
        .contacts()
        .find(from.account())
        .ifPresent(contact -> profiles.learned(tx, contact, from.account(), content));
  }

  /// What a blocked contact sends is dropped, unless it tells what became of own messages.
  private boolean blocked(DeviceAddress from) {
    return core.store().contacts().find(from.account()).map(ContactRow::blocked).orElse(false);
  }

  private void own(Transaction tx, DeviceAddress from, Content content) {
    switch (content.getBodyCase()) {
      case SYNC -> ownDevices.received(tx, from, content.getSync());
      case RETRY_REQUEST -> retries.answer(tx, from, content.getRetryRequest());
      case MESSAGE,
          RECEIPT,
          TYPING,
          SESSION_PING,
          SENDER_KEY_DISTRIBUTION,
          GROUP_INVITATION,
          BODY_NOT_SET -> {}
    }
  }

  private void message(
      Transaction tx, DeviceAddress from, Content content, Message message, long acceptedAt) {
    Store store = core.store();
    MessageId id = MessageId.of(content.getMessageId().toByteArray());
    ContactRow contact = contact(tx, from, content);
    if (echoes(contact, id)) {
      return;
    }
    long sentAt = Math.min(content.getSentAtMs(), acceptedAt + FUTURE_MILLIS);
    if (store.dedupe().record(from.account(), id, core.clock().millis())) {
      store.messages().healed(contact.id(), from.device().number(), sentAt);
      Optional<Long> row =
          add(contact, from, id, MessageView.Kind.MESSAGE, message, new Times(sentAt, acceptedAt));
      row.ifPresent(r -> {
        store.syncRows().came(r, from.account(), id);
        announce(tx, Events.Kind.RECEIVED, r);
        autoSaver.received(tx, r);
      });
    }
    // A repeated message is confirmed again: its sender may have lost the first receipt.
    store
        .outgoing()
        .addReceipts(
            contact.id(),
            from.account(),
            Kind.DELIVERED,
            List.of(id),
            core.randomBytes(16),
            outbox.receiptDue());
    tx.afterCommit(() -> outbox.wakeForReceipts(from.account()));
  }

  /// Whether a message has the id of an own one of the same conversation. Only a hostile sender's
  /// has: two at one place of the history, of which a page could show one.
  private boolean echoes(ContactRow contact, MessageId id) {
    return core.store().messages().outgoing(contact.id(), id).isPresent();
  }

  private record Times(long sentAt, long acceptedAt) {}

  private Optional<Long> add(
      ContactRow contact,
      DeviceAddress from,
      MessageId id,
      MessageView.Kind kind,
      Message message,
      Times times) {
    Optional<Long> row =
        core.store()
            .messages()
            .addIncoming(
                contact.id(),
                new Messages.Incoming(
                    id,
                    kind,
                    message.getText(),
                    message.getAttachmentsCount(),
                    times.sentAt(),
                    times.acceptedAt(),
                    from.device().number()));
    row.ifPresent(r -> {
      for (int place = 0; place < message.getAttachmentsCount(); place++) {
        AttachmentFormat.read(r, place, message.getAttachments(place))
            .ifPresent(core.store().attached()::add);
      }
    });
    return row;
  }

  private void announce(Transaction tx, Events.Kind kind, long row) {
    core.store().events().addMessage(kind, row, "", core.clock().millis());
    tx.afterCommit(core.events()::stored);
  }

  private void unsupported(Transaction tx, DeviceAddress from, Content content, long acceptedAt) {
    MessageId id = MessageId.of(content.getMessageId().toByteArray());
    ContactRow contact = contact(tx, from, content);
    if (!echoes(contact, id)
        && core.store().dedupe().record(from.account(), id, core.clock().millis())) {
      long sentAt = Math.min(content.getSentAtMs(), acceptedAt + FUTURE_MILLIS);
      add(
              contact,
              from,
              id,
              MessageView.Kind.UNSUPPORTED,
              Message.getDefaultInstance(),
              new Times(sentAt, acceptedAt))
          .ifPresent(row -> announce(tx, Events.Kind.RECEIVED, row));
    }
  }

  /// Notes a message that could not be decrypted. Many in a row from one device are one row and one
  /// event.
  void undecryptable(Transaction tx, DeviceAddress from, long acceptedAt) {
    Store store = core.store();
    if (from.account().equals(core.self().id())) {
      // Nothing that own devices tell each other stands in a conversation.
      return;
    }
    ContactRow contact = store.contacts().findOrAdd(from.account(), core.clock().millis());
    if (contact.blocked()) {
      return;
    }
    int device = from.device().number();
    Optional<Long> open = store.messages().newestIfUndecryptable(contact.id(), device);
    if (open.isPresent()) {
      store.messages().countAgain(open.get(), acceptedAt);
      return;
    }
    store
        .messages()
        .addIncoming(
            contact.id(),
            new Messages.Incoming(
                core.newMessageId(),
                MessageView.Kind.UNDECRYPTABLE,
                "",
                0,
                acceptedAt,
                acceptedAt,
                device))
        .ifPresent(row -> announce(tx, Events.Kind.UNDECRYPTABLE, row));
  }

  private void receipt(Transaction tx, DeviceAddress from, Content content) {
    Receipt receipt = content.getReceipt();
    Optional<Status> status =
        switch (receipt.getKind()) {
          case RECEIPT_KIND_DELIVERED -> Optional.of(Status.DELIVERED);
          case RECEIPT_KIND_READ -> Optional.of(Status.READ);
          case RECEIPT_KIND_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
        };
    Optional<ContactRow> contact = core.store().contacts().find(from.account());
    if (status.isEmpty()) {
      return;
    }
    if (contact.isEmpty()) {
      receipt.getMessageIdsList().stream()
          .map(id -> MessageId.of(id.toByteArray()))
          .forEach(id -> groups.receipt(tx, from.account(), id, status.get()));
      return;
    }
    if (!contact.get().blocked()) {
      profiles.learned(tx, contact.get(), from.account(), content);
    }
    for (ByteString id : receipt.getMessageIdsList()) {
      core.store()
          .messages()
          .outgoing(contact.get().id(), MessageId.of(id.toByteArray()))
          .ifPresentOrElse(
              message -> {
                // All messages carry the own key.
                core.store().contacts().hasKey(from.account());
                core.advance(tx, message.id(), status.get());
              },
              () -> ofOther(tx, contact.get(), from, MessageId.of(id.toByteArray()), status.get()));
    }
  }

  /// A receipt for a message to a group, or for one that is in the archive.
  private void ofOther(
      Transaction tx, ContactRow contact, DeviceAddress from, MessageId id, Status status) {
    if (!groups.receipt(tx, from.account(), id, status)) {
      core.store().segments().keepReceipt(contact.id(), id, status);
    }
  }

  /// The sender's contact, with what the content says about it.
  private ContactRow contact(Transaction tx, DeviceAddress from, Content content) {
    ContactRow contact = core.store().contacts().findOrAdd(from.account(), core.clock().millis());
    profiles.learned(tx, contact, from.account(), content);
    if (contact.username().isEmpty()
        && Username.valid(content.getUsernameHint())
        && !contact.hint().equals(Optional.of(content.getUsernameHint()))) {
      core.store().contacts().setHint(contact.id(), Optional.of(content.getUsernameHint()));
      tx.afterCommit(names::wake);
    }
    return contact;
  }

  /// Takes a content that was never stored: only what is worth nothing later.
  void ephemeral(Transaction tx, DeviceAddress from, Content content) {
    if (content.getBodyCase() == Content.BodyCase.TYPING && !blocked(from)) {
      boolean typing = content.getTyping().getTyping();
      tx.afterCommit(() ->
          core.live(
              from.account(), contact -> new Event.TypingChanged(Event.LIVE, contact, typing)));
    }
  }
}
