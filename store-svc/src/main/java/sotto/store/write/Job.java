package sotto.store.write;

import java.sql.SQLException;
import java.util.Optional;
import sotto.chain.AccountId;

/// Something to be done in a transaction of the owner.
public interface Job {
  /// The bucket of a job that belongs to none.
  int NO_BUCKET = -1;

  /// The bucket of the account it changes, or [#NO_BUCKET]: then it runs in a transaction of its
  /// own.
  int bucket();

  /// The account whose state it needs, so that those of a whole batch are read together; empty if
  /// it needs none.
  default Optional<AccountId> account() {
    return Optional.empty();
  }

  /// What is shown to reach that account: its state is read only if that opens the door; empty if
  /// nothing needs to be shown.
  default Optional<Access> access() {
    return Optional.empty();
  }

  /// About how many bytes it writes.
  long bytes();

  /// Says that it is about to queue with writers of this pace; called once, before anything else.
  default void queued(Pace pace) {}

  /// Does the work. Called again after a rollback: all that it remembers is overwritten then.
  void apply(Batch batch) throws SQLException;

  /// Says what became of it; called exactly once. Must not block or throw.
  void finish(Fate fate);

  /// Called after all jobs of a batch have heard their fates, for those who answer in bulk.
  default void flush() {}
}
