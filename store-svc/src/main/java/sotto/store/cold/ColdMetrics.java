package sotto.store.cold;

/// What the cold tier tells about its work: numbers only, never whose.
public interface ColdMetrics {
  /// Tells nobody.
  ColdMetrics NONE =
      new ColdMetrics() {
        @Override
        public void moved(int envelopes, long bytes) {}

        @Override
        public void failedCold() {}

        @Override
        public void deleted(int segments) {}

        @Override
        public void unreadable() {}

        @Override
        public void lost(int envelopes) {}
      };

  /// A segment was pointed to.
  ///
  /// @param envelopes that moved with it
  /// @param bytes of its blob
  void moved(int envelopes, long bytes);

  /// A move or a deletion was broken off; it is begun anew later.
  void failedCold();

  /// Blobs that nothing points to were deleted.
  void deleted(int segments);

  /// A read found the blob of a segment gone or damaged, or did not reach the blob store.
  void unreadable();

  /// A segment was given up.
  ///
  /// @param envelopes that are lost with it
  void lost(int envelopes);
}
