package sotto.blob.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sotto.blob.BlobName;
import sotto.blob.BlobRecord;
import sotto.blob.BlobStore;
import sotto.blob.Midstate;
import sotto.blob.Progress;
import sotto.blob.StoreTakenException;

/// An upload as a multipart upload, or as one object if it has one part.
final class S3Parts implements BlobStore.Parts {
  private final Layout layout;
  private final BlobName name;
  private final Spool spool;
  private final Runnable closed;
  private S3Progress state;
  // Whether `state` is an object.
  private boolean kept;

  /// @param state how far it is
  /// @param kept whether that is an object already
  /// @param closed told when it is closed
  S3Parts(
      Layout layout, BlobName name, S3Progress state, boolean kept, Spool spool, Runnable closed) {
    this.layout = layout;
    this.name = name;
    this.state = state;
    this.kept = kept;
    this.spool = spool;
    this.closed = closed;
  }

  @Override
  public Progress progress() {
    return state.progress();
  }

  @Override
  public void remember() throws IOException {
    if (!kept) {
      save(state);
    }
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    spool.write(bytes);
  }

  @Override
  public void commitPart(Midstate midstate) throws IOException {
    beginMultipart();
    String etag = sendPart().orElseThrow(StoreTakenException::new);
    save(state.next(state.progress().next(midstate), etag));
    spool.clear();
  }

  @Override
  public void commit(BlobRecord record) throws IOException {
    if (!state.uploadId().isEmpty()) {
      finishMultipart(record);
    } else if (record.size() <= Layout.MOST_INLINE) {
      layout.show(name, record, spool.bytes());
    } else {
      // First what leads to the content.
      remember();
      layout.bucket().put(content(), spool);
      layout.show(name, record, state.generation());
    }
    if (kept) {
      layout.bucket().delete(Keys.upload(name));
      kept = false;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      spool.close();
    } finally {
      closed.run();
    }
  }

  private String content() {
    return Keys.content(name, state.generation());
  }

  private void beginMultipart() throws IOException {
    if (!state.uploadId().isEmpty()) {
      stayHolder();
      return;
    }
    remember();
    state = state.in(layout.bucket().create(content(), false));
  }

  /// Looks whether another connection has taken the upload over.
  private void stayHolder() throws IOException {
    Optional<S3Progress> now = layout.upload(name);
    if (now.isEmpty() || now.get().holder() != state.holder()) {
      throw new StoreTakenException();
    }
  }

  private Optional<String> sendPart() throws IOException {
    return layout.bucket().part(content(), state.uploadId(), state.etags().size() + 1, spool);
  }

  private void finishMultipart(BlobRecord record) throws IOException {
    stayHolder();
    List<String> etags = new ArrayList<>(state.etags());
    Optional<String> last = sendPart();
    last.ifPresent(etags::add);
    List<Bucket.Sent> parts = new ArrayList<>();
    for (String etag : etags) {
      parts.add(new Bucket.Sent(parts.size() + 1, 0, etag, Optional.empty()));
    }
    Bucket.Completed completed =
        last.isPresent()
            ? layout.bucket().complete(content(), state.uploadId(), parts)
            : Bucket.Completed.NO_SUCH_UPLOAD;
    boolean there =
        switch (completed) {
          case DONE -> true;
          // It may have been completed before, by an answer that never came.
          case NO_SUCH_UPLOAD -> layout.bucket().size(content()).equals(Optional.of(record.size()));
          // Somebody else has sent other bytes for one of them.
          case OTHER_PARTS -> false;
        };
    if (!there) {
      layout.discard(name);
      throw new StoreTakenException();
    }
    layout.show(name, record, state.generation());
  }

  private void save(S3Progress saved) throws IOException {
    layout.bucket().put(Keys.upload(name), saved.encode());
    state = saved;
    kept = true;
  }
}
