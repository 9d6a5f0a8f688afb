package sotto.blob.quota;

import sotto.blob.BlobName;
import sotto.chain.AccountId;

/// How much each account may keep. Thread-safe; calls may block.
///
/// Room is taken for a blob, by its name: the same blob takes it once, whoever asks how often.
///
/// Both calls throw a [io.grpc.StatusRuntimeException] if nobody can say now; then they may have
/// happened.
public interface KeptQuota {
  /// Takes room for a blob. Repeatable.
  ///
  /// @param bytes at least 1, the same in every repetition
  Outcome reserve(AccountId account, BlobName name, long bytes);

  /// Gives the room of a blob back, if it has any. Repeatable.
  void release(AccountId account, BlobName name);

  /// What became of a request for room.
  sealed interface Outcome {
    /// It is taken.
    record Reserved() implements Outcome {}

    /// There is not enough.
    ///
    /// @param limitBytes what the account may keep in all
    record NoRoom(long limitBytes) implements Outcome {}
  }
}
