package sotto.relay.stream;

import com.google.protobuf.ByteString;
import io.grpc.SynchronizationContext;
import io.opentelemetry.api.trace.SpanKind;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import sotto.chain.DeviceAddress;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.GroupRecipient;
import sotto.chat.v1.GroupSend;
import sotto.chat.v1.GroupSendResult;
import sotto.chat.v1.InvalidSend;
import sotto.chat.v1.MemberResult;
import sotto.chat.v1.RateLimited;
import sotto.chat.v1.TooLarge;
import sotto.chat.v1.Unavailable;
import sotto.group.v1.CheckSendRequest;
import sotto.group.v1.CheckSendResponse;
import sotto.mailbox.v1.GroupAppend;
import sotto.mailbox.v1.GroupAppendRecipient;
import sotto.proto.MessageSpans;
import sotto.relay.group.FanOut;
import sotto.relay.limit.Exceeded;
import sotto.relay.mailbox.Mailboxes;

/// The group sends of one stream (protocol L6): checked, limited, allowed by the group's owner,
/// fanned out.
///
/// One of each group is under way; a send that comes before it is answered, or that is one too
/// many, is parked and the client is asked for no more until it fits. Not thread-safe: all calls
/// come from the stream's turn.
final class GroupSends {
  /// The most groups of one stream that are sent to at a time.
  static final int MAX_OPEN = 16;

  /// How long the group's owner is asked, and then how long recipients are tried, milliseconds.
  static final long PATIENCE_MILLIS = 20_000;

  private static final long UNAVAILABLE_WAIT_MILLIS = 1_000;

  private final DeviceAddress sender;
  private final ByteString senderBytes;
  private final Behind behind;
  private final SynchronizationContext turn;
  private final Consumer<GroupSendResult> answer;
  private final Runnable roomAgain;
  private final MessageSpans spans;
  // What is under way; empty while the group's owner is asked.
  private final Map<ByteString, Optional<FanOut.Sending>> open = new HashMap<>(4);
  private final ArrayDeque<GroupSend> parked = new ArrayDeque<>(0);
  private boolean closed;

  /// No sends.
  ///
  /// @param turn the stream's
  /// @param answer sends a result to the client
  /// @param roomAgain called when nothing is parked any more
  GroupSends(
      DeviceAddress sender,
      Behind behind,
      SynchronizationContext turn,
      Consumer<GroupSendResult> answer,
      Runnable roomAgain) {
    this.sender = sender;
    this.senderBytes = Mailboxes.bytes(sender.account());
    this.behind = behind;
    this.turn = turn;
    this.answer = answer;
    this.roomAgain = roomAgain;
    this.spans = new MessageSpans(behind.tracer(), "message relay", SpanKind.SERVER);
  }

  /// Whether a send waits for the one before it.
  boolean hasParked() {
    return !parked.isEmpty();
  }

  /// Takes a send; parks it when its turn has not come.
  void take(GroupSend send) {
    if (!parked.isEmpty() || !accept(send)) {
      parked.add(send);
    }
  }

  /// Ends all that is under way.
  void close() {
    closed = true;
    open.values().forEach(sending -> sending.ifPresent(FanOut.Sending::stop));
    open.clear();
    parked.clear();
    spans.endAll();
  }

  private boolean accept(GroupSend send) {
    if (open.size() >= MAX_OPEN || open.containsKey(send.getGroupId())) {
      return false;
    }
    var refusal = check(send);
    if (refusal.isPresent()) {
      tell(refusal.get().setRequest(send.getRequest()).build());
      return true;
    }
    open.put(send.getGroupId(), Optional.empty());
    String trace = spans.begin(send.getRequest(), send.getTraceparent());
    behind
        .groups()
        .checkSend(
            question(send),
            PATIENCE_MILLIS,
            answered -> inTurn(() -> checked(send, trace, answered)));
    return true;
  }

