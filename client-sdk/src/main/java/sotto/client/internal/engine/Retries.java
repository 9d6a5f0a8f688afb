package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import sotto.chain.DeviceAddress;
import sotto.client.MessageId;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.Messages;
import sotto.client.internal.store.OutboxRow.Kind;
import sotto.client.internal.store.Sha256;
import sotto.client.internal.store.SyncRows;
import sotto.content.v1.RetryRequest;
import sotto.group.GroupId;

/// Heals what could not be decrypted: asks for it once more over a new session, and answers such
/// requests from the send log (protocol R3). For the lane only.
///
/// A peer can make a device ask, so asking is bounded: one request for each envelope that came, as
/// many for each device and hour as a mailbox holds of one sender, and one new session. What is
/// asked beyond is not asked.
final class Retries {
  private static final int MAX_REQUESTS = 2_500;
  private static final long WINDOW_NANOS = Duration.ofHours(1).toNanos();
  private static final int MAX_DEVICES = 10_000;

  private record Asked(long since, int count) {}

  private final Core core;
  private final Outbox outbox;
  private final Groups groups;
  private final Map<DeviceAddress, Asked> asked = new HashMap<>();

  Retries(Core core, Outbox outbox, Groups groups) {
    this.core = core;
    this.outbox = outbox;
    this.groups = groups;
  }

  /// Asks for what a ciphertext carried, over a new session.
  void ask(Transaction tx, DeviceAddress from, byte[] ciphertext, long acceptedAt) {
    ask(tx, from, ciphertext, acceptedAt, true);
  }

  /// Asks for what a message to a group carried whose key is not known: with the session to its
  /// sender nothing is wrong.
  void askForGroup(Transaction tx, DeviceAddress from, byte[] ciphertext, long acceptedAt) {
    ask(tx, from, ciphertext, acceptedAt, false);
  }

  private void ask(
      Transaction tx, DeviceAddress from, byte[] ciphertext, long acceptedAt, boolean anew) {
    Asked before = asked.getOrDefault(from, new Asked(System.nanoTime(), 0));
    if (System.nanoTime() - before.since() > WINDOW_NANOS) {
      before = new Asked(System.nanoTime(), 0);
    }
    if (before.count() >= MAX_REQUESTS) {
      return;
    }
    if (asked.size() >= MAX_DEVICES) {
      asked.clear();
    }
    asked.put(from, new Asked(before.since(), before.count() + 1));
    if (anew && before.count() == 0) {
      core.self().crypto().archive(from);
    }
    long contact = 0;
    if (!from.account().equals(core.self().id())) {
      ContactRow row = core.store().contacts().findOrAdd(from.account(), core.clock().millis());
      if (row.blocked() && anew) {
        return;
      }
      contact = row.id();
    }
    RetryRequest request =
        RetryRequest.newBuilder()
            .setCiphertextSha256(ByteString.copyFrom(Sha256.of(ciphertext)))
            .setAcceptedAtMs(acceptedAt)
            .build();
    core.store()
        .outgoing()
        .add(
            contact,
            Optional.of(from.account()),
            Kind.RETRY_REQUEST,
            0,
            request.toByteArray(),
            core.randomBytes(16));
    tx.afterCommit(() -> outbox.wake(from.account()));
  }

  /// Answers a request: the message goes again, if this ciphertext went to that device and was not
  /// asked for before.
  void answer(Transaction tx, DeviceAddress from, RetryRequest request) {
    Optional<MessageId> message =
        core.store().sendLog().takeForResend(request.getCiphertextSha256().toByteArray(), from);
    if (from.account().equals(core.self().id())) {
      message.flatMap(core.store().syncRows()::sent).ifPresent(sent -> again(tx, from, sent));
      return;
    }
    if (message.isEmpty()) {
      ofGroup(tx, from, request);
      return;
    }
    Optional<SyncRows.Sent> made = message.flatMap(core.store().syncRows()::sent);
    if (made.isPresent()) {
      groupAgain(tx, from, made.get());
      return;
    }
    Optional<ContactRow> contact = core.store().contacts().find(from.account());
    if (contact.isEmpty()) {
      return;
    }
    core.store()
        .messages()
        .outgoing(contact.get().id(), message.get())
        .map(Messages.State::id)
        .ifPresent(row -> {
          core.store()
              .outgoing()
              .add(
                  contact.get().id(),
                  Optional.of(from.account()),
                  Kind.RESEND,
                  row,
                  new byte[0],
                  core.randomBytes(16));
          tx.afterCommit(() -> outbox.wake(from.account()));
        });
  }

  /// A message to a group goes again to the one who asks, if he is a member.
  private void ofGroup(Transaction tx, DeviceAddress from, RetryRequest request) {
    core.store()
        .groupOutgoing()
        .takeForResend(
            request.getCiphertextSha256().toByteArray(),
            from.account(),
            from.device().number(),
            core.clock().millis())
        .flatMap(core.store().messages()::state)
        .ifPresent(state ->
            core.store()
                .groups()
                .of(state.contact())
                .filter(row -> isMember(row.id(), from))
                .ifPresent(row -> {
                  core.store()
                      .outgoing()
                      .add(
                          row.contact(),
                          Optional.of(from.account()),
                          Kind.RESEND,
                          state.id(),
                          new byte[0],
                          core.randomBytes(16));
                  tx.afterCommit(() -> outbox.wake(from.account()));
                }));
  }

  private boolean isMember(GroupId group, DeviceAddress from) {
    return groups.past(group).flatMap(past -> past.chain().member(from.account())).isPresent();
  }

  /// What a member was told about a group is told again.
  private void groupAgain(Transaction tx, DeviceAddress from, SyncRows.Sent sent) {
    Groups.groupOf(sent.content())
        .filter(group -> isMember(group, from))
        .flatMap(groups::row)
        .ifPresent(row -> {
          core.store()
              .outgoing()
              .addGroup(
                  row.contact(),
                  from.account(),
                  sent.content(),
                  Optional.empty(),
                  core.randomBytes(16));
          tx.afterCommit(() -> outbox.wake(from.account()));
        });
  }

  /// What the own devices were told is told again: they know what they had before.
  private void again(Transaction tx, DeviceAddress from, SyncRows.Sent sent) {
    core.store()
        .outgoing()
        .add(
            0,
            Optional.of(from.account()),
            Kind.SYNC,
            sent.message(),
            sent.content(),
            core.randomBytes(16));
    tx.afterCommit(() -> outbox.wake(from.account()));
  }
}
