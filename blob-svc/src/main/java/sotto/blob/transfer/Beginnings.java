package sotto.blob.transfer;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import sotto.blob.BlobStore;
import sotto.blob.Progress;

/// Says how far uploads are, and takes the room that kept ones need before any byte is sent.
final class Beginnings {
  private final Transfers transfers;
  private final Optional<Directly> directly;

  Beginnings(Transfers transfers, Optional<Directly> directly) {
    this.transfers = transfers;
    this.directly = directly;
  }

  /// Where an upload is to go on, or what it has come to. A connection that still has it lets go
  /// first, so that all that it has brought counts.
  ///
  /// @param able whether the client can send parts to the object store itself
  Answer begin(Declared declared, boolean able) throws IOException, InterruptedException {
    transfers.claims().settle(declared.name());
    return standing(declared, able);
  }

  /// The same for one who has the claim.
  Answer standing(Declared declared, boolean able) throws IOException {
    return switch (transfers.standing(declared)) {
      case Standing.There there -> new Answer.Done(declared, there.record());
      case Standing.Mismatch _ -> new Answer.Mismatch();
      case Standing.TooLarge _ -> new Answer.TooLarge(transfers.config().maxBlobBytes());
      case Standing.Unfinished unfinished -> position(declared, unfinished.progress(), able);
      case Standing.Fresh _ ->
          able && directly.isPresent() ? begun(declared, directly.get()) : fresh(declared);
    };
  }

  private Answer begun(Declared declared, Directly directly) throws IOException {
    Optional<Answer> answer = directly.begin(declared);
    return answer.isPresent() ? answer.get() : fresh(declared);
  }

  private Answer position(Declared declared, Progress progress, boolean able) throws IOException {
    Optional<Answer> answer =
        directly.isPresent() ? directly.get().position(declared, progress, able) : Optional.empty();
    return answer.orElseGet(() -> streamed(declared, progress));
  }

  /// What the upload would be answered too, before it sends a byte.
  private Answer streamed(Declared declared, Progress progress) {
    Optional<Duration> wait =
        declared.kept()
            ? Optional.empty()
            : transfers.budget().ask(declared.account(), progress.partEnd() - progress.committed());
    return wait.<Answer>map(time -> new Answer.NoRoom(transfers.budget().limitBytes(), time))
        .orElseGet(() -> Answer.At.streamed(progress));
  }

  private Answer fresh(Declared declared) throws IOException {
    Progress nothing = transfers.nothing(declared);
    Optional<Claims.Claim> claim =
        declared.kept() ? transfers.claims().takeFree(declared.name()) : Optional.empty();
    if (claim.isPresent()) {
      try (var _ = claim.get()) {
        Optional<Answer> refused = reserve(declared, nothing);
        if (refused.isPresent()) {
          return refused.get();
        }
      }
    }
    return streamed(declared, nothing);
  }

  private Optional<Answer> reserve(Declared declared, Progress nothing) throws IOException {
    Optional<Answer> refused;
    try (BlobStore.Parts parts =
        transfers.store().start(declared.name(), nothing.record(), nothing.partSize())) {
      refused = transfers.reserve(declared, parts);
    }
    if (refused.isPresent()) {
      transfers.tryGiveUp(declared);
    }
    return refused;
  }
}
