package sotto.blob.s3;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import sotto.blob.BlobName;

/// Contents that nothing leads to, completed by a connection that was overtaken before it could
/// show them, and tails that nothing leads to any more, of connections that broke off before they
/// could remove them.
///
/// Contents are looked for among those that have become as old as an unfinished upload may, and not
/// again when they are older by [#WINDOW]: each look is a request.
///
/// @param bucket where
/// @param layout what its objects mean
record Orphans(Bucket bucket, Layout layout) {
  private static final int PAGE = 1_000;
  private static final Duration WINDOW = Duration.ofDays(2);

  /// Removes those that were completed before an instant.
  ///
  /// @return how many
  int remove(Instant before) throws IOException {
    Instant from = before.equals(Instant.MAX) ? Instant.MIN : before.minus(WINDOW);
    int removed = removeTails(before);
    String after = "";
    List<Bucket.Item> page;
    do {
      page = bucket.list(Keys.CONTENT, after, PAGE);
      for (Bucket.Item item : page) {
        after = item.key();
        boolean due = item.modified().isBefore(before) && item.modified().isAfter(from);
        if (due && isOrphan(item.key())) {
          bucket.delete(item.key());
          removed++;
        }
      }
    } while (page.size() == PAGE);
    return removed;
  }

  private int removeTails(Instant before) throws IOException {
    int removed = 0;
    String after = "";
    List<Bucket.Item> page;
    do {
      page = bucket.list(Keys.TAILS, after, PAGE);
      for (Bucket.Item item : page) {
        after = item.key();
        if (item.modified().isBefore(before) && isLostTail(item.key())) {
          bucket.delete(item.key());
          removed++;
        }
      }
    } while (page.size() == PAGE);
    return removed;
  }

  private boolean isLostTail(String key) throws IOException {
    Optional<BlobName> name = Keys.named(key);
    return name.isPresent()
        && layout.upload(name.get()).filter(state -> state.tail().isPresent()).isEmpty();
  }

  private boolean isOrphan(String key) throws IOException {
    Optional<BlobName> name = Keys.named(key);
    if (name.isEmpty()) {
      return false;
    }
    long generation = HexFormat.fromHexDigitsToLong(key, key.lastIndexOf('/') + 1, key.length());
    return layout.visible(name.get()).filter(v -> v.generation() == generation).isEmpty()
        && layout.upload(name.get()).filter(s -> s.generation() == generation).isEmpty()
        && layout.gone(name.get()).filter(v -> v.generation() == generation).isEmpty();
  }
}
