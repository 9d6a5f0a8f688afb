package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.Send;
import sotto.client.Failure;
import sotto.client.Username;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Messages;
import sotto.client.internal.store.OutboxRow;
import sotto.client.internal.store.OutboxRow.Kind;
import sotto.client.internal.store.ProfileRow;
import sotto.client.internal.store.Sha256;
import sotto.client.internal.store.Store;
import sotto.content.v1.Content;
import sotto.content.v1.Receipt;
import sotto.content.v1.ReceiptKind;
import sotto.content.v1.RetryRequest;
import sotto.content.v1.SentMessage;
import sotto.content.v1.SessionPing;
import sotto.content.v1.Sync;
import sotto.crypto.Padding;
import sotto.crypto.Sealed;

/// Turns an outbox row into the bytes that go to the server, once: what it made is in the store
/// when the transaction commits, and a retry sends the same. For the lane only.
final class Sealer {
  /// What came of it.
  sealed interface Sealing {}

  /// The frame, complete, without request and generation.
  record Ready(Send frame) implements Sealing {}

  /// The account's chain must be fetched first.
  record NeedsChain() implements Sealing {}

  /// Bundles must be fetched first.
  record NeedsSessions(List<DeviceId> devices) implements Sealing {}

  /// The message's files must be uploaded first.
  record NeedsUpload() implements Sealing {}

  /// It can never be sent; empty = there is nothing to send any more.
  record Impossible(Optional<Failure> failure) implements Sealing {}

  private static final long FUTURE_MILLIS = Duration.ofMinutes(5).toMillis();

  private final Core core;
  private final Groups groups;

  // The last time fixed in each conversation: a query for sent messages does not see those in
  // flight.
  private final Map<Long, Long> lastFixed = new HashMap<>();

  Sealer(Core core, Groups groups) {
    this.core = core;
    this.groups = groups;
  }

  /// Seals a row.
  ///
  /// @param withoutBundle devices for which there is no valid bundle
  Sealing seal(OutboxRow row, Set<DeviceId> withoutBundle) {
    Optional<Send> frame = row.frame().flatMap(Sealer::parse);
    if (row.complete() && frame.isPresent()) {
      return new Ready(frame.get());
    }
    Optional<AccountChain> chain = core.store().chains().of(row.account());
    if (chain.isEmpty()) {
      return new NeedsChain();
    }
    List<DeviceEntry> devices = recipients(row.account(), chain.get());
    if (chain.get().ended()) {
      return new Impossible(Optional.of(Failures.ACCOUNT_GONE));
    }
    if (devices.isEmpty()) {
      return new Impossible(Optional.empty());
    }
    Set<DeviceId> done = new HashSet<>();
    frame.ifPresent(f -> f.getDevicesList().forEach(d -> done.add(new DeviceId(d.getDevice()))));
    List<DeviceAddress> todo =
        devices.stream()
            .map(DeviceEntry::device)
            .filter(d -> !done.contains(d) && !withoutBundle.contains(d))
            .map(d -> new DeviceAddress(row.account(), d))
            .toList();
    if (todo.isEmpty() && done.isEmpty()) {
      return new Impossible(Optional.of(Failures.UNTRUSTED_KEYS));
    }
    if (waitsForFiles(row)) {
      return new NeedsUpload();
    }
    // With one device, encrypting itself tells whether there is a session, before it has changed
    // anything.
    List<DeviceId> strangers =
        todo.size() == 1
            ? List.of()
            : todo.stream()
                .filter(d -> !core.self().crypto().hasSession(d))
                .map(DeviceAddress::device)
                .toList();
    if (!strangers.isEmpty()) {
      return new NeedsSessions(strangers);
    }
    return encrypted(row, frame, chain.get(), todo, withoutBundle);
  }

  private List<DeviceEntry> recipients(AccountId account, AccountChain chain) {
    DeviceAddress self = core.self().address();
    return chain.devices().stream()
        .filter(d -> !new DeviceAddress(account, d.device()).equals(self))
        .toList();
  }

  private boolean waitsForFiles(OutboxRow row) {
    return row.kind() == Kind.MESSAGE && core.store().attached().waits(row.message());
  }

