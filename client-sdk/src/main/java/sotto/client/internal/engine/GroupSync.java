package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import sotto.chain.AccountId;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.store.GroupRow;
import sotto.client.internal.store.Lane.Transaction;
import sotto.group.Author;
import sotto.group.GroupChange;
import sotto.group.GroupId;
import sotto.group.GroupRefusal;
import sotto.group.JoinProof;
import sotto.group.v1.GetChangesRequest;
import sotto.group.v1.GetChangesResponse;

/// Fetches the changes of groups, with the chains of those who made them, and takes what passes all
/// checks. Blocks; not on the lane.
final class GroupSync {
  /// What came of it.
  sealed interface Fetched {}

  /// All that the server gives is here.
  record UpToDate() implements Fetched {}

  /// The server knows no such group, or none of this account's.
  record NotFound() implements Fetched {}

  /// What the server gives contradicts itself, or what is known.
  record Contradicted(GroupRefusal reason) implements Fetched {}

  private static final int MOST_PAGES = 1 << 16;
  private static final long AGAIN_MILLIS = 2_000;
  private static final long LONGEST_MILLIS = 60_000;

  private final Core core;
  private final ChainSync chains;
  private final Groups groups;
  private final Set<GroupId> fetching = ConcurrentHashMap.newKeySet();
  private final Set<GroupId> again = ConcurrentHashMap.newKeySet();
  private Consumer<GroupId> settled = _ -> {};

  GroupSync(Core core, ChainSync chains, Groups groups) {
    this.core = core;
    this.chains = chains;
    this.groups = groups;
  }

  /// Has something run when a group has been fetched; not on the lane.
  void onSettled(Consumer<GroupId> action) {
    settled = action;
  }

  /// Fetches a group in the background, one at a time. Any thread.
  void wake(GroupId group) {
    again.add(group);
    core.session()
        .filter(_ -> fetching.add(group))
        .ifPresent(session ->
            core.inBackground(
                "group",
                () -> {
                  try {
                    while (again.remove(group)) {
                      var _ = fetch(session.calls(), group);
                    }
                  } catch (SottoException e) {
                    later(group, e);
                    throw e;
                  } finally {
                    fetching.remove(group);
                  }
                  if (again.contains(group)) {
                    wake(group);
                  }
                }));
  }

  /// A server that does not answer now may do so soon.
  private void later(GroupId group, SottoException why) {
    long asked = why.retryAfter().map(Duration::toMillis).orElse(0L);
    core.timers().after(Math.clamp(asked, AGAIN_MILLIS, LONGEST_MILLIS), () -> wake(group));
  }

  /// Whether no group is being fetched. Any thread.
  boolean idle() {
    return fetching.isEmpty() && again.isEmpty();
  }

  /// Fetches all groups of which something is missing.
  void connected() {
    Set<GroupId> wanted = new HashSet<>(again);
    core.lane().call(_ -> core.store().groups().all()).stream()
        .filter(GroupRow::behind)
        .map(GroupRow::id)
        .forEach(wanted::add);
    wanted.forEach(this::wake);
  }

  /// Fetches a group now.
  Fetched fetch(ServerCalls calls, GroupId group) {
    return fetch(calls, group, Optional.empty());
  }

  /// Fetches a group now.
  ///
  /// @param proof that this account has the invite link
  Fetched fetch(ServerCalls calls, GroupId group, Optional<JoinProof> proof) {
    boolean first = core.lane().call(_ -> core.store().groups().revision(group)) < 0;
    Fetched fetched = pages(calls, group, proof);
    if (fetched instanceof UpToDate) {
      core.lane().call(tx -> upToDate(tx, group, first));
    }
    settled.accept(group);
    return fetched;
  }

