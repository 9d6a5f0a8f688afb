package sotto.client.internal.engine;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import sotto.blob.v1.DirectPlace;
import sotto.blob.v1.LocateResponse;
import sotto.chain.Bytes;
import sotto.client.SaveResult;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.files.PartialBlob;
import sotto.client.internal.net.Blobs;
import sotto.client.internal.net.DirectRefused;
import sotto.client.internal.net.Faults;
import sotto.client.internal.net.Meter;
import sotto.crypto.AttachmentDamaged;
import sotto.crypto.AttachmentKey;

/// Brings what is missing of one blob here: from a store of objects if the server says so and that
/// works, else through the server; over several connections as long as each brings some of it.
final class Fetch {
  /// What is smaller is asked of the server at once.
  private static final long DIRECT_FROM = 1024 * 1024;

  private static final Duration RECONNECT = Duration.ofSeconds(10);

  /// So many connections that bring nothing are tried in a row.
  private static final int FRUITLESS = 3;

  private final Way way;
  private final Bytes blobId;
  private final AttachmentKey key;
  private final PartialBlob blob;
  private final Meter meter;
  private Optional<Way.Open> used = Optional.empty();
  private boolean directFailed;

  Fetch(Way way, Bytes blobId, AttachmentKey key, PartialBlob blob, Meter meter) {
    this.way = way;
    this.blobId = blobId;
    this.key = key;
    this.blob = blob;
    this.meter = meter;
  }

  /// Fetches.
  ///
  /// @return why there is nothing to save; empty if all of it is here
  /// @throws SottoException SERVER_UNREACHABLE and others; what came is kept
  /// @throws IOException if it cannot be kept here
  Optional<SaveResult> run() throws IOException {
    int fruitless = 0;
    while (!blob.whole()) {
      if (way.closed()) {
        throw SottoException.of(Code.CLOSED, "This home was closed.");
      }
      long before = blob.length();
      try {
        Optional<SaveResult> lost = once();
        if (lost.isPresent()) {
          return lost;
        }
      } catch (SottoException e) {
        fruitless = blob.length() > before ? 0 : fruitless + 1;
        // One that brought something may have lost this call only; one that brought nothing is not
        // asked again, it may be closed already.
        BooleanSupplier usable = fruitless == 0 ? () -> way.now().isPresent() : this::reconnected;
        boolean goesOn = e.code() == Code.SERVER_UNREACHABLE && fruitless < FRUITLESS;
        if (!goesOn || !way.await(usable, RECONNECT)) {
          throw e;
        }
      }
    }
    return Optional.empty();
  }

  /// Whether there is another connection than the one used last.
  private boolean reconnected() {
    return way.now().isPresent() && !way.now().equals(used);
  }

  private Optional<SaveResult> once() throws IOException {
    Way.Open session =
        way.now()
            .orElseThrow(() ->
                SottoException.of(Code.SERVER_UNREACHABLE, "Files are downloaded when connected."));
    used = Optional.of(session);
    Optional<Blobs.Opened> direct = direct(session);
    Blobs.Opened opened =
        direct.orElseGet(
            () -> session.blobs().download(blobId.toArray(), blob.length(), key.ciphertextSize()));
    return switch (opened) {
      case Blobs.NotThere _ -> Optional.of(new SaveResult.Gone());
      case Blobs.OtherSize _ -> Optional.of(new SaveResult.Damaged());
      case Blobs.Bytes bytes -> take(bytes, direct.isPresent());
    };
  }

  private Optional<SaveResult> take(Blobs.Bytes bytes, boolean direct) throws IOException {
    try (var in = bytes.in()) {
      blob.fill(in, meter);
      return Optional.empty();
    } catch (AttachmentDamaged | PartialBlob.EndedEarly e) {
      if (direct) {
        // The store's word against the server's: the server is asked too.
        directFailed = true;
        return Optional.empty();
      }
      return Optional.of(new SaveResult.Damaged());
    } catch (IOException e) {
      if (e.getCause() instanceof StatusRuntimeException
          || e.getCause() instanceof SottoException) {
        if (direct) {
          directFailed = true;
          return Optional.empty();
        }
        throw Faults.of(e.getCause());
      }
      throw e;
    }
  }

  /// The blob from a store of objects; empty if it has to come through the server.
  private Optional<Blobs.Opened> direct(Way.Open session) {
    long size = key.ciphertextSize();
    if (directFailed || size - blob.length() < DIRECT_FROM) {
      return Optional.empty();
    }
    LocateResponse located = session.blobs().locate(blobId.toArray());
    if (!located.hasDirect()) {
      return located.hasNotFound() ? Optional.of(new Blobs.NotThere()) : Optional.empty();
    }
    DirectPlace place = located.getDirect();
    if (place.getSize() != size) {
      return Optional.of(new Blobs.OtherSize());
    }
    try {
      return Optional.of(
          new Blobs.Bytes(session.direct().get(place.getRequest(), blob.length(), size)));
    } catch (DirectRefused e) {
      directFailed = true;
      return Optional.empty();
    }
  }
}
