package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.internal.store.Events;
import sotto.client.internal.store.GroupRow;
import sotto.client.internal.store.GroupRow.Anchor;
import sotto.client.internal.store.GroupRows;
import sotto.client.internal.store.Lane.Transaction;
import sotto.content.v1.Content;
import sotto.content.v1.GroupAnchor;
import sotto.content.v1.GroupAttributes;
import sotto.crypto.GroupKey;
import sotto.group.ChangeHash;
import sotto.group.GroupChain;
import sotto.group.GroupChange;
import sotto.group.GroupId;
import sotto.group.GroupRefusal;

/// The groups that this account knows, each with its checked chain: what the rest of the engine
/// asks before it believes or sends anything. For the lane only.
final class Groups {
  /// What came of a change that was offered.
  sealed interface Outcome {}

  /// It follows what was known, or was known.
  record Fits() implements Outcome {}

  /// Something before it, or the chain of its author, has to be fetched first.
  record Missing() implements Outcome {}

  /// It contradicts what is known, or breaks a rule.
  record Wrong(GroupRefusal reason) implements Outcome {}

  private static final int CACHED = 256;

  private final Core core;
  private final GroupSentences sentences;
  // What the store has, or had: each use looks whether it is still so.
  private final Map<GroupId, GroupPast> cache = new HashMap<>();
  private LongConsumer changed = _ -> {};

  Groups(Core core) {
    this.core = core;
    this.sentences = new GroupSentences(core);
  }

  /// Has something run, on the lane, when a group has changed: it gets the conversation.
  void onChange(LongConsumer action) {
    changed = action;
  }

  private GroupRows rows() {
    return core.store().groups();
  }

  /// A group, whether its chain is here or not.
  Optional<GroupRow> row(GroupId group) {
    return rows().find(group);
  }

  /// A group's chain as far as it is here.
  Optional<GroupPast> past(GroupId group) {
    long revision = rows().revision(group);
    if (revision < 0) {
      return Optional.empty();
    }
    GroupPast known = cache.get(group);
    if (known == null || known.chain().revision() != revision) {
      known = replayed(group);
      if (cache.size() >= CACHED) {
        cache.clear();
      }
      cache.put(group, known);
    }
    return Optional.of(known);
  }

  private GroupPast replayed(GroupId group) {
    Optional<GroupPast> past = Optional.empty();
    for (GroupRows.Change change : rows().changes(group, 0)) {
      GroupChain longer = again(past.map(GroupPast::chain), read(change));
      past =
          Optional.of(
              past.map(p -> p.then(longer, change.at()))
                  .orElseGet(() -> GroupPast.founded(longer)));
    }
    return past.orElseThrow();
  }

  /// A change that is in the store.
  static GroupChange read(GroupRows.Change change) {
    if (GroupChange.parse(change.bytes().toArray()) instanceof GroupChange.Read(var read)) {
      return read;
    }
    throw broken();
  }

  /// The chain with a change that is in the store: it was checked before it got there.
  ///
  /// @param before the chain that it follows; empty for the founding
  static GroupChain again(Optional<GroupChain> before, GroupChange change) {
    GroupChain.Outcome outcome =
        before
            .map(chain -> chain.appendAgain(change))
            .orElseGet(() -> GroupChain.foundAgain(change));
    if (outcome instanceof GroupChain.Extended(GroupChain chain)) {
      return chain;
    }
    throw broken();
  }

  private static IllegalStateException broken() {
    return new IllegalStateException("the store has a chain of a group that breaks a rule");
  }

  /// How far the chain of a group goes, as messages say it.
  static GroupAnchor anchor(GroupChain chain) {
    return GroupAnchor.newBuilder()
        .setGroupId(ByteString.copyFrom(chain.id().bytes()))
        .setRevision((int) chain.revision())
        .setHash(ByteString.copyFrom(chain.headHash().bytes()))
        .build();
  }

