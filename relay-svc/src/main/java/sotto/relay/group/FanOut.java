package sotto.relay.group;

import io.grpc.SynchronizationContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import sotto.chain.AccountId;
import sotto.chat.v1.Accepted;
import sotto.chat.v1.MemberResult;
import sotto.chat.v1.Unavailable;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.GroupAppend;
import sotto.mailbox.v1.GroupAppendResult;
import sotto.relay.append.AppendPipes;
import sotto.relay.append.GroupAppendListener;
import sotto.relay.append.GroupAppends;
import sotto.relay.route.Router;
import sotto.relay.time.Backoff;
import sotto.relay.time.Wheel;

/// Brings one envelope into the mailboxes of many accounts: once to each store pod that owns some
/// of them.
///
/// Each recipient is settled by itself. Whom a pod answers *moved* or *again* for, or does not
/// answer for, is sent again with the same bytes, after back-off, to whoever owns him then; when
/// the patience is over he is *unavailable*. What is durable is forwarded at once, in the order of
/// the answers, and thus of the positions.
///
/// Thread-safe; nothing blocks.
public final class FanOut {
  /// What the client is told to wait after *unavailable*, milliseconds.
  static final long UNAVAILABLE_WAIT_MILLIS = 1_000;

  private static final MemberResult UNAVAILABLE =
      MemberResult.newBuilder()
          .setUnavailable(Unavailable.newBuilder().setRetryAfterMs(UNAVAILABLE_WAIT_MILLIS))
          .build();

  private final AppendPipes pipes;
  private final Router router;
  private final Wheel wheel;
  private final Backoff backoff;

  /// The ways to the stores.
  ///
  /// @param pipes to them
  /// @param router to the streams of the recipients' devices
  /// @param wheel time
  /// @param backoff before what failed at a store is tried again
  public FanOut(AppendPipes pipes, Router router, Wheel wheel, Backoff backoff) {
    this.pipes = pipes;
    this.router = router;
    this.wheel = wheel;
    this.backoff = backoff;
  }

  /// Sends.
  ///
  /// @param append for all recipients, without its request number
  /// @param turn in which everything happens that is not forwarding
  /// @param patienceMillis how long recipients are tried
  /// @param told once, in the turn, a result for each recipient, in their order
  /// @return what ends it early
  public Sending send(
      GroupAppend append,
      SynchronizationContext turn,
      long patienceMillis,
      Consumer<List<MemberResult>> told) {
    var sending = new Sending(append, turn, wheel.now() + patienceMillis, told);
    turn.execute(sending::begin);
    return sending;
  }

  /// One envelope on its way. Touched in its turn only.
  public final class Sending {
    private final GroupAppend append;
    private final SynchronizationContext turn;
    private final long untilMillis;
    private final Consumer<List<MemberResult>> told;
    private final MemberResult[] results;
    private int open;
    private boolean stopped;

    private Sending(
        GroupAppend append,
        SynchronizationContext turn,
        long untilMillis,
        Consumer<List<MemberResult>> told) {
      this.append = append;
      this.turn = turn;
      this.untilMillis = untilMillis;
      this.told = told;
      this.results = new MemberResult[append.getRecipientsCount()];
      this.open = results.length;
      Arrays.fill(results, UNAVAILABLE);
    }

    /// Nobody is told any more, and nothing more is sent; to be called in the turn.
    public void stop() {
      stopped = true;
    }

    private void begin() {
      var all = new ArrayList<Integer>(results.length);
      for (int i = 0; i < results.length; i++) {
        all.add(i);
      }
      leave(all, 0);
      tellIfSettled();
    }

    private void leave(List<Integer> recipients, int failures) {
      if (stopped) {
        return;
      }
      Map<GroupAppends, List<Integer>> pods = new LinkedHashMap<>();
      for (int i : recipients) {
        var account = new AccountId(append.getRecipients(i).getAccountId().toByteArray());
        pods.computeIfAbsent(pipes.to(account), _ -> new ArrayList<>()).add(i);
      }
      pods.forEach((pod, some) -> {
        var part = part(some);
        pod.append(part, new Part(part, some, failures));
      });
    }

    private GroupAppend part(List<Integer> some) {
      if (some.size() == append.getRecipientsCount()) {
        return append;
      }
      var part = append.toBuilder().clearRecipients();
      some.forEach(i -> part.addRecipients(append.getRecipients(i)));
      return part.build();
    }

    private void answered(List<Integer> some, List<AppendResult> answers, int failures) {
      var unsettled = new ArrayList<Integer>(0);
      for (int i = 0; i < some.size(); i++) {
        var answer = i < answers.size() ? answers.get(i) : AppendResult.getDefaultInstance();
        switch (answer.getOutcomeCase()) {
          case APPENDED, MISMATCHED_DEVICES, UNKNOWN_RECIPIENT, MAILBOX_FULL ->
              settle(some.get(i), result(answer));
          case RETRY_IN_ORDER, MOVED, AGAIN, NOT_ADMITTED, RATE_LIMITED, OUTCOME_NOT_SET ->
              unsettled.add(some.get(i));
        }
      }
      sendAgain(unsettled, failures + 1);
      tellIfSettled();
    }

    private void tellIfSettled() {
      if (open == 0 && !stopped) {
        stopped = true;
        told.accept(List.of(results));
      }
    }

    private void sendAgain(List<Integer> unsettled, int failures) {
      if (unsettled.isEmpty()) {
        return;
      }
      long wait = backoff.millis(failures);
      if (wheel.now() + wait >= untilMillis) {
        unsettled.forEach(i -> settle(i, UNAVAILABLE));
      } else {
        wheel.after(wait, () -> turn.execute(() -> leave(unsettled, failures)));
      }
    }

    private void settle(int recipient, MemberResult result) {
      results[recipient] = result;
      open--;
    }

    /// What is on its way to one pod.
    private final class Part implements GroupAppendListener {
      private final GroupAppend part;
      private final List<Integer> some;
      private final int failures;

      Part(GroupAppend part, List<Integer> some, int failures) {
        this.part = part;
        this.some = some;
        this.failures = failures;
      }

      @Override
      public void answered(GroupAppendResult result) {
        // At once and not in the turn: forwards keep the order of the positions.
        router.appended(part, result);
        turn.execute(() -> Sending.this.answered(some, result.getResultsList(), failures));
      }

      @Override
      public void broken() {
        turn.execute(() -> Sending.this.answered(some, List.of(), failures));
      }
    }
  }

  private static MemberResult result(AppendResult answer) {
    var result = MemberResult.newBuilder();
    switch (answer.getOutcomeCase()) {
      case APPENDED ->
          result.setAccepted(
              Accepted.newBuilder()
                  .setAcceptedAtMs(answer.getAppended().getAcceptedAtMs())
                  .addAllFullDevices(answer.getAppended().getFullDevicesList())
                  .addAllDormantDevices(answer.getAppended().getDormantDevicesList()));
      case MISMATCHED_DEVICES -> result.setMismatchedDevices(answer.getMismatchedDevices());
      case UNKNOWN_RECIPIENT -> result.setUnknownRecipient(answer.getUnknownRecipient());
      case MAILBOX_FULL -> result.setMailboxFull(answer.getMailboxFull());
      case RETRY_IN_ORDER, MOVED, AGAIN, NOT_ADMITTED, RATE_LIMITED, OUTCOME_NOT_SET ->
          result.mergeFrom(UNAVAILABLE);
    }
    return result.build();
  }
}
