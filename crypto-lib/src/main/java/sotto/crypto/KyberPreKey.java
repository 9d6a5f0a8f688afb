package sotto.crypto;

/// One of our Kyber pre-keys as the store keeps it.
///
/// @param record the private record, secret
/// @param lastResort whether it serves many sessions and is never removed on use
@SuppressWarnings("ArrayRecordComponent")
public record KyberPreKey(byte[] record, boolean lastResort) {
  /// Copies the record.
  public KyberPreKey {
    record = record.clone();
  }

  /// A copy of the private record.
  @Override
  public byte[] record() {
    return record.clone();
  }

  @Override
  public String toString() {
    return "KyberPreKey[" + record.length + " bytes" + (lastResort ? ", last resort]" : "]");
  }
}
