package sotto.store.group;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceEntry;
import sotto.chain.Ed25519PublicKey;
import sotto.group.Action;
import sotto.group.Author;
import sotto.group.Authors;
import sotto.group.GroupChain;
import sotto.group.GroupChange;
import sotto.group.GroupId;
import sotto.group.GroupRefusal;
import sotto.proto.Statuses;
import sotto.store.account.Chains;
import sotto.store.write.Batch;
import sotto.store.write.KnownGroup;

/// Appends changes to groups. A change is checked outside the writer; then one transaction compares
/// the group with what was checked, and writes the change.
///
/// Whoever is and was no member hears of no group, unless the change is one of those that a
/// stranger with the invite link makes.
final class Applying {
  private static final int TRIES = 5;
  private static final long ROW = 256;
  private static final String UNKNOWN_GROUP = "UNKNOWN_GROUP";
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  /// What a change came to.
  sealed interface Outcome {}

  /// It is in the chain, now or since an earlier try.
  ///
  /// @param told who was a member before it or is behind it
  record Applied(Collection<AccountId> told) implements Outcome {}

  /// Its revision is taken, or one before it is missing.
  ///
  /// @param revision the group's
  record Stale(long revision) implements Outcome {}

  /// It breaks a rule.
  ///
  /// @param reason which, for people and logs
  record Refused(String reason) implements Outcome {}

  private final Groups groups;
  private final Authors authors;

  /// @param chains of the authors' accounts
  Applying(Groups groups, Chains chains) {
    this.groups = groups;
    this.authors = author -> key(chains, author);
  }

  /// The key of a device that the newest chain lists, if the head that the author names lies in it.
  private static Optional<Ed25519PublicKey> key(Chains chains, Author author) {
    return chains
        .newest(author.account())
        .filter(chain -> chain.contains(author.sequence(), author.head()))
        .flatMap(chain -> chain.device(author.device()))
        .map(DeviceEntry::authKey);
  }

  /// Applies a change by the device that it names as its author.
  ///
  /// @param group the group that the caller means
  /// @param revision the revision that the caller means
  Outcome apply(DeviceAddress caller, GroupId group, long revision, byte[] bytes) {
    if (!(GroupChange.parse(bytes) instanceof GroupChange.Read(GroupChange change))) {
      return new Refused(GroupRefusal.MALFORMED.name());
    }
    Author author = change.body().author();
    if (!new DeviceAddress(author.account(), author.device()).equals(caller)) {
      return new Refused("WRONG_AUTHOR");
    }
    if (!change.group().equals(group) || change.body().revision() != revision) {
      return new Refused(GroupRefusal.OTHER_GROUP.name());
    }
    for (int i = 0; i < TRIES; i++) {
      Optional<KnownGroup> before = groups.now(group);
      Optional<Outcome> outcome = tryOn(before, change);
      if (outcome.isPresent()) {
        return outcome.get();
      }
    }
    throw Statuses.unavailable("the group changes too fast", RETRY_AFTER);
  }

  /// Empty if the group has changed meanwhile.
  private Optional<Outcome> tryOn(Optional<KnownGroup> before, GroupChange change) {
    boolean founds = change.body().revision() == 0;
    if (before.isEmpty() && !founds) {
      return Optional.of(new Refused(UNKNOWN_GROUP));
    }
    if (before.isPresent() && !mayKnow(before.get(), change)) {
      return Optional.of(new Refused(UNKNOWN_GROUP));
    }
    GroupChain.Outcome fits =
        before
            .map(group -> group.chain().append(change, authors))
            .orElseGet(() -> GroupChain.found(change, authors));
    return switch (fits) {
      case GroupChain.Extended(GroupChain longer) -> write(before, change, longer);
      case GroupChain.AlreadyThere(GroupChain chain) -> Optional.of(again(chain, change));
      case GroupChain.Refused(GroupRefusal reason) -> Optional.of(refused(before, reason));
    };
  }

  private static boolean mayKnow(KnownGroup group, GroupChange change) {
    AccountId author = change.body().author().account();
    return group.concerns(author)
        || switch (change.body().action()) {
          case Action.Join(var proof) -> group.chain().isByLink(proof, author);
          case Action.RequestToJoin(var proof) -> group.chain().isByLink(proof, author);
          default -> false;
        };
  }

  private Optional<Outcome> write(
      Optional<KnownGroup> before, GroupChange change, GroupChain longer) {
    KnownGroup after =
        before
            .map(group -> group.after(change, longer))
            .orElseGet(() -> KnownGroup.founded(longer));
    boolean done =
        groups.at(
            longer.id(),
            ROW + change.encoded().length(),
            (batch, now) -> write(batch, head(before).equals(head(now)), change, after));
    return done ? Optional.of(new Applied(told(change, longer))) : Optional.empty();
  }

  private static Optional<GroupRows.Head> head(Optional<KnownGroup> group) {
    return group.map(known -> GroupRows.Head.of(known.chain()));
  }

  private static boolean write(Batch batch, boolean fits, GroupChange change, KnownGroup after)
      throws SQLException {
    if (!fits) {
      return false;
    }
    if (after.chain().revision() == 0) {
      GroupRows.insert(batch.session(), after.chain(), change, batch.rows().acceptedAt());
    } else {
      GroupRows.append(batch.session(), after.chain(), change);
    }
    batch.know(after);
    return true;
  }

  /// The same as when it was applied, whatever has come behind it.
  private Outcome again(GroupChain chain, GroupChange change) {
    long revision = change.body().revision();
    GroupChain with =
        revision == chain.revision() ? chain : groups.at(chain.id(), revision).chain();
    return new Applied(told(change, with));
  }

  private static Collection<AccountId> told(GroupChange change, GroupChain with) {
    SortedSet<AccountId> told = new TreeSet<>(with.members().keySet());
    told.addAll(KnownGroup.departing(change, with));
    return told;
  }

  private static Outcome refused(Optional<KnownGroup> group, GroupRefusal reason) {
    boolean stale = reason == GroupRefusal.REVISION_TAKEN || reason == GroupRefusal.REVISION_AHEAD;
    return group
        .filter(_ -> stale)
        .<Outcome>map(known -> new Stale(known.chain().revision()))
        .orElseGet(() -> new Refused(reason.name()));
  }
}
