package sotto.client.internal.net;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import sotto.blob.v1.BeginRequest;
import sotto.blob.v1.BeginResponse;
import sotto.blob.v1.BlobDeclaration;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.BlobServiceGrpc.BlobServiceBlockingStub;
import sotto.blob.v1.DeleteRequest;
import sotto.blob.v1.DownloadRequest;
import sotto.blob.v1.DownloadResponse;
import sotto.blob.v1.FinishRequest;
import sotto.blob.v1.LocateRequest;
import sotto.blob.v1.LocateResponse;
import sotto.blob.v1.RenewRequest;
import sotto.blob.v1.RenewResponse;
import sotto.blob.v1.SignPartsRequest;
import sotto.blob.v1.SignPartsResponse;
import sotto.blob.v1.UploadResponse;
import sotto.blob.v1.UploadStart;

/// Uploads and downloads of ciphertext, in constant memory. They block.
public final class Blobs {
  /// What a download is answered with.
  public sealed interface Opened {}

  /// The bytes from the offset on; reading fails with an [IOException] if the server breaks off or
  /// falls silent, closing it ends the call.
  public record Bytes(InputStream in) implements Opened {}

  /// The server has no such blob.
  public record NotThere() implements Opened {}

  /// The server's blob has another size than the one that was sent.
  public record OtherSize() implements Opened {}

  private static final Duration STALLED = Duration.ofSeconds(30);

  /// The server may have to read and flush the whole blob before it answers.
  private static final Duration ANSWER = Duration.ofMinutes(2);

  private final ServerCalls calls;
  private final Duration stalled;

  private Blobs(ServerCalls calls, Duration stalled) {
    this.calls = calls;
    this.stalled = stalled;
  }

  /// Transfers over the same channel as the calls.
  public static Blobs of(ServerCalls calls) {
    return new Blobs(calls, STALLED);
  }

  /// Declares an upload and asks how far it is.
  ///
  /// @param direct whether parts could be sent by HTTP
  public BeginResponse begin(BlobDeclaration blob, boolean direct) {
    BeginRequest request = BeginRequest.newBuilder().setBlob(blob).setDirect(direct).build();
    return call(s -> s.begin(request));
  }

  /// Uploads a file from an offset on.
  ///
  /// @param meter told how many bytes of the file have been handed to the network
  /// @return empty if the meter ended it
  /// @throws IOException if the file cannot be read
  /// @throws sotto.client.SottoException if the server does not take it now
  public Optional<UploadResponse> upload(BlobDeclaration blob, long offset, Path file, Meter meter)
      throws IOException {
    UploadStart start = UploadStart.newBuilder().setBlob(blob).setOffset(offset).build();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return calls.authorized(token -> {
        try {
          // Each attempt from its place on: one that was refused has read ahead.
          channel.position(offset);
          return new UploadCall(calls.channel(), stalled, ANSWER, meter)
              .run(token, start, Channels.newInputStream(channel));
        } catch (IOException e) {
          throw new UncheckedRead(e);
        }
      });
    } catch (UncheckedRead e) {
      throw e.failure;
    }
  }

  /// Where parts of a direct upload are to be sent.
  public SignPartsResponse signParts(
      BlobDeclaration blob, int firstPart, List<ByteString> partDigests) {
    SignPartsRequest request =
        SignPartsRequest.newBuilder()
            .setBlob(blob)
            .setFirstPart(firstPart)
            .addAllPartSha256(partDigests)
            .build();
    return call(s -> s.signParts(request));
  }

  /// Ends a direct upload.
  public UploadResponse finish(BlobDeclaration blob) {
    FinishRequest request = FinishRequest.newBuilder().setBlob(blob).build();
    return call(s -> s.withDeadlineAfter(ANSWER).finish(request));
  }

  /// Where a blob is.
  public LocateResponse locate(byte[] blobId) {
    LocateRequest request =
        LocateRequest.newBuilder().setBlobId(ByteString.copyFrom(blobId)).build();
    return call(s -> s.locate(request));
  }

  /// Lets a blob live for its whole time again.
  public RenewResponse renew(byte[] blobId) {
    RenewRequest request = RenewRequest.newBuilder().setBlobId(ByteString.copyFrom(blobId)).build();
    return call(s -> s.renew(request));
  }

  /// Opens a blob.
  ///
  /// @param offset the first byte wanted
  /// @param size how many bytes the whole blob must have
  /// @throws sotto.client.SottoException if the server does not serve it now
  public Opened download(byte[] blobId, long offset, long size) {
    DownloadRequest request =
        DownloadRequest.newBuilder()
            .setBlobId(ByteString.copyFrom(blobId))
            .setOffset(offset)
            .build();
    return calls.authorized(token -> {
      DownloadCall call = DownloadCall.start(calls.channel(), token, request, stalled);
      // What was refused shows with the first frame.
      Optional<DownloadResponse> first = call.first();
      if (first.filter(DownloadResponse::hasStart).isEmpty()) {
        call.close();
        return new NotThere();
      }
      if (first.get().getStart().getSize() != size) {
        call.close();
        return new OtherSize();
      }
      return new Bytes(call);
    });
  }

  private <R> R call(Function<BlobServiceBlockingStub, R> call) {
    return calls.authorized(token ->
        call.apply(
            ServerCalls.timed(
                ServerCalls.withToken(BlobServiceGrpc.newBlockingStub(calls.channel()), token))));
  }

  /// Deletes a kept blob of one's own; one that is not there is deleted.
  ///
  /// @throws SottoException if the server does not do it now
  public void delete(byte[] blobId) {
    DeleteRequest request =
        DeleteRequest.newBuilder().setBlobId(ByteString.copyFrom(blobId)).build();
    var _ = call(s -> s.delete(request));
  }

  private static final class UncheckedRead extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final IOException failure;

    UncheckedRead(IOException failure) {
      super(failure);
      this.failure = failure;
    }
  }
}
