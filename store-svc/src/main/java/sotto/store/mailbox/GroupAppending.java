package sotto.store.mailbox;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.GroupAppend;
import sotto.mailbox.v1.GroupAppendRecipient;
import sotto.mailbox.v1.GroupAppendResult;

/// One group append on its way: a job for each recipient, all with the same envelope, and one
/// answer when the last of them has heard its fate. Its jobs are different writers'.
final class GroupAppending {
  private static final long RECIPIENT = 64;

  private final AppendStream stream;
  private final GroupAppend append;
  private final AppendRules rules;
  private final Sender sender;
  private final AtomicReferenceArray<AppendResult> results;
  private final AtomicInteger open;

  /// @param append within its bounds
  GroupAppending(AppendStream stream, GroupAppend append, AppendRules rules) {
    this.stream = stream;
    this.append = append;
    this.rules = rules;
    this.sender =
        Sender.device(
            new DeviceAddress(
                new AccountId(append.getSenderAccountId().toByteArray()),
                new DeviceId(append.getSenderDevice())));
    this.results = new AtomicReferenceArray<>(append.getRecipientsCount());
    this.open = new AtomicInteger(append.getRecipientsCount());
  }

  /// About how much memory it takes until it is answered.
  long bytes() {
    return append.getEnvelope().size() + RECIPIENT * append.getRecipientsCount();
  }

  /// What is to be done, in the recipients' order.
  List<GroupRecipientJob> jobs() {
    List<GroupRecipientJob> jobs = new ArrayList<>();
    List<GroupAppendRecipient> recipients = append.getRecipientsList();
    for (int i = 0; i < recipients.size(); i++) {
      jobs.add(new GroupRecipientJob(this, i, recipients.get(i), append.getEnvelope(), rules));
    }
    return jobs;
  }

  Sender sender() {
    return sender;
  }

  /// Takes what one recipient came to.
  void answer(int recipient, AppendResult result) {
    results.set(recipient, result);
    if (open.decrementAndGet() == 0) {
      GroupAppendResult.Builder all =
          GroupAppendResult.newBuilder().setRequest(append.getRequest());
      for (int i = 0; i < results.length(); i++) {
        all.addResults(results.get(i));
      }
      stream.answer(all.build(), bytes());
    }
  }

  void flush() {
    stream.flush();
  }
}
