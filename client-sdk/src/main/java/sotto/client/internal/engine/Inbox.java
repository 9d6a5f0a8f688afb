package sotto.client.internal.engine;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chat.v1.Ack;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.Deliver;
import sotto.chat.v1.Delivery;
import sotto.chat.v1.Envelope;
import sotto.client.SottoException;
import sotto.client.internal.net.ChatStream;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.Waiting;
import sotto.content.v1.Content;
import sotto.crypto.Decrypted;
import sotto.crypto.Padding;
import sotto.crypto.Sealed;
import sotto.group.GroupId;
import sotto.proto.MessageSpans;

/// Receives: decrypts and commits content, ratchet, dedupe records and the receipt's outbox row in
/// one transaction, and acks then.
///
/// Every envelope that came has an outcome and is acked, whatever it is, so that nothing forged
/// stops a device. Only when the store cannot commit nothing is acked.
final class Inbox {
  private static final int MAX_ACK = 1024;
  private static final int AT_ONCE = 256;
  private static final long FETCH_AGAIN_MILLIS = 1000;
  private static final long LONGEST_FETCH_MILLIS = 60_000;

  private final Core core;
  private final ChainSync chains;
  private final Reception reception;
  private final Retries retries;
  private final GroupReception groups;
  private final Wrapper wrapper;

  Inbox(
      Core core,
      ChainSync chains,
      Reception reception,
      Retries retries,
      GroupReception groups,
      Wrapper wrapper) {
    this.wrapper = wrapper;
    this.groups = groups;
    this.core = core;
    this.chains = chains;
    this.reception = reception;
    this.retries = retries;
  }

  /// Takes what was delivered. Network thread.
  ///
  /// @param failed runs if it could not be committed
  void delivered(ChatStream stream, Deliver deliver, Runnable failed) {
    var spans = new MessageSpans(core.tracer(), "message receive", SpanKind.CONSUMER);
    for (Delivery delivery : deliver.getDeliveriesList()) {
      var _ = spans.begin(delivery.getPosition(), delivery.getTraceparent());
    }
    var _ =
        core.lane()
            .submit(tx -> take(tx, stream, deliver))
            .whenComplete((_, failure) -> {
              deliver
                  .getDeliveriesList()
                  .forEach(delivery -> spans.end(delivery.getPosition(), failure == null));
              if (failure != null) {
                failed.run();
              }
            });
  }

  private boolean take(Transaction tx, ChatStream stream, Deliver deliver) {
    List<Long> positions = new ArrayList<>(deliver.getDeliveriesCount());
    for (Delivery delivery : deliver.getDeliveriesList()) {
      // A fault of this program must not freeze the device either: then the envelope is lost,
      // alone.
      var _ = tx.attempt(() -> take(tx, delivery));
      positions.add(delivery.getPosition());
    }
    CrashPoint.AFTER_DECRYPT.reached();
    tx.afterCommit(() -> {
      CrashPoint.AFTER_COMMIT.reached();
      ack(stream, positions);
      stream.handled();
    });
    return true;
  }

  private static void ack(ChatStream stream, List<Long> positions) {
    for (int from = 0; from < positions.size(); from += MAX_ACK) {
      List<Long> some = positions.subList(from, Math.min(positions.size(), from + MAX_ACK));
      stream.send(ClientFrame.newBuilder().setAck(Ack.newBuilder().addAllPositions(some)).build());
    }
  }

  private void take(Transaction tx, Delivery delivery) {
    Optional<Came> came = opened(delivery.getEnvelope().toByteArray(), delivery.getAcceptedAtMs());
    if (came.isEmpty()) {
      return;
    }
    Envelope envelope = came.get().envelope();
    byte[] ciphertext = envelope.getCiphertext().toByteArray();
    if (envelope.getType() == CiphertextType.CIPHERTEXT_TYPE_GROUP_CHANGED) {
      GroupId group = new GroupId(envelope.getGroupId().toByteArray());
      groups.changed(tx, group, ciphertext, delivery.getAcceptedAtMs());
      return;
    }
    DeviceAddress from = sender(envelope);
    if (core.store().dedupe().seen(from, ciphertext)) {
      return;
    }
    if (!believed(from, delivery.getAcceptedAtMs()) || core.store().waiting().any(from.account())) {
      core.store()
          .waiting()
          .add(
              from.account(),
              delivery.getEnvelope().toByteArray(),
              delivery.getAcceptedAtMs(),
              core.clock().millis());
      tx.afterCommit(() -> fetchChain(from.account()));
      return;
    }
    decrypt(tx, from, came.get(), delivery.getAcceptedAtMs());
  }

  /// What came.
  ///
  /// @param envelope as it came, or what was inside the wrapper of a sealed one
  /// @param certifiedKey the identity key that the server gave the sender of a sealed one
  private record Came(Envelope envelope, Optional<Bytes> certifiedKey) {}

