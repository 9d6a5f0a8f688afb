package sotto.blob.transfer;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.Optional;
import sotto.blob.BlobStore;
import sotto.blob.Progress;
import sotto.blob.StoreTakenException;
import sotto.blob.v1.UploadRequest;
import sotto.blob.v1.UploadStart;
import sotto.chain.AccountId;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// One upload from its first frame to its answer. Until the last commit nothing of it can be seen;
/// if there is none, what has come stays, to be gone on from.
final class UploadTask {
  private final Transfers transfers;
  private final AccountId account;
  private final UploadFrames frames;

  UploadTask(Transfers transfers, AccountId account, UploadFrames frames) {
    this.transfers = transfers;
    this.account = account;
    this.frames = frames;
  }

  /// Runs it. Blocks for as long as the client takes.
  ///
  /// @return the answer; empty when nobody waits for one
  /// @throws StatusRuntimeException if the upload ends without one
  /// @throws IOException if the store does not work
  Optional<Answer> run() throws IOException, InterruptedException {
    return switch (frames.next()) {
      case UploadFrames.Item.Frame(UploadRequest first) when first.hasStart() ->
          admit(first.getStart());
      case UploadFrames.Item.Frame _, UploadFrames.Item.End _ ->
          throw Statuses.of(Reason.FRAME_OUT_OF_ORDER, "an upload begins with start");
      case UploadFrames.Item.Gone _, UploadFrames.Item.Lost _ -> Optional.empty();
      case UploadFrames.Item.Silence _ ->
          throw Statuses.of(Reason.SILENT, "no start came for too long");
    };
  }

  private Optional<Answer> admit(UploadStart start) throws IOException, InterruptedException {
    Declared declared = Declared.of(account, start.getBlob(), transfers.ids());
    Optional<Answer> known = settled(declared, transfers.standing(declared));
    if (known.isPresent()) {
      return known;
    }
    try (var _ = transfers.claims().take(declared.name(), frames::lose)) {
      transfers.uploads().take(account);
      try {
        return place(declared, start.getOffset());
      } finally {
        transfers.uploads().release(account);
      }
    }
  }

  private Optional<Answer> settled(Declared declared, Standing standing) {
    return switch (standing) {
      case Standing.There there -> Optional.of(new Answer.Done(declared, there.record()));
      case Standing.Mismatch _ -> Optional.of(new Answer.Mismatch());
      case Standing.TooLarge _ ->
          Optional.of(new Answer.TooLarge(transfers.config().maxBlobBytes()));
      case Standing.Unfinished _, Standing.Fresh _ -> Optional.empty();
    };
  }

  /// Looks again, now that nobody else here works on it, and finds where the chunks go.
  private Optional<Answer> place(Declared declared, long offset)
      throws IOException, InterruptedException {
    Standing standing = transfers.standing(declared);
    Optional<Answer> known = settled(declared, standing);
    if (known.isPresent()) {
      return known;
    }
    Progress progress =
        standing instanceof Standing.Unfinished unfinished
            ? unfinished.progress()
            : transfers.nothing(declared);
    if (offset == 0) {
      return receive(
          declared,
          transfers.store().start(declared.name(), progress.record(), progress.partSize()));
    }
    if (offset == progress.committed()) {
      Optional<BlobStore.Parts> parts = transfers.store().resume(declared.name());
      if (parts.isPresent()) {
        return goOn(declared, offset, parts.get());
      }
    }
    return Optional.of(Answer.At.streamed(progress));
  }

  private Optional<Answer> goOn(Declared declared, long offset, BlobStore.Parts parts)
      throws IOException, InterruptedException {
    Progress now = parts.progress();
    if (now.committed() == offset) {
      return receive(declared, parts);
    }
    // Another process went on with it, or a tail was another than was noted.
    parts.close();
    return Optional.of(Answer.At.streamed(now));
  }

  private Optional<Answer> receive(Declared declared, BlobStore.Parts open)
      throws IOException, InterruptedException {
    boolean worthless = true;
    try (BlobStore.Parts parts = open) {
      try {
        Optional<Answer> refused = transfers.reserve(declared, parts);
        if (refused.isPresent()) {
          return refused;
        }
        Reception.Outcome outcome = new Reception(transfers, declared, frames, parts).run();
        worthless = isWorthless(outcome, parts);
        return answer(declared, parts, outcome);
      } catch (StoreTakenException e) {
        // What there is is another's.
        worthless = false;
        return Optional.of(elsewhere(declared));
      } catch (IOException | InterruptedException | RuntimeException e) {
        worthless = parts.progress().committed() == 0;
        throw e;
      }
    } finally {
      if (worthless) {
        transfers.tryGiveUp(declared);
      }
    }
  }

  /// Whether nothing of it is to be kept.
  private static boolean isWorthless(Reception.Outcome outcome, BlobStore.Parts parts) {
    return switch (outcome) {
      case Reception.Outcome.Stored _ -> false;
      case Reception.Outcome.Mismatch _ -> true;
      case Reception.Outcome.OverBudget _, Reception.Outcome.Lost _, Reception.Outcome.Gone _ ->
          parts.progress().committed() == 0;
    };
  }

  private Answer elsewhere(Declared declared) throws IOException {
    Optional<Progress> progress = transfers.store().progress(declared.name());
    return Answer.At.streamed(progress.orElseGet(() -> transfers.nothing(declared)));
  }

  private Optional<Answer> answer(
      Declared declared, BlobStore.Parts parts, Reception.Outcome outcome) {
    return switch (outcome) {
      case Reception.Outcome.Stored stored ->
          Optional.of(new Answer.Done(declared, stored.record()));
      case Reception.Outcome.Mismatch _ -> Optional.of(new Answer.Mismatch());
      case Reception.Outcome.OverBudget over ->
          Optional.of(new Answer.NoRoom(transfers.budget().limitBytes(), over.retryAfter()));
      case Reception.Outcome.Lost _ -> Optional.of(Answer.At.streamed(parts.progress()));
      case Reception.Outcome.Gone _ -> Optional.empty();
    };
  }
}
