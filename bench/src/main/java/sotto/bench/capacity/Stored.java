package sotto.bench.capacity;

import static sotto.bench.capacity.Input.ACCOUNTS;
import static sotto.bench.capacity.Input.ACCOUNT_BYTES;
import static sotto.bench.capacity.Input.AWAY;
import static sotto.bench.capacity.Input.BINLOG;
import static sotto.bench.capacity.Input.COLD_AFTER;
import static sotto.bench.capacity.Input.COLD_OVERHEAD;
import static sotto.bench.capacity.Input.COLD_PART;
import static sotto.bench.capacity.Input.COLD_ROW;
import static sotto.bench.capacity.Input.DEVICES;
import static sotto.bench.capacity.Input.DEVICE_BYTES;
import static sotto.bench.capacity.Input.KEPT;
import static sotto.bench.capacity.Input.MEDIA_LIFE;
import static sotto.bench.capacity.Input.MESSAGE_BYTES;
import static sotto.bench.capacity.Input.OFFLINE;
import static sotto.bench.capacity.Input.OFFLINE_FOR;
import static sotto.bench.capacity.Input.RETENTION;
import static sotto.bench.capacity.Input.ROW_OVERHEAD;
import static sotto.bench.capacity.Input.USERS;

/// What is kept, bytes, in one copy.
///
/// @param waiting envelopes in the shards
/// @param cold what the shards keep of envelopes that have moved
/// @param accounts accounts and devices
/// @param log the shards' binary logs
/// @param segments envelopes that have moved, in the blob store
/// @param media files that wait
/// @param kept archives and backups
record Stored(
    double waiting,
    double cold,
    double accounts,
    double log,
    double segments,
    double media,
    double kept) {

  /// What so much traffic leaves.
  static Stored of(Given given, Traffic traffic) {
    double life = given.of(RETENTION);
    double early = Math.min(life, given.of(COLD_AFTER));
    double late = (life - early) * given.of(COLD_PART);
    double hot = life - late;
    double rows =
        traffic.envelopes()
            * (given.of(OFFLINE) * Math.min(life, given.of(OFFLINE_FOR)) + given.of(AWAY) * hot);
    double moved = traffic.envelopes() * given.of(AWAY) * late;
    double size = given.of(MESSAGE_BYTES);
    double row = size + given.of(ROW_OVERHEAD);
    double people = given.of(USERS) * given.of(ACCOUNTS);
    return new Stored(
        rows * row,
        moved * given.of(COLD_ROW),
        people * (given.of(ACCOUNT_BYTES) + given.of(DEVICES) * given.of(DEVICE_BYTES)),
        // A row comes and goes, and the log has it each time.
        2 * traffic.envelopes() * row * given.of(BINLOG),
        moved * (size + given.of(COLD_OVERHEAD)),
        traffic.uploaded() * given.of(MEDIA_LIFE),
        people * given.of(KEPT));
  }

  /// In the shards, one replica.
  double shards() {
    return waiting + cold + accounts + log;
  }

  /// In the blob store.
  double objects() {
    return segments + media + kept;
  }

  /// Messages alone, wherever they are.
  double messages() {
    return waiting + cold + segments;
  }
}
