package sotto.blob.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import sotto.blob.BlobName;
import sotto.blob.BlobRecord;
import sotto.blob.BlobStore;
import sotto.blob.Digest;
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
    return state.reached();
  }

  /// Takes up the tail of an upload that is gone on with. If there is another than was noted, the
  /// upload goes on from its last whole part.
  void takeTail() throws IOException {
    if (state.tail().isEmpty()) {
      return;
    }
    S3Progress.Tail tail = state.tail().get();
    Optional<InputStream> found = layout.bucket().stream(Keys.tail(name), 0);
    if (found.isPresent()) {
      try (InputStream in = found.get()) {
        spool.fill(in, tail.length());
      }
    }
    if (spool.length() != tail.length() || !spool.sha256().equals(tail.sha256().toString())) {
      spool.clear();
      save(state.with(Optional.empty()));
    }
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
  public void keep(Midstate midstate) throws IOException {
    Progress whole = state.progress();
    boolean last = whole.committed() + spool.length() == whole.record().size();
    if (spool.length() == whole.partSize() && !last) {
      keepPart(midstate);
    } else {
      keepTail(midstate);
    }
  }

  private void keepPart(Midstate midstate) throws IOException {
    beginMultipart();
    String etag = sendPart().orElseThrow(StoreTakenException::new);
    boolean tailed = state.tail().isPresent();
    save(state.next(state.progress().next(spool.length(), midstate), etag));
    spool.clear();
    if (tailed) {
      layout.bucket().delete(Keys.tail(name));
    }
  }

  private void keepTail(Midstate midstate) throws IOException {
    // First what leads to the tail.
    if (kept) {
      stayHolder();
    } else {
      remember();
    }
    layout.bucket().put(Keys.tail(name), spool);
    var sha256 = new Digest(HexFormat.of().parseHex(spool.sha256()));
    save(state.with(Optional.of(new S3Progress.Tail(spool.length(), sha256, midstate))));
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
      layout.forget(name, state);
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
