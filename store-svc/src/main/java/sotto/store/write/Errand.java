package sotto.store.write;

import java.sql.SQLException;
import java.util.Set;
import sotto.store.sql.Session;

/// Something that a writer does with its buckets themselves, in transactions of its own, after what
/// has queued before it.
final class Errand implements Job {
  private final Set<Integer> buckets;
  private final Work work;
  private final Call<Boolean> over = new Call<>(NO_BUCKET, 0, _ -> true);

  /// The work of an errand.
  @FunctionalInterface
  interface Work {
    /// Does it.
    void run(Session session) throws SQLException;
  }

  /// @param buckets those that it is about
  Errand(Set<Integer> buckets, Work work) {
    this.buckets = buckets;
    this.work = work;
  }

  Set<Integer> buckets() {
    return buckets;
  }

  /// What ends with it.
  Call<Boolean> over() {
    return over;
  }

  void run(Session session) throws SQLException {
    work.run(session);
  }

  @Override
  public int bucket() {
    return NO_BUCKET;
  }

  @Override
  public long bytes() {
    return 0;
  }

  @Override
  public void queued(Pace pace) {
    over.queued(pace);
  }

  @Override
  public void apply(Batch batch) {
    throw new IllegalStateException("an errand is in no batch");
  }

  @Override
  public void finish(Fate fate) {
    over.finish(fate);
  }
}
