package sotto.store.write;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;

/// The envelopes that leave their mailboxes in one transaction: many with one statement. What is
/// not there is ignored.
public final class Removals {
  private static final int ROWS_AT_ONCE = 256;

  private final Batch batch;
  private final Set<Place> waiting = new LinkedHashSet<>();

  private record Place(AccountId account, int device, long position) {}

  private record Gone(Place place, int size, Optional<Bytes> sender) {}

  Removals(Batch batch) {
    this.batch = batch;
  }

  /// Asks for envelopes to be removed with the next [#flush].
  public void add(AccountId account, int device, Collection<Long> positions) {
    positions.forEach(position -> waiting.add(new Place(account, device, position)));
  }

  /// Removes what waits.
  ///
  /// @return how many went
  public int flush() throws SQLException {
    if (waiting.isEmpty()) {
      return 0;
    }
    batch.preload(waiting.stream().map(Place::account).toList());
    int gone = removeCold();
    List<Place> places = List.copyOf(waiting);
    waiting.clear();
    for (int from = 0; from < places.size(); ) {
      int size = Math.min(ROWS_AT_ONCE, places.size() - from);
      gone += remove(places.subList(from, from + size));
      from += size;
    }
    return gone;
  }

  /// What lies in segments is noted there; the rest still waits.
  private int removeCold() throws SQLException {
    Map<DeviceAddress, Set<Long>> cold = new LinkedHashMap<>();
    for (Place place : waiting) {
      Optional<DeviceState> device = batch.device(place.account, place.device);
      if (device.isPresent() && device.get().hasCold()) {
        cold.computeIfAbsent(
                new DeviceAddress(place.account, new DeviceId(place.device)), _ -> new HashSet<>())
            .add(place.position);
      }
    }
    int gone = 0;
    for (var entry : cold.entrySet()) {
      AccountId account = entry.getKey().account();
      int number = entry.getKey().device().number();
      Set<Long> positions = entry.getValue();
      Set<Long> found = new HashSet<>(positions);
      DeviceState device = batch.device(account, number).orElseThrow();
      gone += batch.segments().remove(account, device, positions);
      found.removeAll(positions);
      found.forEach(position -> waiting.remove(new Place(account, number, position)));
    }
    return gone;
  }

  private int remove(List<Place> places) throws SQLException {
    List<Gone> there =
        batch
            .session()
            .list(
                "SELECT account_id, device_id, position, size, sender_tag FROM inbox"
                    + where(places),
                row ->
                    new Gone(
                        new Place(new AccountId(row.getBytes(1)), row.getInt(2), row.getLong(3)),
                        row.getInt(4),
                        Optional.ofNullable(row.getBytes(5)).map(Bytes::of)),
                arguments(places));
    if (there.isEmpty()) {
      return 0;
    }
    // Loaded before the rows go, so that it counts them once.
    batch.preload(there.stream().map(gone -> gone.place.account).toList());
    List<Optional<DeviceState>> devices = new ArrayList<>();
    for (Gone gone : there) {
      devices.add(batch.device(gone.place.account, gone.place.device));
    }
    List<Place> gone = there.stream().map(Gone::place).toList();
    int removed = batch.session().update("DELETE FROM inbox" + where(gone), arguments(gone));
    for (int i = 0; i < there.size(); i++) {
      Gone one = there.get(i);
      devices.get(i).ifPresent(d -> d.remove(one.size, one.sender));
    }
    return removed;
  }

  private String where(List<Place> places) {
    return " WHERE "
        + batch
            .dialect()
            .anyOf(List.of("account_id", "device_id", "position"), padded(places.size()));
  }

  /// The last place is repeated: few shapes of statements.
  private static Object[] arguments(List<Place> places) {
    Object[] arguments = new Object[padded(places.size()) * 3];
    for (int i = 0; i < arguments.length; i += 3) {
      Place place = places.get(Math.min(i / 3, places.size() - 1));
      arguments[i] = place.account.bytes();
      arguments[i + 1] = place.device;
      arguments[i + 2] = place.position;
    }
    return arguments;
  }

  private static int padded(int places) {
    return places <= 4 ? places : Integer.highestOneBit(places - 1) << 1;
  }
}
