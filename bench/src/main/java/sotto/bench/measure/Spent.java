package sotto.bench.measure;

/// What a process spent, since its start or between two looks.
///
/// @param process its name
/// @param cpuNanos processor time
/// @param allocated bytes of objects; 0 = not known
/// @param collections of garbage
/// @param collectionMillis how long they took
/// @param written bytes given to the disk, the file system's own included
/// @param commits of the store's transactions, each with its fsync
/// @param rows envelopes that they stored
/// @param statements that they took
/// @param fsyncs that it had the kernel do; not a number = not known
public record Spent(
    String process,
    long cpuNanos,
    long allocated,
    long collections,
    long collectionMillis,
    long written,
    long commits,
    long rows,
    long statements,
    double fsyncs) {
  /// What came since an earlier look at the same process.
  public Spent since(Spent earlier) {
    return new Spent(
        process,
        cpuNanos - earlier.cpuNanos,
        allocated - earlier.allocated,
        collections - earlier.collections,
        collectionMillis - earlier.collectionMillis,
        written - earlier.written,
        commits - earlier.commits,
        rows - earlier.rows,
        statements - earlier.statements,
        fsyncs - earlier.fsyncs);
  }
}