  private Optional<Came> opened(byte[] bytes, long acceptedAt) {
    Optional<Envelope> envelope = parse(bytes);
    boolean sealed =
        envelope.map(e -> e.getType() == CiphertextType.CIPHERTEXT_TYPE_SEALED).orElse(false);
    return sealed
        ? envelope
            .flatMap(e -> wrapper.unwrap(e, acceptedAt))
            .map(inside -> new Came(inside.envelope(), Optional.of(inside.certifiedKey())))
        : envelope.map(e -> new Came(e, Optional.empty()));
  }

  /// The envelope, if it is one that this version can read at all.
  private static Optional<Envelope> parse(byte[] bytes) {
    try {
      Envelope envelope = Envelope.parseFrom(bytes);
      boolean named =
          envelope.getSenderAccountId().size() == AccountId.LENGTH
              && DeviceId.valid(envelope.getSenderDevice());
      boolean readable =
          !envelope.getCiphertext().isEmpty()
              && switch (envelope.getType()) {
                case CIPHERTEXT_TYPE_RATCHET, CIPHERTEXT_TYPE_PRE_KEY -> named;
                case CIPHERTEXT_TYPE_SEALED ->
                    envelope.getSenderAccountId().isEmpty() && envelope.getSenderDevice() == 0;
                case CIPHERTEXT_TYPE_SENDER_KEY, CIPHERTEXT_TYPE_GROUP_CHANGED ->
                    named && envelope.getGroupId().size() == GroupId.LENGTH;
                default -> false;
              };
      return readable ? Optional.of(envelope) : Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  private static DeviceAddress sender(Envelope envelope) {
    return new DeviceAddress(
        new AccountId(envelope.getSenderAccountId().toByteArray()),
        new DeviceId(envelope.getSenderDevice()));
  }

  private static int type(Envelope envelope) {
    return envelope.getType() == CiphertextType.CIPHERTEXT_TYPE_PRE_KEY
        ? Sealed.Ciphertext.PRE_KEY
        : Sealed.Ciphertext.RATCHET;
  }

  private Decrypted open(DeviceAddress from, Envelope envelope) {
    return core.self()
        .crypto()
        .decrypt(from, type(envelope), envelope.getCiphertext().toByteArray());
  }

  private Decrypted open(DeviceAddress from, Envelope envelope, long acceptedAt) {
    return formerKey(from, acceptedAt)
        .map(key ->
            core.self()
                .crypto()
                .decryptOfRemoved(
                    from, key, type(envelope), envelope.getCiphertext().toByteArray()))
        .orElseGet(() -> open(from, envelope));
  }

  private boolean isListed(DeviceAddress from) {
    return core.store().sessions().identityOf(from).isPresent();
  }

  private boolean believed(DeviceAddress from, long acceptedAt) {
    return isListed(from) || formerKey(from, acceptedAt).isPresent();
  }

  /// The key of a device that has left its account since the message was accepted.
  private Optional<byte[]> formerKey(DeviceAddress from, long acceptedAt) {
    return core.store()
        .chains()
        .of(from.account())
        .flatMap(chain -> chain.former(from.device()))
        .filter(former -> core.stillArrives(former.removedAtMillis(), acceptedAt))
        .map(former -> former.entry().identityKey().toArray());
  }

  /// Whether a server has certified another key for a device than its account's chain has.
  private boolean isLie(DeviceAddress from, Came came, long acceptedAt) {
    Optional<Bytes> listed =
        core.store()
            .sessions()
            .identityOf(from)
            .or(() -> formerKey(from, acceptedAt))
            .map(Bytes::of);
    return came.certifiedKey().isPresent() && !came.certifiedKey().equals(listed);
  }

  private void decrypt(Transaction tx, DeviceAddress from, Came came, long acceptedAt) {
    if (isLie(from, came, acceptedAt)) {
      // The user is to see that something is wrong; what is inside proves nothing.
      reception.undecryptable(tx, from, acceptedAt);
      return;
    }
    Envelope envelope = came.envelope();
    byte[] ciphertext = envelope.getCiphertext().toByteArray();
    if (envelope.getType() == CiphertextType.CIPHERTEXT_TYPE_SENDER_KEY) {
      core.store().dedupe().record(from, ciphertext, core.clock().millis());
      groups.message(tx, from, envelope, acceptedAt);
      return;
    }
    Decrypted decrypted = open(from, envelope, acceptedAt);
    core.store().dedupe().record(from, ciphertext, core.clock().millis());
    switch (decrypted) {
      case Decrypted.Plaintext(byte[] padded) ->
          Padding.unpad(padded)
              .flatMap(content -> Contents.check(content, core.self().id()))
              .ifPresent(content -> {
                heads(tx, from, content);
                reception.received(tx, from, content, acceptedAt);
                if (came.certifiedKey().isPresent()) {
                  // It was let in with the own access key.
                  core.store().contacts().hasKey(from.account());
                }
              });
      case Decrypted.Duplicate _ -> {}
      case Decrypted.UnknownDevice _, Decrypted.NoSession _, Decrypted.IdentityChanged _ -> {
        reception.undecryptable(tx, from, acceptedAt);
        ask(tx, from, ciphertext, acceptedAt);
      }
      case Decrypted.Undecryptable(Decrypted.Reason reason) -> {
        if (reason != Decrypted.Reason.FROM_SELF) {
          reception.undecryptable(tx, from, acceptedAt);
        }
        if (reason.healable()) {
          ask(tx, from, ciphertext, acceptedAt);
        }
      }
    }
  }

  /// A device that was removed can send nothing again.
  private void ask(Transaction tx, DeviceAddress from, byte[] ciphertext, long acceptedAt) {
    if (isListed(from)) {
      retries.ask(tx, from, ciphertext, acceptedAt);
    }
  }

  /// What the sender says about chains: newer ones are fetched, contradictions stop the
  /// conversation.
  private void heads(Transaction tx, DeviceAddress from, Content content) {
    if (content.hasSenderChain()) {
      Optional<AccountChain> chain = core.store().chains().of(from.account());
      if (chain.isPresent() && !Contents.consistent(content.getSenderChain(), chain.get())) {
        chains.contradiction(tx, from.account());
      } else if (chain.isPresent()
          && Integer.toUnsignedLong(content.getSenderChain().getSequence())
              > chain.get().sequence()) {
        tx.afterCommit(() -> fetchChain(from.account()));
      }
    }
    if (content.hasRecipientChain()) {
      Optional<AccountChain> own = core.store().chains().of(core.self().id());
      if (own.isPresent() && !Contents.consistent(content.getRecipientChain(), own.get())) {
        chains.contradiction(tx, from.account());
      } else if (own.isPresent()
          && Integer.toUnsignedLong(content.getRecipientChain().getSequence())
              > own.get().sequence()) {
        tx.afterCommit(() -> fetchChain(core.self().id()));
      }
    }
  }

  /// Takes an ephemeral envelope: what cannot be read is forgotten.
  void ephemeral(byte[] bytes) {
    Optional<Envelope> envelope =
        parse(bytes).filter(e -> e.getType() != CiphertextType.CIPHERTEXT_TYPE_SEALED);
    if (envelope.isEmpty()) {
      return;
    }
    var _ =
        core.lane()
            .submit(tx -> {
              DeviceAddress from = sender(envelope.get());
              if (envelope.get().getGroupId().isEmpty()
                  && isListed(from)
                  && open(from, envelope.get()) instanceof Decrypted.Plaintext(byte[] padded)) {
                Padding.unpad(padded)
                    .flatMap(content -> Contents.check(content, core.self().id()))
                    .ifPresent(content -> reception.ephemeral(tx, from, content));
              }
              return true;
            });
  }

  /// Fetches the chains that envelopes wait for. Blocks; not on the lane.
  void fetchAwaitedChains(ServerCalls calls) {
    core.lane()
        .call(_ -> core.store().waiting().accounts())
        .forEach(account -> fetchChain(calls, account));
  }

  private void fetchChain(AccountId account) {
    core.session()
        .ifPresent(session ->
            core.fetching(
                account, () -> fetchOrLater(session.calls(), account), () -> fetchAgain(account)));
  }

  /// A server that does not answer now may do so soon: what waits is not left to the next
  /// connection.
  private void fetchOrLater(ServerCalls calls, AccountId account) {
    try {
      fetchChain(calls, account);
    } catch (SottoException e) {
      long asked = e.retryAfter().map(Duration::toMillis).orElse(0L);
      core.timers()
          .after(
              Math.clamp(asked, FETCH_AGAIN_MILLIS, LONGEST_FETCH_MILLIS),
              () -> core.inBackground("chain", () -> fetchAgain(account)));
      throw e;
    }
  }

  /// Envelopes that came while a chain was fetched wait for another fetch.
  private void fetchAgain(AccountId account) {
    if (core.lane().call(_ -> core.store().waiting().any(account))) {
      fetchChain(account);
    }
  }

  private void fetchChain(ServerCalls calls, AccountId account) {
    ChainSync.Refreshed refreshed = chains.refresh(calls, account);
    boolean known = refreshed instanceof ChainSync.Known;
    while (core.lane().call(tx -> settle(tx, account, known))) {
      // The lane is others' too between two parts.
    }
  }

  /// Settles some of what waits for an account.
  ///
  /// @return whether there may be more
  private boolean settle(Transaction tx, AccountId account, boolean known) {
    List<Waiting.Entry> some = core.store().waiting().of(account, AT_ONCE);
    for (Waiting.Entry entry : some) {
      core.store().waiting().remove(entry.id());
      if (known) {
        var _ = tx.attempt(() -> late(tx, entry));
      }
    }
    tx.afterCommit(core.progress()::raise);
    return some.size() == AT_ONCE;
  }

  /// An envelope that waited; one from a device that the chain does not name either is dropped.
  private void late(Transaction tx, Waiting.Entry entry) {
    Optional<Came> came = opened(entry.envelope(), entry.acceptedAt());
    if (came.isEmpty()) {
      return;
    }
    DeviceAddress from = sender(came.get().envelope());
    byte[] ciphertext = came.get().envelope().getCiphertext().toByteArray();
    if (believed(from, entry.acceptedAt()) && !core.store().dedupe().seen(from, ciphertext)) {
      decrypt(tx, from, came.get(), entry.acceptedAt());
    }
  }
}