  private Optional<GroupSendResult.Builder> check(GroupSend send) {
    int limit = behind.config().maxEnvelopeBytes();
    if (send.getCiphertext().size() > limit) {
      return Optional.of(
          GroupSendResult.newBuilder().setTooLarge(TooLarge.newBuilder().setLimitBytes(limit)));
    }
    Set<ByteString> accounts = HashSet.newHashSet(send.getRecipientsCount());
    for (int i = 0; i < send.getRecipientsCount(); i++) {
      if (!accounts.add(send.getRecipients(i).getAccountId())) {
        String field = "group_send.recipients[" + i + "].account_id";
        return Optional.of(
            GroupSendResult.newBuilder().setInvalid(InvalidSend.newBuilder().setField(field)));
      }
    }
    return behind.sends().takeGroup(sender, send.getRecipientsCount()).map(GroupSends::limited);
  }

  private static GroupSendResult.Builder limited(Exceeded exceeded) {
    return GroupSendResult.newBuilder()
        .setRateLimited(
            RateLimited.newBuilder()
                .setRetryAfterMs(exceeded.retryAfter().toMillis())
                .setLimit(exceeded.limit()));
  }

  private CheckSendRequest question(GroupSend send) {
    return CheckSendRequest.newBuilder()
        .setGroupId(send.getGroupId())
        .setRevision(send.getRevision())
        .setSenderAccountId(senderBytes)
        .setRecipients(
            ByteString.copyFrom(
                send.getRecipientsList().stream().map(GroupRecipient::getAccountId).toList()))
        .build();
  }

  private void checked(GroupSend send, String trace, Optional<CheckSendResponse> answered) {
    var result = GroupSendResult.newBuilder();
    var response = answered.orElse(CheckSendResponse.getDefaultInstance());
    switch (response.getOutcomeCase()) {
      case MAY_SEND -> {
        fanOut(send, trace);
        return;
      }
      case STALE -> result.setStaleRevision(response.getStale().getRevision());
      case REFUSED -> result.setRefused(response.getRefused());
      case OUTCOME_NOT_SET ->
          result.setUnavailable(Unavailable.newBuilder().setRetryAfterMs(UNAVAILABLE_WAIT_MILLIS));
    }
    finish(send, result);
  }

  private void fanOut(GroupSend send, String trace) {
    var append =
        GroupAppend.newBuilder()
            .setSenderAccountId(senderBytes)
            .setSenderDevice(sender.device().number())
            .setEnvelope(envelope(send))
            .setTraceparent(trace);
    for (var recipient : send.getRecipientsList()) {
      append.addRecipients(
          GroupAppendRecipient.newBuilder()
              .setAccountId(recipient.getAccountId())
              .setEnvelopeId(recipient.getEnvelopeId())
              .setChainSequence(recipient.getChainSequence()));
    }
    var sending =
        behind
            .fanOut()
            .send(
                append.build(),
                turn,
                PATIENCE_MILLIS,
                results -> inTurn(() -> sent(send, results)));
    open.put(send.getGroupId(), Optional.of(sending));
  }

  private ByteString envelope(GroupSend send) {
    return Envelope.newBuilder()
        .setSenderAccountId(senderBytes)
        .setSenderDevice(sender.device().number())
        .setType(CiphertextType.CIPHERTEXT_TYPE_SENDER_KEY)
        .setCiphertext(send.getCiphertext())
        .setGroupId(send.getGroupId())
        .build()
        .toByteString();
  }

  private void sent(GroupSend send, List<MemberResult> results) {
    finish(send, GroupSendResult.newBuilder().addAllResults(results));
  }

  private void finish(GroupSend send, GroupSendResult.Builder result) {
    open.remove(send.getGroupId());
    boolean all =
        result.getResultsCount() > 0
            && result.getResultsList().stream().allMatch(MemberResult::hasAccepted);
    spans.end(send.getRequest(), all);
    tell(result.setRequest(send.getRequest()).build());
  }

  private void tell(GroupSendResult result) {
    behind.metrics().answered(result);
    answer.accept(result);
  }

  private void inTurn(Runnable event) {
    turn.execute(() -> {
      if (!closed) {
        event.run();
        unpark();
      }
    });
  }

  private void unpark() {
    if (parked.isEmpty()) {
      return;
    }
    while (!parked.isEmpty() && accept(parked.getFirst())) {
      parked.removeFirst();
    }
    if (parked.isEmpty()) {
      roomAgain.run();
    }
  }
}
