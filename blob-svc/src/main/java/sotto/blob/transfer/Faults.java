package sotto.blob.transfer;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import sotto.blob.StoreAwayException;
import sotto.blob.StoreFullException;
import sotto.mesh.Scrubbed;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// What a call is ended with when the store fails. Each failure is logged, without its words, which
/// may name a blob: what an operator can mend in a line, a fault with its stack.
final class Faults {
  private static final System.Logger LOG = System.getLogger(Faults.class.getName());
  private static final Duration LATER = Duration.ofSeconds(2);

  private Faults() {}

  static StatusRuntimeException of(Exception failure) {
    if (failure instanceof StatusRuntimeException known) {
      return known;
    }
    if (failure instanceof InterruptedException) {
      Thread.currentThread().interrupt();
      return Statuses.of(Reason.SHUTTING_DOWN, "the server is leaving");
    }
    if (failure instanceof StoreFullException || failure instanceof StoreAwayException) {
      LOG.log(Level.WARNING, "{0}: {1}", said(failure), root(failure).getClass().getSimpleName());
    } else {
      LOG.log(Level.ERROR, said(failure), new Scrubbed(failure));
    }
    return switch (failure) {
      case StoreFullException _ -> Statuses.of(Reason.STORAGE_FULL, said(failure));
      case StoreAwayException _ -> Statuses.unavailable(said(failure), LATER);
      default -> Statuses.of(Reason.INTERNAL, "a fault of the server");
    };
  }

  private static Throwable root(Throwable failure) {
    var root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private static String said(Exception failure) {
    return switch (failure) {
      case StoreFullException _ -> "the blob store is full";
      case StoreAwayException _ -> "the blob store does not answer";
      case IOException _ -> "the blob store does not work";
      default -> "a transfer failed";
    };
  }
}