  private Sealing encrypted(
      OutboxRow row,
      Optional<Send> partial,
      AccountChain chain,
      List<DeviceAddress> todo,
      Set<DeviceId> withoutBundle) {
    Store store = core.store();
    Optional<Content> content = content(row, chain);
    if (content.isEmpty()) {
      return new Impossible(Optional.empty());
    }
    byte[] padded = Padding.pad(content.get().toByteArray());
    List<DeviceEnvelope> envelopes = new ArrayList<>();
    // A device that has left since goes no further, whatever the server's refusal left of it.
    partial.ifPresent(p ->
        p.getDevicesList().stream()
            .filter(d -> chain.device(new DeviceId(d.getDevice())).isPresent())
            .forEach(envelopes::add));
    long now = core.clock().millis();
    for (DeviceAddress device : todo) {
      switch (core.self().crypto().encrypt(device, padded)) {
        case Sealed.NoSession _ -> {
          if (todo.size() == 1) {
            return new NeedsSessions(List.of(device.device()));
          }
          throw new IllegalStateException("a session went while it was used");
        }
        case Sealed.Ciphertext c -> {
          envelopes.add(envelope(device, c));
          if (carriesMessage(row) || isMadeBeforehand(row)) {
            store.sendLog().add(Sha256.of(c.bytes()), messageId(content.get()), device, now);
          }
        }
      }
    }
    if (isMadeBeforehand(row)) {
      store.syncRows().sent(messageId(content.get()), row.message(), row.content(), now);
    }
    Send frame =
        Send.newBuilder()
            .setAccountId(ByteString.copyFrom(row.account().bytes()))
            .setEnvelopeId(ByteString.copyFrom(row.envelopeId()))
            .setChainSequence((int) chain.sequence())
            .addAllDevices(envelopes)
            .addAllWithoutBundle(
                withoutBundle.stream()
                    .filter(d -> chain.device(d).isPresent())
                    .map(DeviceId::number)
                    .toList())
            .build();
    store.outgoing().setFrame(row.id(), frame.toByteArray(), now);
    return new Ready(frame);
  }

  private static boolean isMadeBeforehand(OutboxRow row) {
    return row.kind() == Kind.SYNC || row.kind() == Kind.GROUP;
  }

  private static boolean carriesMessage(OutboxRow row) {
    return row.kind() == Kind.MESSAGE || row.kind() == Kind.RESEND;
  }

  private static sotto.client.MessageId messageId(Content content) {
    return sotto.client.MessageId.of(content.getMessageId().toByteArray());
  }

  static DeviceEnvelope envelope(DeviceAddress device, Sealed.Ciphertext c) {
    return DeviceEnvelope.newBuilder()
        .setDevice(device.device().number())
        .setRegistrationId(c.recipientRegistrationId())
        .setType(
            c.type() == Sealed.Ciphertext.PRE_KEY
                ? CiphertextType.CIPHERTEXT_TYPE_PRE_KEY
                : CiphertextType.CIPHERTEXT_TYPE_RATCHET)
        .setCiphertext(ByteString.copyFrom(c.bytes()))
        .build();
  }

  private Optional<Content> content(OutboxRow row, AccountChain chain) {
    Optional<ContactRow> contact = core.store().contacts().find(row.account());
    Content.Builder content = envelopeOf(chain, contact);
    return switch (row.kind()) {
      case MESSAGE, RESEND -> message(row, content);
      case DELIVERED -> Optional.of(receipt(row, content, ReceiptKind.RECEIPT_KIND_DELIVERED));
      case READ -> Optional.of(receipt(row, content, ReceiptKind.RECEIPT_KIND_READ));
      case SYNC -> sync(row, content);
      case RETRY_REQUEST -> retryRequest(row, content);
      case GROUP -> madeBeforehand(row, content);
      case KEY -> Optional.of(content.setSessionPing(SessionPing.getDefaultInstance()).build());
    };
  }

