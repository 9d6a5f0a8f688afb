package sotto.e2e.sim;

import java.util.List;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.group.Action;
import sotto.group.GroupChain;
import sotto.group.GroupOptions;
import sotto.group.Role;
import sotto.group.SealedAttributes;

/// What a member would have otherwise in a group.
final class Wish {
  private final World world;
  private final AccountId who;

  /// @param who a member
  Wish(World world, AccountId who) {
    this.world = world;
    this.who = who;
  }

  /// Something that he may do; empty if nothing comes to his mind.
  Optional<Action> of(GroupChain chain) {
    var role = chain.member(who).orElseThrow().role();
    return switch (world.random().nextInt(12)) {
      case 0, 1, 2 -> remove(chain, role);
      case 3, 4, 5, 6 -> add(chain, role);
      case 7 -> otherRole(chain, role);
      case 8 -> options(chain, role);
      case 9 -> role == Role.OWNER ? Optional.empty() : Optional.of(new Action.Leave());
      default -> attributes(role);
    };
  }

  private Optional<Action> remove(GroupChain chain, Role role) {
    var can =
        chain.members().entrySet().stream()
            .filter(member -> !member.getKey().equals(who) && role.leads())
            .filter(member -> role == Role.OWNER || !member.getValue().role().leads())
            .map(member -> member.getKey())
            .toList();
    return one(can).map(member -> new Action.RemoveMembers(List.of(member)));
  }

  private Optional<Action> add(GroupChain chain, Role role) {
    var can =
        world.persons().stream()
            .map(person -> person.id)
            .filter(person -> chain.member(person).isEmpty())
            .filter(
                person -> role.leads() || (chain.options().membersAdd() && !chain.barred(person)))
            .toList();
    return one(can).map(person -> new Action.AddMembers(List.of(person), Role.MEMBER));
  }

  private Optional<Action> otherRole(GroupChain chain, Role role) {
    var can =
        chain.members().entrySet().stream()
            .filter(member -> !member.getKey().equals(who) && role == Role.OWNER)
            .toList();
    return one(can)
        .map(member ->
            new Action.SetRole(
                member.getKey(), member.getValue().role().leads() ? Role.MEMBER : Role.ADMIN));
  }

  private Optional<Action> options(GroupChain chain, Role role) {
    var options = new GroupOptions(world.random().nextInt(4) == 0, world.random().nextBoolean());
    return Optional.<Action>of(new Action.SetOptions(options))
        .filter(_ -> role.leads() && !options.equals(chain.options()));
  }

  private Optional<Action> attributes(Role role) {
    var attributes = new SealedAttributes(world.bytes(16).toByteArray());
    return Optional.<Action>of(new Action.SetAttributes(attributes)).filter(_ -> role.leads());
  }

  private <T> Optional<T> one(List<T> of) {
    return of.isEmpty() ? Optional.empty() : Optional.of(of.get(world.random().nextInt(of.size())));
  }
}
