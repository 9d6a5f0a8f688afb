package sotto.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import sotto.client.MessageView;
import sotto.client.SottoException;
import sotto.client.Status;

/// Compares what the users of a run have in their histories and were shown with what was accepted.
final class Judge {
  private final List<Correspondent> users;
  private final List<String> complaints;

  /// @param complaints takes what is wrong beside what a [Verdict] counts
  Judge(List<Correspondent> users, List<String> complaints) {
    this.users = users;
    this.complaints = complaints;
  }

  /// Closes every home, opens it again, and lets it take what its mailbox may still hold: what was
  /// acknowledged must not come back. Then judges.
  ///
  /// @param patience how long a mailbox may take to become empty
  Verdict judge(Duration patience) {
    users.forEach(Correspondent::reopen);
    for (var user : users) {
      try {
        if (!user.awaitMailboxEmpty(patience)) {
          complaints.add("the mailbox of %s does not become empty".formatted(user.name()));
        }
      } catch (SottoException e) {
        complaints.add("%s does not come online: %s".formatted(user.name(), e.getMessage()));
      }
    }
    var verdict = Verdict.NOTHING;
    for (var writer : users) {
      for (var receiver : users) {
        if (receiver.incoming() == writer.outgoing()) {
          verdict = verdict.and(judge(writer, receiver));
        }
      }
    }
    return verdict;
  }

  private Verdict judge(Correspondent writer, Correspondent receiver) {
    var way = writer.outgoing();
    var accepted = new BitSet();
    for (var message : writer.history()) {
      if (!message.incoming() && message.status().reached(Status.SENT)) {
        way.number(message.text()).ifPresent(accepted::set);
      }
    }
    var seen = way.acceptedNumbers();
    seen.andNot(accepted);
    if (!seen.isEmpty()) {
      complaints.add(
          "%d messages of %s were sent and are so no longer"
              .formatted(seen.cardinality(), writer.name()));
    }
    accepted.or(seen);
    var history = new ArrayList<Integer>();
    for (var message : receiver.history()) {
      if (message.kind() != MessageView.Kind.MESSAGE) {
        complaints.add("%s has a message that cannot be shown".formatted(receiver.name()));
      } else if (message.incoming()) {
        way.number(message.text()).ifPresent(history::add);
      }
    }
    return Verdict.of(writer.name() + " to " + receiver.name(), accepted, history, way.arrivals());
  }
}
