package sotto.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.chain.AccountId;
import sotto.chain.testing.TestAccount;
import sotto.group.testing.TestGroup;

/// Whatever accounts try, what the chain takes keeps the invariants. They are judged by what was
/// before and after, and not by the rules.
class RandomHistoriesTest {
  private static final int ATTEMPTS = 800;

  private final List<TestAccount> people =
      LongStream.range(1, 9).mapToObj(TestAccount::found).toList();
  private Random random = new Random();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anyHistory_keepsTheInvariants(long seed) {
    random = new Random(seed);
    TestGroup group = TestGroup.found(seed, people.get(0), Map.of(people.get(1), Role.ADMIN));
    people.forEach(group::knows);
    for (int n = 0; n < ATTEMPTS; n++) {
      if (group.chain().ended()) {
        break;
      }
      TestAccount by = author(group);
      Action action = action(group, by);
      GroupChain before = group.chain();
      if (group.offer(by, action) instanceof GroupChain.Extended) {
        String what = "seed %s, attempt %s: %s by %s".formatted(seed, n, action, by.id());
        invariants(what, group.chain(), group.changes().getLast());
        authority(what, before, group.chain(), by.id(), action);
      }
    }
    assertThat(group.changes().size()).as("seed %s", seed).isGreaterThan(100);
    GroupChain again = ((GroupChain.Extended) GroupChain.of(group.bytes(), group)).chain();
    assertThat(again.compareWith(group.chain())).isEqualTo(GroupOrder.EQUAL);
    assertThat(again.members()).isEqualTo(group.chain().members());
    assertThat(again.requests()).isEqualTo(group.chain().requests());
  }

  private static void invariants(String what, GroupChain chain, GroupChange change) {
    assertThat(chain.revision()).as(what).isEqualTo(change.body().revision());
    assertThat(chain.headHash()).as(what).isEqualTo(change.hash());
    assertThat(chain.contains(chain.revision() - 1, change.body().previous())).as(what).isTrue();
    assertThat(chain.members()).as(what).hasSizeBetween(1, GroupChain.MAX_MEMBERS);
    assertThat(chain.members().values())
        .as(what)
        .anyMatch(member -> member.role() == Role.OWNER || chain.ended());
    chain
        .members()
        .forEach((account, member) -> {
          assertThat(member.account()).as(what).isEqualTo(account);
          assertThat(member.since()).as(what).isBetween(0L, chain.revision());
          assertThat(chain.requests()).as(what).doesNotContainKey(account);
          assertThat(chain.barred(account)).as(what).isFalse();
        });
    assertThat(chain.requests().keySet()).as(what).noneMatch(chain::barred);
    assertThat(chain.requests().isEmpty() || chain.link().isPresent()).as(what).isTrue();
  }

  /// Who gained or lost something did so by somebody who may give or take it.
  private static void authority(
      String what, GroupChain before, GroupChain after, AccountId author, Action action) {
    Set<Role> by = EnumSet.noneOf(Role.class);
    before.member(author).map(Member::role).ifPresent(by::add);
    boolean leads = by.contains(Role.OWNER) || by.contains(Role.ADMIN);
    before
        .members()
        .forEach((account, was) -> {
          boolean same =
              after.member(account).map(Member::role).stream().anyMatch(was.role()::equals);
          if (!same && !account.equals(author)) {
            assertThat(by.contains(Role.OWNER) || (leads && was.role() == Role.MEMBER))
                .as(what)
                .isTrue();
          }
        });
    after
        .members()
        .forEach((account, is) -> {
          Role was = before.member(account).map(Member::role).orElse(Role.MEMBER);
          if (is.role().above(was)) {
            assertThat(by).as(what).contains(Role.OWNER);
          }
          if (before.member(account).isEmpty()) {
            boolean byLink = account.equals(author) && action instanceof Action.Join;
            assertThat(byLink || leads || (!by.isEmpty() && before.options().membersAdd()))
                .as(what)
                .isTrue();
            assertThat(before.barred(account) && !leads).as(what).isFalse();
          }
        });
    boolean set =
        !before.attributes().equals(after.attributes())
            || !before.options().equals(after.options())
            || (!after.ended() && !before.link().equals(after.link()));
    assertThat(!set || leads).as(what).isTrue();
    assertThat(!after.ended() || by.contains(Role.OWNER)).as(what).isTrue();
  }

  /// Mostly a member, who may do more.
  private TestAccount author(TestGroup group) {
    TestAccount anybody = people.get(random.nextInt(people.size()));
    return group.chain().member(anybody.id()).isPresent() || random.nextInt(4) == 0
        ? anybody
        : author(group);
  }

  private Action action(TestGroup group, TestAccount by) {
    Role role = List.of(Role.OWNER, Role.ADMIN, Role.MEMBER).get(random.nextInt(3));
    return switch (random.nextInt(60)) {
      case 0 -> mayEnd(group) ? new Action.End() : new Action.DropLink();
      case 1, 2 ->
          mayEnd(group) || group.chain().members().size() > 1
              ? new Action.Leave()
              : new Action.AddMembers(some(), role);
      case 3, 4, 5 ->
          new Action.SetOptions(new GroupOptions(random.nextBoolean(), random.nextBoolean()));
      case 6, 7, 8 -> new Action.SetLink(group.link(random.nextBoolean()));
      case 9 -> new Action.DropLink();
      case 10, 11, 12, 13, 14, 15, 16 -> new Action.Join(group.proof(by));
      case 17, 18, 19, 20, 21, 22, 23 -> new Action.RequestToJoin(group.proof(by));
      case 24, 25, 26 -> new Action.SetAttributes(group.attributes());
      case 27, 28, 29, 30 -> new Action.Approve(some());
      case 31, 32 -> new Action.Decline(some());
      case 33, 34, 35, 36, 37, 38, 39, 40, 41 -> new Action.SetRole(some().getFirst(), role);
      case 42, 43, 44, 45, 46 -> new Action.RemoveMembers(some());
      default -> new Action.AddMembers(some(), random.nextBoolean() ? Role.MEMBER : role);
    };
  }

  /// A history is long enough to say something.
  private static boolean mayEnd(TestGroup group) {
    return group.changes().size() > 120;
  }

  private List<AccountId> some() {
    List<AccountId> some = new ArrayList<>();
    for (int n = 1 + random.nextInt(2); n > 0; n--) {
      some.add(people.get(random.nextInt(people.size())).id());
    }
    return some;
  }
}
