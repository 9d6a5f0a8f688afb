package sotto.relay.edge;

import java.time.Instant;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;

/// What a token is worth.
sealed interface Verdict {
  /// It is a device's.
  ///
  /// @param device whose
  /// @param until when it ends
  record Good(DeviceAddress device, Instant until) implements Verdict {}

  /// It downloads blobs for an account, and does nothing else.
  ///
  /// @param account whose
  /// @param until when it ends
  record Restores(AccountId account, Instant until) implements Verdict {}

  /// It was one of ours and has ended.
  record Ended() implements Verdict {}

  /// It is none of ours.
  record Bad() implements Verdict {}

  /// It names a key that is not known here.
  record KeyUnknown() implements Verdict {}
}
