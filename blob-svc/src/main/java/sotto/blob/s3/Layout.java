package sotto.blob.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.random.RandomGenerator;
import sotto.blob.BlobName;
import sotto.blob.BlobRecord;
import sotto.blob.StoreAwayException;

/// What the objects of a bucket mean.
///
/// @param bucket the bucket
record Layout(Bucket bucket) {
  /// Content up to this size stands in the object that makes the blob visible: one write, one read.
  /// Longer content would have to be written again at a renewal.
  static final int MOST_INLINE = 4 << 20;

  /// A generation that no other upload has.
  static long generation(RandomGenerator random) {
    long generation = random.nextLong();
    return generation == 0 ? 1 : generation;
  }

  /// Makes room for an upload: forgets an unfinished one, and removes an expired blob, since nobody
  /// uploads what is visible and has not expired.
  ///
  /// @throws StoreAwayException if there was one: a sweep of another process may be removing it
  ///   too, and must not remove what is about to come
  void clear(BlobName name) throws IOException {
    Optional<Visible> expired = visible(name);
    if (expired.isPresent()) {
      remove(name, expired.get());
      throw new StoreAwayException(
          "an expired blob had to be removed first", new IOException("come again"));
    }
    discard(name);
  }

  /// Removes a visible blob. The content first: what leads to it stays until it is gone.
  void remove(BlobName name, Visible head) throws IOException {
    removeContent(name, head);
    bucket.delete(Keys.blob(name));
  }

  /// The head of a visible blob.
  Optional<Visible> visible(BlobName name) throws IOException {
    return head(Keys.blob(name));
  }

  /// The head of a withdrawn blob.
  Optional<Visible> gone(BlobName name) throws IOException {
    return head(Keys.gone(name));
  }

  private Optional<Visible> head(String key) throws IOException {
    Optional<byte[]> bytes = bucket.get(key, Visible.LENGTH);
    return bytes.isEmpty() ? Optional.empty() : Optional.of(decode(bytes.get()));
  }

  static Visible decode(byte[] head) throws IOException {
    try {
      return Visible.decode(head);
    } catch (IllegalArgumentException e) {
      throw new IOException("a blob's object is damaged", e);
    }
  }

  /// An unfinished upload.
  Optional<S3Progress> upload(BlobName name) throws IOException {
    Optional<byte[]> bytes = bucket.get(Keys.upload(name), S3Progress.MAX_LENGTH);
    try {
      return bytes.map(S3Progress::decode);
    } catch (IllegalArgumentException e) {
      // Nothing can be gone on with; the sweep removes it.
      return Optional.empty();
    }
  }

  /// Makes a blob visible whose content is an object of its own.
  void show(BlobName name, BlobRecord record, long generation) throws IOException {
    replace(name, new Visible(record, generation).encode());
  }

  /// Makes a small blob visible.
  void show(BlobName name, BlobRecord record, byte[] content) throws IOException {
    byte[] head = new Visible(record, 0).encode();
    replace(name, ByteBuffer.allocate(head.length + content.length).put(head).put(content).array());
  }

  private void replace(BlobName name, byte[] object) throws IOException {
    Optional<Visible> before = visible(name);
    bucket.put(Keys.blob(name), object);
    long after = Visible.decode(object).generation();
    if (before.isPresent() && before.get().generation() != after) {
      removeContent(name, before.get());
    }
  }

  /// Removes the content of a blob if it is an object of its own.
  void removeContent(BlobName name, Visible head) throws IOException {
    if (!head.inline()) {
      bucket.delete(Keys.content(name, head.generation()));
    }
  }

  /// Forgets an unfinished upload. Content that was completed and never shown is left to the sweep:
  /// another pod may be about to show it.
  void discard(BlobName name) throws IOException {
    Optional<S3Progress> state = upload(name);
    if (state.isPresent()) {
      abort(Keys.content(name, state.get().generation()), state.get().uploadId());
      forget(name, state.get());
    } else {
      // One that cannot be read.
      bucket.delete(Keys.upload(name));
    }
  }

  /// Removes what is noted of an unfinished upload, and its tail before what leads to it.
  void forget(BlobName name, S3Progress state) throws IOException {
    if (state.tail().isPresent()) {
      bucket.delete(Keys.tail(name));
    }
    bucket.delete(Keys.upload(name));
  }

  /// Aborts what there is of an object's multipart uploads, also those that were created and not
  /// noted any more.
  private void abort(String content, String uploadId) throws IOException {
    if (!uploadId.isEmpty()) {
      bucket.abort(content, uploadId);
    }
    for (Bucket.Multipart multipart : bucket.multiparts(content)) {
      if (multipart.key().equals(content)) {
        bucket.abort(content, multipart.uploadId());
      }
    }
  }
}
