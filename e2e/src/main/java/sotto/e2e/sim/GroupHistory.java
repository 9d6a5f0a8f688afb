package sotto.e2e.sim;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import sotto.chain.AccountId;
import sotto.group.GroupChain;
import sotto.group.GroupChange;
import sotto.group.GroupId;
import sotto.store.testing.MemoryDatabase;

/// The chains of all groups as the database has them: what every reader must agree with.
final class GroupHistory {
  private final Map<GroupId, List<Step>> groups = new LinkedHashMap<>();
  private long seen;

  /// One change, and the chain with it.
  private record Step(GroupChange change, GroupChain chain) {}

  /// Reads what was committed since: each change at the end of its chain, and none is gone.
  void look(MemoryDatabase database) {
    long count = database.groupChangeCount();
    if (count == seen) {
      return;
    }
    if (count < seen) {
      throw new Violation("0021", "a change that was applied is gone");
    }
    seen = count;
    for (var stored : database.groupChanges()) {
      var steps =
          groups.computeIfAbsent(new GroupId(stored.group().toByteArray()), _ -> new ArrayList<>());
      var change = parsed(stored.change());
      if (stored.revision() < steps.size()) {
        if (!steps.get((int) stored.revision()).change.equals(change)) {
          throw new Violation("0021", "a change that was applied has become another");
        }
      } else {
        steps.add(new Step(change, followed(steps, change)));
      }
    }
  }

  private static GroupChain followed(List<Step> steps, GroupChange change) {
    return extended(
        steps.isEmpty()
            ? GroupChain.foundAgain(change)
            : steps.getLast().chain.appendAgain(change));
  }

  /// What a good change comes to.
  static GroupChain extended(GroupChain.Outcome outcome) {
    return switch (outcome) {
      case GroupChain.Extended(GroupChain chain) -> chain;
      case GroupChain.AlreadyThere _, GroupChain.Refused _ ->
          throw new Violation("0021", "a change does not fit: " + outcome);
    };
  }

  /// Reads a change.
  static GroupChange parsed(ByteString bytes) {
    return switch (GroupChange.parse(bytes.toByteArray())) {
      case GroupChange.Read(GroupChange change) -> change;
      case GroupChange.Malformed(String what) ->
          throw new Violation("0021", "what is no change: " + what);
    };
  }

  /// The number of a change.
  static long number(ByteString change) {
    return Long.MIN_VALUE | change.hashCode();
  }

  /// The number of a change.
  static long number(GroupChange change) {
    return number(ByteString.copyFrom(change.bytes()));
  }

  /// The revision that is stored; -1 = none is.
  long revision(GroupId group) {
    return steps(group).size() - 1L;
  }

  private List<Step> steps(GroupId group) {
    return groups.getOrDefault(group, List.of());
  }

  /// A reader has a change at a revision: it is the one that all have.
  void read(GroupId group, GroupChange change) {
    if (!has(change)) {
      throw new Violation("0021", "a reader of " + group + " has a change that is not its");
    }
  }

  /// Whether a change is applied.
  boolean has(GroupChange change) {
    var steps = steps(change.group());
    long revision = change.body().revision();
    return revision < steps.size() && steps.get((int) revision).change.equals(change);
  }

  /// Who is told of an applied change: the members before it and behind it.
  Set<AccountId> told(GroupId group, long revision) {
    var told = new HashSet<>(steps(group).get((int) revision).chain.members().keySet());
    if (revision > 0) {
      told.addAll(steps(group).get((int) revision - 1).chain.members().keySet());
    }
    return told;
  }

  /// Whether an account may know a change: it was told of it, or of a later one.
  boolean mayKnow(GroupId group, long revision, AccountId account) {
    for (long later = revision; later <= revision(group); later++) {
      if (told(group, later).contains(account)) {
        return true;
      }
    }
    return false;
  }

  /// Whether an account was a member at all revisions from one on.
  boolean isMemberSince(GroupId group, long revision, AccountId account) {
    return since(group, revision).allMatch(chain -> chain.member(account).isPresent());
  }

  /// Whether an account might send at all revisions from one on.
  boolean maySendSince(GroupId group, long revision, AccountId account) {
    return since(group, revision).allMatch(chain -> chain.maySend(account));
  }

  private Stream<GroupChain> since(GroupId group, long revision) {
    return steps(group).stream().skip(Math.max(0, revision)).map(Step::chain);
  }

  /// The newest chain of a group that is stored.
  GroupChain newest(GroupId group) {
    return steps(group).getLast().chain;
  }

  /// All groups that are stored.
  Set<GroupId> all() {
    return groups.keySet();
  }
}