  /// The group that a content made beforehand is about.
  static Optional<GroupId> groupOf(byte[] content) {
    try {
      return Optional.of(Content.parseFrom(content).getGroup())
          .filter(Groups::valid)
          .map(said -> new GroupId(said.getGroupId().toByteArray()));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  static Anchor anchor(GroupAnchor said) {
    return new Anchor(
        Integer.toUnsignedLong(said.getRevision()), new ChangeHash(said.getHash().toByteArray()));
  }

  static boolean valid(GroupAnchor said) {
    return said.getGroupId().size() == GroupId.LENGTH && said.getHash().size() == ChangeHash.LENGTH;
  }

  /// Takes a change if it follows what is known.
  ///
  /// @param at when the server had it, or else now
  /// @param told whether the user is told what it did
  Outcome append(Transaction tx, GroupRow row, byte[] bytes, long at, boolean told) {
    if (!(GroupChange.parse(bytes) instanceof GroupChange.Read(GroupChange change))) {
      return new Wrong(GroupRefusal.MALFORMED);
    }
    if (!change.group().equals(row.id())) {
      return new Wrong(GroupRefusal.OTHER_GROUP);
    }
    Optional<GroupPast> before = past(row.id());
    StoredAuthors authors = new StoredAuthors(core.store().chains());
    GroupChain.Outcome outcome =
        before
            .map(past -> past.chain().append(change, authors))
            .orElseGet(() -> GroupChain.found(change, authors));
    return switch (outcome) {
      case GroupChain.AlreadyThere _ -> new Fits();
      case GroupChain.Refused refused -> refused(refused.reason(), before.isEmpty());
      case GroupChain.Extended(GroupChain longer) -> {
        keep(tx, row, before, longer, change, at, told);
        yield new Fits();
      }
    };
  }

  private static Outcome refused(GroupRefusal reason, boolean unfounded) {
    boolean missing =
        reason == GroupRefusal.UNKNOWN_AUTHOR
            || reason == GroupRefusal.REVISION_AHEAD
            || (reason == GroupRefusal.NOT_A_FOUNDING && unfounded);
    return missing ? new Missing() : new Wrong(reason);
  }

  private void keep(
      Transaction tx,
      GroupRow row,
      Optional<GroupPast> before,
      GroupChain longer,
      GroupChange change,
      long at,
      boolean told) {
    GroupPast after =
        before.map(past -> past.then(longer, at)).orElseGet(() -> GroupPast.founded(longer));
    rows().append(row.id(), longer.revision(), new GroupRows.Change(Bytes.of(change.bytes()), at));
    cache.put(row.id(), after);
    named(row.id(), row.key(), longer);
    if (told) {
      tell(tx, row.contact(), sentences.of(change, before.map(GroupPast::chain)));
    }
    tx.afterCommit(() -> changed.accept(row.contact()));
  }

  /// Keeps what a group is called, as far as its key opens it.
  void named(GroupId group, GroupKey key, GroupChain chain) {
    GroupText.open(key, chain.attributes()).ifPresent(text -> named(group, text));
  }

  private void named(GroupId group, GroupAttributes text) {
    rows().setText(group, GroupText.shown(text.getTitle()), text.getDescription());
  }

  /// Tells the user something about a group.
  void tell(Transaction tx, long contact, String sentence) {
    core.store().events().addContact(Events.Kind.GROUP, contact, sentence, core.clock().millis());
    tx.afterCommit(core.events()::stored);
  }

  /// Somebody says how far the chain goes: what is missing is to be fetched, and what contradicts
  /// it stops the group until the user decides.
  ///
  /// @return whether it goes with what is known
  boolean consistent(Transaction tx, GroupRow row, GroupChain chain, AccountId who, Anchor said) {
    if (said.revision() > chain.revision()) {
      rows().setAnchor(row.id(), said);
      return true;
    }
    if (chain.contains(said.revision(), said.hash())) {
      return true;
    }
    contradiction(
        tx,
        row,
        sentences.name(who)
            + " sees another history of "
            + row.asContact().name()
            + " than this device: the server or that device does not tell the truth. Nothing is sent"
            + " there until you accept the group anew.");
    return false;
  }

  void contradiction(Transaction tx, GroupRow row, String sentence) {
    if (!row.forked()) {
      rows().setForked(row.id());
      tell(tx, row.contact(), sentence);
    }
  }

  /// Whether this account is a member now, as far as is known.
  boolean isMember(GroupId group) {
    return past(group)
        .filter(past -> !past.chain().ended())
        .flatMap(past -> past.chain().member(core.self().id()))
        .isPresent();
  }

  GroupSentences sentences() {
    return sentences;
  }
}
