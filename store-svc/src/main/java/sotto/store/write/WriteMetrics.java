package sotto.store.write;

/// What a writer tells about its work: numbers only, never who.
public interface WriteMetrics {
  /// Tells nobody.
  WriteMetrics NONE =
      new WriteMetrics() {
        @Override
        public void committed(int jobs, long envelopes, int statements, long nanos) {}

        @Override
        public void failed() {}
      };

  /// A transaction was committed.
  ///
  /// @param jobs how many were in it
  /// @param envelopes how many it stored
  /// @param statements that it took, begin and commit not counted
  /// @param nanos how long it took from its begin
  void committed(int jobs, long envelopes, int statements, long nanos);

  /// A transaction failed.
  void failed();
}
