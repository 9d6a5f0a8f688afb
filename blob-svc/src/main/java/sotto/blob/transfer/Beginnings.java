package sotto.blob.transfer;

import java.io.IOException;
import java.util.Optional;
import sotto.blob.BlobStore;
import sotto.blob.Progress;

/// Says how far uploads are, and takes the room that kept ones need before any byte is sent.
final class Beginnings {
  private final Transfers transfers;

  Beginnings(Transfers transfers) {
    this.transfers = transfers;
  }

  /// Where an upload is to go on, or what it has come to.
  Answer begin(Declared declared) throws IOException {
    return switch (transfers.standing(declared)) {
      case Standing.There there -> new Answer.Done(declared, there.record());
      case Standing.Mismatch _ -> new Answer.Mismatch();
      case Standing.TooLarge _ -> new Answer.TooLarge(transfers.config().maxBlobBytes());
      case Standing.Unfinished unfinished -> Answer.At.streamed(unfinished.progress());
      case Standing.Fresh _ -> fresh(declared);
    };
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
    return Answer.At.streamed(nothing);
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
