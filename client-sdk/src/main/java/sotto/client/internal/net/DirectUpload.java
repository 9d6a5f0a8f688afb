package sotto.client.internal.net;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import sotto.blob.v1.BlobDeclaration;
import sotto.blob.v1.SignedRequest;
import sotto.blob.v1.UploadPosition;
import sotto.blob.v1.UploadResponse;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// One direct upload: a few parts at a time are signed and sent by HTTP, two side by side; then it
/// is finished.
public final class DirectUpload {
  private static final int AT_ONCE = 2;
  private static final int SIGNED_AT_ONCE = 8;
  private static final long MAX_PARTS = 10_000;
  private static final int BUFFER = 64 * 1024;

  private final Blobs blobs;
  private final DirectHttp http;
  private final BlobDeclaration blob;
  private final Path file;
  private final Meter meter;

  /// An upload.
  ///
  /// @param meter told what has arrived
  public DirectUpload(Blobs blobs, DirectHttp http, BlobDeclaration blob, Path file, Meter meter) {
    this.blobs = blobs;
    this.http = http;
    this.blob = blob;
    this.file = file;
    this.meter = meter;
  }

  /// Sends what is missing.
  ///
  /// @return empty if the meter ended it
  /// @throws DirectRefused if this way does not work
  /// @throws IOException if the file cannot be read
  public Optional<UploadResponse> run(UploadPosition position) throws IOException {
    long size = blob.getSize();
    long partSize = position.getPartSize();
    long committed = position.getCommitted();
    if (partSize < 1
        || (size + partSize - 1) / partSize > MAX_PARTS
        || committed < 0
        || committed > size
        || (committed % partSize != 0 && committed != size)) {
      throw new DirectRefused("parts that cannot be");
    }
    AtomicLong done = new AtomicLong(committed);
    for (long at = committed; at < size; at += SIGNED_AT_ONCE * partSize) {
      if (!meter.at(done.get())) {
        return Optional.empty();
      }
      batch(at, partSize, done);
    }
    return meter.at(size) ? Optional.of(blobs.finish(blob)) : Optional.empty();
  }

  private void batch(long from, long partSize, AtomicLong done) throws IOException {
    List<ByteString> digests = new ArrayList<>();
    for (long at = from; at < blob.getSize() && digests.size() < SIGNED_AT_ONCE; at += partSize) {
      digests.add(digest(at, length(at, partSize)));
    }
    List<SignedRequest> requests =
        blobs.signParts(blob, (int) (from / partSize), digests).getPartsList();
    if (requests.size() != digests.size()) {
      throw new DirectRefused("not as many places as parts");
    }
    Semaphore room = new Semaphore(AT_ONCE);
    List<CompletableFuture<Void>> parts = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      long at = from + i * partSize;
      SignedRequest request = requests.get(i);
      room.acquireUninterruptibly();
      CompletableFuture<Void> part = new CompletableFuture<>();
      parts.add(part);
      Thread.ofVirtual()
          .name("sotto-part")
          .start(() -> {
            try {
              http.put(request, file, at, length(at, partSize));
              var _ = meter.at(done.addAndGet(length(at, partSize)));
              part.complete(null);
            } catch (IOException | RuntimeException e) {
              part.completeExceptionally(e);
            } finally {
              room.release();
            }
          });
    }
    for (CompletableFuture<Void> part : parts) {
      await(part);
    }
  }

  private static void await(CompletableFuture<Void> part) throws IOException {
    try {
      part.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException failed -> throw failed;
        case RuntimeException failed -> throw failed;
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw SottoException.of(Code.CLOSED, "This home was closed.", e);
    }
  }

  private long length(long at, long partSize) {
    return Math.min(partSize, blob.getSize() - at);
  }

  private ByteString digest(long from, long length) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      InputStream in = Channels.newInputStream(channel.position(from));
      byte[] buffer = new byte[BUFFER];
      for (long left = length; left > 0; ) {
        int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (read < 0) {
          throw new IOException("the file is shorter than it was");
        }
        digest.update(buffer, 0, read);
        left -= read;
      }
      return ByteString.copyFrom(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