  private Fetched pages(ServerCalls calls, GroupId group, Optional<JoinProof> proof) {
    for (int page = 0; page < MOST_PAGES; page++) {
      long from = core.lane().call(_ -> core.store().groups().revision(group)) + 1;
      GetChangesRequest.Builder request =
          GetChangesRequest.newBuilder()
              .setGroupId(ByteString.copyFrom(group.bytes()))
              .setFromRevision(from);
      proof.ifPresent(p -> request.setJoinProof(ByteString.copyFrom(p.signature().toArray())));
      GetChangesResponse answer = calls.changes(request.build());
      if (!answer.getFound()) {
        return new NotFound();
      }
      if (answer.getChangesCount() == 0) {
        return new UpToDate();
      }
      List<GroupChange> changes = parsed(answer.getChangesList());
      if (changes.size() < answer.getChangesCount()) {
        return contradicted(group, GroupRefusal.MALFORMED);
      }
      changes.forEach(change -> authorKnown(calls, change.body().author()));
      Optional<GroupRefusal> refusal = core.lane().call(tx -> append(tx, group, changes));
      if (refusal.isPresent()) {
        return contradicted(group, refusal.get());
      }
      if (from + changes.size() > answer.getRevision()) {
        return new UpToDate();
      }
    }
    throw SottoException.of(Code.REFUSED, "The server's answer has no end.");
  }

  private static List<GroupChange> parsed(List<ByteString> all) {
    List<GroupChange> changes = new ArrayList<>(all.size());
    for (ByteString bytes : all) {
      if (GroupChange.parse(bytes.toByteArray()) instanceof GroupChange.Read(GroupChange change)) {
        changes.add(change);
      }
    }
    return changes;
  }

  /// Fetches the author's chain if it is not known as far as the author says.
  void authorKnown(ServerCalls calls, Author author) {
    AccountId account = author.account();
    boolean known =
        core.lane()
            .call(_ -> core.store().chains().of(account))
            .map(chain -> chain.sequence() >= author.sequence())
            .orElse(false);
    if (!known) {
      var _ = chains.refresh(calls, account);
    }
  }

  /// The first refusal.
  private Optional<GroupRefusal> append(Transaction tx, GroupId group, List<GroupChange> changes) {
    Optional<GroupRow> row = groups.row(group);
    if (row.isEmpty()) {
      return Optional.of(GroupRefusal.OTHER_GROUP);
    }
    // A group that comes whole is told of in one sentence, elsewhere.
    boolean told = core.store().groups().revision(group) >= 0;
    for (GroupChange change : changes) {
      switch (groups.append(tx, row.get(), change.bytes(), core.clock().millis(), told)) {
        case Groups.Fits _ -> {}
        case Groups.Missing _ -> {
          return Optional.of(GroupRefusal.UNKNOWN_AUTHOR);
        }
        case Groups.Wrong(GroupRefusal reason) -> {
          return Optional.of(reason);
        }
      }
    }
    return Optional.empty();
  }

  private Fetched contradicted(GroupId group, GroupRefusal reason) {
    core.lane()
        .call(tx -> {
          groups
              .row(group)
              .ifPresent(row ->
                  groups.contradiction(
                      tx,
                      row,
                      "The server's history of "
                          + row.asContact().name()
                          + " contradicts what is known ("
                          + reason
                          + "). Nothing is sent there until you accept the group anew."));
          return true;
        });
    return new Contradicted(reason);
  }

  /// What the server gives is here; a member may know of more.
  private boolean upToDate(Transaction tx, GroupId group, boolean first) {
    Optional<GroupRow> row = groups.row(group);
    Optional<GroupPast> past = groups.past(group);
    if (row.isEmpty() || past.isEmpty()) {
      return false;
    }
    boolean hidden =
        row.get()
            .anchor()
            .map(anchor -> anchor.revision() > past.get().chain().revision())
            .orElse(false);
    boolean other =
        !hidden
            && row.get()
                .anchor()
                .map(anchor -> !past.get().chain().contains(anchor.revision(), anchor.hash()))
                .orElse(false);
    if (hidden || other) {
      groups.contradiction(
          tx,
          row.get(),
          "The server shows another history of "
              + row.get().asContact().name()
              + " than a member: it may hide that somebody was removed. Nothing is sent there until"
              + " you accept the group.");
    }
    core.store().groups().setBehind(group, false);
    if (first && groups.isMember(group)) {
      int others = past.get().chain().members().size() - 1;
      groups.tell(tx, row.get().contact(), "you are a member, with " + others + " others");
    }
    return true;
  }
}