  private static Optional<Content> madeBeforehand(OutboxRow row, Content.Builder content) {
    try {
      return Optional.of(content.mergeFrom(row.content()).build());
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /// A content with all but its body.
  Content.Builder envelopeOf(AccountChain recipient, Optional<ContactRow> contact) {
    Identity self = core.self();
    Content.Builder content =
        Content.newBuilder()
            .setMessageId(ByteString.copyFrom(core.newMessageId().bytes()))
            .setSentAtMs(core.clock().millis())
            .setRecipientAccountId(ByteString.copyFrom(recipient.id().bytes()))
            .setRecipientChain(Contents.head(recipient))
            .setUsernameHint(self.account().username().value());
    core.store().chains().of(self.id()).map(Contents::head).ifPresent(content::setSenderChain);
    if (contact.map(ContactRow::accepted).orElse(false)) {
      content
          .setProfileKey(ByteString.copyFrom(self.profileKey().bytes()))
          .setProfileVersion(
              core.store().profiles().find(self.id()).map(ProfileRow::named).orElse(0));
    }
    return content;
  }

  private Optional<Content> message(OutboxRow row, Content.Builder content) {
    Optional<Messages.Body> body = core.store().messages().body(row.message());
    if (body.isEmpty()) {
      return Optional.empty();
    }
    Messages.Body m = body.get();
    core.store()
        .groups()
        .of(row.contact())
        .flatMap(group -> groups.past(group.id()))
        .ifPresent(past -> content.setGroup(Groups.anchor(past.chain())));
    boolean first = row.kind() == Kind.MESSAGE && row.firstAttemptAt().isEmpty();
    long sentAt = first ? fixTime(row.contact(), m) : m.sentAt();
    return Optional.of(
        content
            .setMessageId(ByteString.copyFrom(m.messageId().bytes()))
            .setSentAtMs(sentAt)
            .setMessage(
                Contents.message(
                    m.text(),
                    m.files() == 0 ? List.of() : core.store().attached().of(row.message())))
            .build());
  }

  /// Protocol R5: now, and after the messages of the conversation that went before; one far ahead
  /// of the clock does not count.
  long fixTime(long contact, Messages.Body message) {
    long now = core.clock().millis();
    long limit = now + FUTURE_MILLIS;
    long newest = core.store().messages().newestTime(contact, limit);
    long fixed = lastFixed.getOrDefault(contact, 0L);
    long sentAt = Math.max(now, Math.max(newest, fixed <= limit ? fixed : 0) + 1);
    lastFixed.put(contact, sentAt);
    core.store().messages().setSentAt(message.id(), sentAt);
    return sentAt;
  }

  private static Content receipt(OutboxRow row, Content.Builder content, ReceiptKind kind) {
    return content
        .setReceipt(Receipt.newBuilder().setKind(kind).addAllMessageIds(Contents.split(row.ids())))
        .build();
  }

  /// A copy of an own message is made from history, everything else was made beforehand.
  private Optional<Content> sync(OutboxRow row, Content.Builder content) {
    if (row.message() != 0) {
      return copy(row.message())
          .map(sent -> content.setSync(Sync.newBuilder().setSent(sent)).build());
    }
    try {
      return Optional.of(content.setSync(Sync.parseFrom(row.content())).build());
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  private Optional<SentMessage> copy(long message) {
    Optional<Messages.Body> body = core.store().messages().body(message);
    Optional<ContactRow> contact =
        core.store()
            .messages()
            .state(message)
            .flatMap(state -> core.store().contacts().find(state.contact()));
    Optional<AccountId> recipient = contact.flatMap(ContactRow::account);
    if (body.isEmpty() || recipient.isEmpty()) {
      return Optional.empty();
    }
    Messages.Body m = body.get();
    return Optional.of(
        SentMessage.newBuilder()
            .setRecipientAccountId(ByteString.copyFrom(recipient.get().bytes()))
            .setRecipientUsername(
                contact.flatMap(ContactRow::username).map(Username::value).orElse(""))
            .setContent(
                Content.newBuilder()
                    .setMessageId(ByteString.copyFrom(m.messageId().bytes()))
                    .setSentAtMs(m.sentAt())
                    .setMessage(
                        Contents.message(
                            m.text(),
                            m.files() == 0 ? List.of() : core.store().attached().of(message))))
            .build());
  }

  private static Optional<Content> retryRequest(OutboxRow row, Content.Builder content) {
    try {
      return Optional.of(content.setRetryRequest(RetryRequest.parseFrom(row.content())).build());
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  private static Optional<Send> parse(byte[] frame) {
    try {
      return Optional.of(Send.parseFrom(frame));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }
}
