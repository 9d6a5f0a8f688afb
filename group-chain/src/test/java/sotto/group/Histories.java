package sotto.group;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import sotto.chain.AccountId;
import sotto.chain.testing.TestAccount;
import sotto.group.testing.TestGroup;

/// Groups with a past.
final class Histories {
  private Histories() {}

  /// A group with at least one change of each kind.
  static TestGroup ofEveryKind() {
    TestAccount alice = TestAccount.found(1);
    TestAccount bob = TestAccount.found(2);
    TestAccount carol = TestAccount.found(3);
    TestAccount dave = TestAccount.found(4);
    TestGroup group = TestGroup.found(1, alice, Map.of(bob, Role.ADMIN));
    group.append(alice, new Action.AddMembers(List.of(carol.id(), dave.id()), Role.ADMIN));
    group.append(alice, new Action.RemoveMembers(List.of(carol.id(), dave.id())));
    group.append(alice, new Action.SetOptions(new GroupOptions(true, true)));
    group.append(bob, new Action.SetAttributes(group.attributes()));
    TestAccount erin = TestAccount.found(5);
    TestAccount frank = TestAccount.found(6);
    TestAccount grace = TestAccount.found(7);
    group.newLink(false);
    group.append(erin, new Action.Join(group.proof(erin)));
    group.newLink(true);
    group.append(frank, new Action.RequestToJoin(group.proof(frank)));
    group.append(grace, new Action.RequestToJoin(group.proof(grace)));
    group.append(bob, new Action.Approve(List.of(frank.id())));
    group.append(bob, new Action.Decline(List.of(grace.id())));
    group.append(bob, new Action.DropLink());
    group.append(alice, new Action.SetRole(frank.id(), Role.OWNER));
    group.append(alice, new Action.Leave());
    group.append(frank, new Action.End());
    return group;
  }

  /// Accounts that nobody has, ascending.
  static List<AccountId> accounts(int count) {
    return LongStream.rangeClosed(1, count).mapToObj(n -> new AccountId(n, n)).toList();
  }
}
