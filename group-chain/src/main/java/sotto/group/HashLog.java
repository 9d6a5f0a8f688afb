package sotto.group;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// The hashes of a chain's changes, immutable. Appending copies one chunk at most, and the list of
/// chunks once a chunk is full.
final class HashLog {
  static final int CHUNK = 256;
  static final HashLog EMPTY = new HashLog(List.of(), List.of());

  private final List<List<ChangeHash>> full;
  private final List<ChangeHash> last;

  private HashLog(List<List<ChangeHash>> full, List<ChangeHash> last) {
    this.full = full;
    this.last = last;
  }

  int size() {
    return full.size() * CHUNK + last.size();
  }

  ChangeHash get(int index) {
    int chunk = index / CHUNK;
    return (chunk < full.size() ? full.get(chunk) : last).get(index % CHUNK);
  }

  HashLog with(ChangeHash hash) {
    List<ChangeHash> longer = with(last, hash);
    return longer.size() < CHUNK
        ? new HashLog(full, longer)
        : new HashLog(with(full, longer), List.of());
  }

  private static <T> List<T> with(List<T> list, T next) {
    List<T> longer = new ArrayList<>(list.size() + 1);
    longer.addAll(list);
    longer.add(next);
    return Collections.unmodifiableList(longer);
  }
}
