package sotto.e2e.sim;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import sotto.blob.v1.BeginRequest;
import sotto.blob.v1.BeginResponse;
import sotto.blob.v1.BlobDeclaration;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.ContentMismatch;
import sotto.blob.v1.UploadPosition;
import sotto.blob.v1.UploadRequest;
import sotto.blob.v1.UploadResponse;
import sotto.blob.v1.Uploaded;

/// A model of uploads in parts as blob-svc takes them: a part is durable before the next is taken,
/// one connection an upload, nothing to be seen before all of it is there and has its digest.
///
/// An instance is what one start of the process holds; what it has committed is in its [Folder].
final class SimBlobs extends BlobServiceGrpc.BlobServiceImplBase {
  /// The size of every part but the last, bytes.
  static final int PART = 16;

  private final Folder folder;
  private final Map<ByteString, Reception> receptions = new HashMap<>();

  SimBlobs(Folder folder) {
    this.folder = folder;
  }

  /// What is durable.
  static final class Folder {
    private final Map<ByteString, ByteString> unfinished = new HashMap<>();
    private final Set<ByteString> visible = new HashSet<>();

    /// Whether a blob can be downloaded.
    ///
    /// @param upload the id of its upload
    boolean has(ByteString upload) {
      return visible.contains(upload);
    }

    /// Loses what was not finished.
    void loseUnfinished() {
      unfinished.clear();
    }

    private ByteString committed(ByteString upload) {
      return unfinished.getOrDefault(upload, ByteString.EMPTY);
    }
  }

  @Override
  public void begin(BeginRequest request, StreamObserver<BeginResponse> call) {
    var upload = request.getBlob().getUploadId();
    var answer = BeginResponse.newBuilder();
    if (folder.has(upload)) {
      answer.setUploaded(uploaded(upload));
    } else {
      answer.setPosition(position(upload));
    }
    call.onNext(answer.build());
    call.onCompleted();
  }

  private UploadPosition.Builder position(ByteString upload) {
    return UploadPosition.newBuilder()
        .setCommitted(folder.committed(upload).size())
        .setPartSize(PART);
  }

  private static Uploaded.Builder uploaded(ByteString upload) {
    return Uploaded.newBuilder().setBlobId(upload.concat(upload));
  }

  @Override
  public StreamObserver<UploadRequest> upload(StreamObserver<UploadResponse> call) {
    return new Reception(call);
  }

  /// One connection of an upload.
  private final class Reception implements StreamObserver<UploadRequest> {
    private final StreamObserver<UploadResponse> call;
    private @Nullable BlobDeclaration blob;
    private ByteString part = ByteString.EMPTY;
    private int committed;
    private boolean over;

    Reception(StreamObserver<UploadResponse> call) {
      this.call = call;
    }

    @Override
    public void onNext(UploadRequest frame) {
      if (over) {
        return;
      }
      var declared = blob;
      if (frame.hasStart()) {
        start(frame.getStart().getBlob(), frame.getStart().getOffset());
      } else if (declared != null) {
        chunk(declared, frame.getChunk());
      }
    }

    private void start(BlobDeclaration declared, long offset) {
      blob = declared;
      var upload = declared.getUploadId();
      Optional.ofNullable(receptions.put(upload, this)).ifPresent(Reception::takenOver);
      if (folder.has(upload)) {
        answer(UploadResponse.newBuilder().setUploaded(uploaded(upload)));
      } else if (offset == 0) {
        folder.unfinished.remove(upload);
      } else if (offset != folder.committed(upload).size()) {
        answer(UploadResponse.newBuilder().setElsewhere(position(upload)));
      }
      committed = (int) offset;
    }

    private void takenOver() {
      var declared = blob;
      if (!over && declared != null) {
        answer(UploadResponse.newBuilder().setElsewhere(position(declared.getUploadId())));
      }
    }

    private void chunk(BlobDeclaration declared, ByteString bytes) {
      var upload = declared.getUploadId();
      part = part.concat(bytes);
      boolean last = committed + part.size() == declared.getSize();
      if (part.size() < PART && !last) {
        return;
      }
      var before = folder.committed(upload);
      if (before.size() != committed) {
        answer(UploadResponse.newBuilder().setElsewhere(position(upload)));
        return;
      }
      var all = before.concat(part);
      committed = all.size();
      part = ByteString.EMPTY;
      if (!last) {
        folder.unfinished.put(upload, all);
        return;
      }
      folder.unfinished.remove(upload);
      if (!sha256(all).equals(declared.getSha256())) {
        answer(UploadResponse.newBuilder().setMismatch(ContentMismatch.getDefaultInstance()));
        return;
      }
      folder.visible.add(upload);
      answer(UploadResponse.newBuilder().setUploaded(uploaded(upload)));
    }

    private void answer(UploadResponse.Builder response) {
      over = true;
      call.onNext(response.build());
      call.onCompleted();
    }

    @Override
    public void onError(Throwable failure) {
      over = true;
    }

    @Override
    public void onCompleted() {
      over = true;
    }
  }

  static ByteString sha256(ByteString bytes) {
    try {
      return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
