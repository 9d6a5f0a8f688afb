package sotto.blob.s3;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import sotto.blob.BlobName;
import sotto.blob.BlobRecord;
import sotto.blob.BlobStore;
import sotto.blob.DirectTransfers;
import sotto.blob.Progress;
import sotto.blob.Shelf;

/// Blobs in a bucket that any number of processes share; the layout is in the package's
/// description.
public final class S3BlobStore implements BlobStore {
  private static final int PAGE = 1_000;

  private final Bucket bucket;
  private final Layout layout;
  private final Path spool;
  private final RandomGenerator random;
  private final Optional<DirectTransfers> direct;
  private final Set<BlobName> underWay = ConcurrentHashMap.newKeySet();

  private S3BlobStore(Bucket bucket, Path spool, Clock clock, RandomGenerator random) {
    this.bucket = bucket;
    this.layout = new Layout(bucket);
    this.spool = spool;
    this.random = random;
    this.direct =
        bucket.config().direct()
            ? Optional.of(new S3Direct(layout, presigner(bucket.config(), clock), random))
            : Optional.empty();
  }

  /// Opens a bucket.
  ///
  /// @param spool a folder of this process's own for parts on their way; emptied
  /// @param clock says when signed requests end
  /// @param random names contents and connections, thread-safe
  /// @throws IOException if the bucket cannot be used
  public static S3BlobStore open(S3Config config, Path spool, Clock clock, RandomGenerator random)
      throws IOException {
    Files.createDirectories(spool);
    try (Stream<Path> left = Files.list(spool)) {
      for (Path file : left.toList()) {
        Files.deleteIfExists(file);
      }
    }
    var bucket = Bucket.open(config);
    try {
      bucket.check();
      return new S3BlobStore(bucket, spool, clock, random);
    } catch (IOException | RuntimeException e) {
      bucket.close();
      throw e;
    }
  }

  /// The key of blob ids that all processes with this bucket share: an object that the first of
  /// them makes. Two that start at once take the same, since only one of them can make it.
  ///
  /// @param fresh what it is to be if there is none
  public byte[] idKey(byte[] fresh) throws IOException {
    Optional<byte[]> known = bucket.get(Keys.ID_KEY, PAGE);
    if (known.isEmpty()) {
      bucket.putNew(Keys.ID_KEY, fresh);
      known = bucket.get(Keys.ID_KEY, PAGE);
    }
    return known.orElseThrow(
        () -> new IOException("the object store does not keep the key of ids"));
  }

  @Override
  public Upload begin(BlobName name, BlobRecord record) {
    return new Whole(name, record);
  }

  @Override
  public Parts start(BlobName name, BlobRecord record, int partSize) throws IOException {
    layout.clear(name);
    return open(
        name,
        S3Progress.none(
            Progress.none(record, partSize), Layout.generation(random), random.nextLong(), false),
        false);
  }

  @Override
  public Optional<Progress> progress(BlobName name) throws IOException {
    return layout.upload(name).map(S3Progress::reached);
  }

