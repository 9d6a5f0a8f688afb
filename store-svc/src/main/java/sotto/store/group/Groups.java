package sotto.store.group;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.group.GroupChain;
import sotto.group.GroupChange;
import sotto.group.GroupId;
import sotto.proto.Statuses;
import sotto.store.sql.Readers;
import sotto.store.write.Batch;
import sotto.store.write.KnownGroup;
import sotto.store.write.Writers;

/// Groups as they are just now, at the owners of their buckets.
///
/// A chain that the owner does not know is read and replayed outside its transactions, and believed
/// in one that finds it at the head that the group's row names. From then on the owner knows it
/// exactly, as it knows accounts.
final class Groups {
  private static final int TRIES = 5;
  private static final int AT_ONCE = 1_000;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final Writers writers;
  private final Readers readers;

  Groups(Writers writers, Readers readers) {
    this.writers = writers;
    this.readers = readers;
  }

  /// Work in the transaction that has read the row of the group's bucket.
  ///
  /// @param <R> its result
  @FunctionalInterface
  interface Work<R> {
    /// Does it; see [Call.Work].
    ///
    /// @param group empty if there is no such group
    R apply(Batch batch, Optional<KnownGroup> group) throws SQLException;
  }

  /// Does work with a group as it is just now, and waits until its result is durable.
  ///
  /// @param bytes about how many it writes
  /// @throws io.grpc.StatusRuntimeException MOVED if the bucket is another's; UNAVAILABLE and
  ///   others if the result is not durable, or not known to be
  <R> R at(GroupId id, long bytes, Work<R> work) {
    int bucket = new AccountId(id.high(), id.low()).bucket();
    Optional<KnownGroup> read = Optional.empty();
    for (int i = 0; i < TRIES; i++) {
      Optional<KnownGroup> known = read;
      Optional<R> done =
          writers.commit(bucket, bytes, batch -> inTransaction(batch, id, known, work));
      if (done.isPresent()) {
        return done.get();
      }
      read = Optional.of(read(id, read));
    }
    throw Statuses.unavailable("the group changes too fast", RETRY_AFTER);
  }

  /// A group as it is just now; empty if there is no such group.
  ///
  /// @throws io.grpc.StatusRuntimeException as above
  Optional<KnownGroup> now(GroupId id) {
    return at(id, 0, (_, group) -> group);
  }

  /// Empty if the group has to be read first.
  private static <R> Optional<R> inTransaction(
      Batch batch, GroupId id, Optional<KnownGroup> read, Work<R> work) throws SQLException {
    Optional<KnownGroup> known = batch.group(id);
    if (known.isPresent()) {
      return Optional.of(work.apply(batch, known));
    }
    Optional<GroupRows.Head> head = GroupRows.head(batch.session(), id);
    if (head.isEmpty()) {
      return Optional.of(work.apply(batch, Optional.empty()));
    }
    if (!read.map(group -> GroupRows.Head.of(group.chain())).equals(head)) {
      return Optional.empty();
    }
    batch.know(read.get());
    return Optional.of(work.apply(batch, read));
  }

  /// A group as a reader sees it.
  ///
  /// @param before what was read of it earlier
  private KnownGroup read(GroupId id, Optional<KnownGroup> before) {
    return readUpTo(id, before, Long.MAX_VALUE)
        .orElseThrow(() -> new IllegalStateException("a group in the database has no changes"));
  }

  /// A group as it was at a revision that it has reached.
  KnownGroup at(GroupId id, long revision) {
    return readUpTo(id, Optional.empty(), revision)
        .filter(group -> group.chain().revision() == revision)
        .orElseThrow(() -> new IllegalStateException("a change in the database is missing"));
  }

  private Optional<KnownGroup> readUpTo(GroupId id, Optional<KnownGroup> before, long revision) {
    Optional<KnownGroup> group = before;
    while (true) {
      long from = group.map(g -> g.chain().revision() + 1).orElse(0L);
      List<byte[]> page =
          readers.ask(session -> GroupRows.changes(session, id, from, revision, AT_ONCE));
      for (byte[] change : page) {
        group = Optional.of(replayed(group, stored(change)));
      }
      if (page.size() < AT_ONCE) {
        return group;
      }
    }
  }

  /// A page of a group's changes.
  List<byte[]> changes(GroupId id, long from, long to, int most) {
    return readers.ask(session -> GroupRows.changes(session, id, from, to, most));
  }

  private static KnownGroup replayed(Optional<KnownGroup> before, GroupChange change) {
    return before
        .map(group -> group.after(change, fitting(group.chain().appendAgain(change))))
        .orElseGet(() -> KnownGroup.founded(fitting(GroupChain.foundAgain(change))));
  }

  private static GroupChange stored(byte[] change) {
    return switch (GroupChange.parse(change)) {
      case GroupChange.Read(GroupChange read) -> read;
      case GroupChange.Malformed _ ->
          throw new IllegalStateException("a change in the database is none");
    };
  }

  private static GroupChain fitting(GroupChain.Outcome outcome) {
    return switch (outcome) {
      case GroupChain.Extended(GroupChain chain) -> chain;
      case GroupChain.AlreadyThere _, GroupChain.Refused _ ->
          throw new IllegalStateException("a group in the database breaks a rule");
    };
  }
}
