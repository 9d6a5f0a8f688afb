package sotto.blob.transfer;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sotto.blob.BlobRecord;
import sotto.blob.Digest;
import sotto.blob.DirectTransfers;
import sotto.blob.Progress;
import sotto.blob.SignedCall;

/// Uploads whose parts the clients send to the object store themselves.
final class Directly {
  private final Transfers transfers;
  private final DirectTransfers direct;

  Directly(Transfers transfers, DirectTransfers direct) {
    this.transfers = transfers;
    this.direct = direct;
  }

  /// Begins an upload that nothing is known of. Its bytes are counted now, since nobody sees them.
  ///
  /// @return empty if it has to be streamed, now or at all
  Optional<Answer> begin(Declared declared) throws IOException {
    if (!direct.takes(declared.size())) {
      return Optional.empty();
    }
    Optional<Claims.Claim> claim = transfers.claims().takeFree(declared.name());
    if (claim.isEmpty()) {
      return Optional.empty();
    }
    try (var _ = claim.get()) {
      Optional<Duration> wait =
          declared.kept()
              ? Optional.empty()
              : transfers.budget().take(declared.account(), declared.size());
      if (wait.isPresent()) {
        return Optional.of(new Answer.NoRoom(transfers.budget().limitBytes(), wait.get()));
      }
      Progress nothing = transfers.nothing(declared);
      transfers.putAwayDeleted(declared);
      direct.start(declared.name(), nothing.record(), nothing.partSize());
      Optional<Answer> refused = transfers.takeRoom(declared);
      if (refused.isPresent()) {
        transfers.tryGiveUp(declared);
      }
      return Optional.of(refused.orElse(new Answer.At(0, nothing.partSize(), true)));
    }
  }

  /// Where an unfinished upload goes on, if it is a direct one.
  ///
  /// @param able whether the client can send parts itself; if not, it begins anew by streaming
  Optional<Answer> position(Declared declared, Progress progress, boolean able) throws IOException {
    Optional<Long> sent = direct.sent(declared.name());
    if (sent.isEmpty()) {
      return Optional.empty();
    }
    if (!able) {
      return Optional.of(new Answer.At(0, progress.partSize(), false));
    }
    // Everything is there and was not finished.
    return sent.get() == declared.size()
        ? Optional.of(finish(declared, progress))
        : Optional.of(new Answer.At(sent.get(), progress.partSize(), true));
  }

  List<SignedCall> sign(Declared declared, int first, List<Digest> sha256) throws IOException {
    return transfers.standing(declared) instanceof Standing.Unfinished
        ? direct.sign(declared.name(), first, sha256)
        : List.of();
  }

  /// Ends an upload, or says where it goes on.
  Answer finish(Declared declared) throws IOException {
    return switch (transfers.standing(declared)) {
      case Standing.There there -> new Answer.Done(declared, there.record());
      case Standing.Mismatch _ -> new Answer.Mismatch();
      case Standing.TooLarge _ -> new Answer.TooLarge(transfers.config().maxBlobBytes());
      case Standing.Unfinished unfinished -> finish(declared, unfinished.progress());
      case Standing.Fresh _ -> Answer.At.streamed(transfers.nothing(declared));
    };
  }

  private Answer finish(Declared declared, Progress progress) throws IOException {
    BlobRecord record = declared.record(transfers.expiry());
    if (direct.finish(declared.name(), record)) {
      transfers.stored(record.size());
      return new Answer.Done(declared, record);
    }
    Optional<Long> sent = direct.sent(declared.name());
    return sent.isPresent()
        ? new Answer.At(sent.get(), progress.partSize(), true)
        : Answer.At.streamed(progress);
  }
}