  @Override
  public Optional<Parts> resume(BlobName name) throws IOException {
    Optional<S3Progress> known = layout.upload(name).filter(state -> !state.direct());
    if (known.isEmpty()) {
      return Optional.empty();
    }
    S3Progress taken = known.get().heldBy(random.nextLong());
    bucket.put(Keys.upload(name), taken.encode());
    S3Parts parts = open(name, taken, true);
    try {
      parts.takeTail();
      return Optional.of(parts);
    } catch (IOException | RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  @Override
  public void discard(BlobName name) throws IOException {
    layout.discard(name);
  }

  @Override
  public List<BlobName> unfinished(Instant before, int limit) throws IOException {
    List<BlobName> old = new ArrayList<>();
    String after = "";
    List<Bucket.Item> page;
    do {
      page = bucket.list(Keys.UPLOADS, after, PAGE);
      for (Bucket.Item item : page) {
        after = item.key();
        if (item.modified().isBefore(before)) {
          Keys.named(item.key()).filter(name -> !underWay.contains(name)).ifPresent(old::add);
        }
      }
    } while (page.size() == PAGE && old.size() < limit);
    return old.stream().limit(limit).toList();
  }

  @Override
  public Optional<BlobRecord> confirm(BlobName name) throws IOException {
    return layout.visible(name).map(Visible::record);
  }

  @Override
  public Optional<Content> open(BlobName name) throws IOException {
    return S3Content.open(bucket, name);
  }

  @Override
  public boolean renew(BlobName name, long expiresAtMillis) throws IOException {
    Optional<byte[]> object = bucket.get(Keys.blob(name), Visible.LENGTH + Layout.MOST_INLINE);
    if (object.isEmpty()) {
      return false;
    }
    Visible head = Layout.decode(object.get());
    byte[] renewed = object.get();
    ByteBuffer.wrap(renewed)
        .put(new Visible(head.record().expiring(expiresAtMillis), head.generation()).encode());
    bucket.put(Keys.blob(name), renewed);
    return true;
  }

  @Override
  public boolean delete(BlobName name) throws IOException {
    Optional<Visible> head = layout.visible(name);
    if (head.isEmpty()) {
      return false;
    }
    layout.remove(name, head.get());
    return true;
  }

  @Override
  public Optional<BlobRecord> withdraw(BlobName name) throws IOException {
    Optional<Visible> head = layout.visible(name);
    if (head.isEmpty()) {
      return layout.gone(name).map(Visible::record);
    }
    bucket.put(Keys.gone(name), head.get().encode());
    bucket.delete(Keys.blob(name));
    return Optional.of(head.get().record());
  }

  @Override
  public List<Withdrawn> withdrawn(int limit) throws IOException {
    List<Withdrawn> all = new ArrayList<>();
    for (Bucket.Item item : bucket.list(Keys.GONE, "", Math.min(limit, PAGE))) {
      Optional<BlobName> name = Keys.named(item.key());
      if (name.isPresent()) {
        layout
            .gone(name.get())
            .ifPresent(head -> all.add(new Withdrawn(name.get(), head.record())));
      }
    }
    return all;
  }

  @Override
  public void purge(BlobName name) throws IOException {
    Optional<Visible> head = layout.gone(name);
    if (head.isPresent()) {
      // Withdrawal may have been broken off before it was out of sight.
      Optional<Visible> still = layout.visible(name).filter(head.get()::equals);
      if (still.isPresent()) {
        bucket.delete(Keys.blob(name));
      }
      layout.removeContent(name, head.get());
      bucket.delete(Keys.gone(name));
    }
  }

  /// A thousand at a time, whatever the limit: a listing costs the same, and only the old ones are
  /// read then. An object that makes a blob visible is written when it comes and when it is
  /// renewed.
  @Override
  public Page old(Shelf shelf, Optional<BlobName> after, int limit, Instant changedBefore)
      throws IOException {
    List<BlobName> names = new ArrayList<>();
    Optional<BlobName> last = Optional.empty();
    List<Bucket.Item> page = bucket.list(Keys.blobs(shelf), after.map(Keys::blob).orElse(""), PAGE);
    for (Bucket.Item item : page) {
      Optional<BlobName> name = Keys.named(item.key());
      last = name.or(() -> after);
      if (name.isPresent() && item.modified().isBefore(changedBefore)) {
        names.add(name.get());
      }
    }
    return new Page(names, page.size() < PAGE ? Optional.empty() : last);
  }

  @Override
  public List<BlobName> list(Shelf shelf, Optional<BlobName> after, int limit) throws IOException {
    List<BlobName> names = new ArrayList<>();
    String last = after.map(Keys::blob).orElse("");
    List<Bucket.Item> page;
    do {
      int most = Math.min(PAGE, limit - names.size());
      page = bucket.list(Keys.blobs(shelf), last, most);
      for (Bucket.Item item : page) {
        last = item.key();
        Keys.named(item.key()).ifPresent(names::add);
      }
      if (page.size() < most) {
        break;
      }
    } while (names.size() < limit);
    return names;
  }

  @Override
  public int removeAbandoned(Instant before) throws IOException {
    int removed = 0;
    // Of the whole bucket: MinIO knows no other prefix than a whole key.
    for (Bucket.Multipart multipart : bucket.multiparts("")) {
      boolean ours = multipart.key().startsWith(Keys.CONTENT);
      if (ours && multipart.begun().isBefore(before) && !isNoted(multipart)) {
        bucket.abort(multipart.key(), multipart.uploadId());
        removed++;
      }
    }
    return removed + new Orphans(bucket, layout).remove(before);
  }

  private static Presigner presigner(S3Config config, Clock clock) {
    return new Presigner(config, config.seenByClients(), clock);
  }

  private boolean isNoted(Bucket.Multipart multipart) throws IOException {
    Optional<BlobName> name = Keys.named(multipart.key());
    return name.isPresent()
        && layout
            .upload(name.get())
            .filter(state ->
                state.uploadId().isEmpty() || state.uploadId().equals(multipart.uploadId()))
            .isPresent();
  }

  @Override
  public Optional<DirectTransfers> direct() {
    return direct;
  }

  @Override
  public long freeBytes() {
    return Long.MAX_VALUE;
  }

  @Override
  public void close() {
    bucket.close();
  }

  private S3Parts open(BlobName name, S3Progress state, boolean kept) throws IOException {
    underWay.add(name);
    try {
      return new S3Parts(layout, name, state, kept, new Spool(spool), () -> underWay.remove(name));
    } catch (IOException e) {
      underWay.remove(name);
      throw e;
    }
  }

  /// A small upload: one object.
  private final class Whole implements Upload {
    private final BlobName name;
    private final BlobRecord record;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();

    Whole(BlobName name, BlobRecord record) {
      this.name = name;
      this.record = record;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      if (content.size() + bytes.remaining() > Layout.MOST_INLINE) {
        throw new IOException("too much for an upload that is not in parts");
      }
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      content.writeBytes(copy);
    }

    @Override
    public void commit() throws IOException {
      layout.show(name, record, content.toByteArray());
    }

    @Override
    public void close() {
      content.reset();
    }
  }
}
