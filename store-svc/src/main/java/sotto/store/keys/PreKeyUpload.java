package sotto.store.keys;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;
import sotto.keys.v1.UploadPreKeysRequest;
import sotto.keys.v1.UploadPreKeysResponse;
import sotto.store.write.Batch;

/// Replaces and adds the pre-keys of a device: all of an upload or nothing.
///
/// An upload may be repeated: keys that are there are left, keys that were taken meanwhile stay
/// taken, also when the upload replaces all.
final class PreKeyUpload {
  /// The most one-time keys of each kind that a device has.
  static final int MAX_KEYS = 100;

  /// What an upload came to.
  sealed interface Outcome {}

  /// It is stored.
  ///
  /// @param counts what there is now
  record Stored(UploadPreKeysResponse counts) implements Outcome {}

  /// A key is not of the right form, or another one has its id.
  ///
  /// @param field where it stands in the request
  record BadKey(String field) implements Outcome {}

  /// There would be too many one-time keys.
  record TooMany() implements Outcome {}

  /// The device is not in its account's list.
  record NoDevice() implements Outcome {}

  /// What is to be done for one kind of one-time keys.
  ///
  /// @param drop ids that go, with their digests
  /// @param add keys that come
  /// @param count how many there are then
  private record Plan(PreKey.Kind kind, Map<Integer, Bytes> drop, List<PreKey> add, int count) {}

  private final Batch batch;
  private final DeviceAddress device;
  private final UploadPreKeysRequest request;

  private PreKeyUpload(Batch batch, DeviceAddress device, UploadPreKeysRequest request) {
    this.batch = batch;
    this.device = device;
    this.request = request;
  }

  /// Checks all, then writes all: other jobs share the transaction.
  static Outcome apply(Batch batch, DeviceAddress device, UploadPreKeysRequest request)
      throws SQLException {
    if (batch.device(device.account(), device.device().number()).isEmpty()) {
      return new NoDevice();
    }
    return new PreKeyUpload(batch, device, request).apply();
  }

  private Outcome apply() throws SQLException {
    List<PreKey> single = single();
    List<PreKey> ec = request.getOneTimePreKeysList().stream().map(PreKey::of).toList();
    List<PreKey> kyber =
        request.getOneTimeKyberPreKeysList().stream()
            .map(key -> PreKey.of(PreKey.Kind.ONE_TIME_KYBER, key))
            .toList();
    Optional<Outcome> malformed = malformed(single, ec, kyber);
    if (malformed.isPresent()) {
      return malformed.get();
    }
    List<Plan> plans = new ArrayList<>();
    for (PreKey key : single) {
      Bytes there = PreKeys.stored(batch.session(), device, key.kind()).get(key.id());
      if (there != null && !there.equals(key.digest())) {
        return new BadKey(field(key.kind()));
      }
    }
    Map<PreKey.Kind, List<PreKey>> wanted =
        Map.of(PreKey.Kind.ONE_TIME, ec, PreKey.Kind.ONE_TIME_KYBER, kyber);
    for (PreKey.Kind kind : List.of(PreKey.Kind.ONE_TIME, PreKey.Kind.ONE_TIME_KYBER)) {
      Optional<Plan> plan = plan(kind, wanted.getOrDefault(kind, List.of()));
      if (plan.isEmpty()) {
        return new BadKey(field(kind));
      }
      if (plan.get().count > MAX_KEYS) {
        return new TooMany();
      }
      plans.add(plan.get());
    }
    write(single, plans);
    return new Stored(
        UploadPreKeysResponse.newBuilder()
            .setOneTimePreKeys(plans.getFirst().count)
            .setOneTimeKyberPreKeys(plans.getLast().count)
            .build());
  }

  private List<PreKey> single() {
    List<PreKey> single = new ArrayList<>();
    if (request.hasSignedPreKey()) {
      single.add(PreKey.of(PreKey.Kind.SIGNED, request.getSignedPreKey()));
    }
    if (request.hasLastResortKyberPreKey()) {
      single.add(PreKey.of(PreKey.Kind.LAST_RESORT, request.getLastResortKyberPreKey()));
    }
    return single;
  }

  @SafeVarargs
  private static Optional<Outcome> malformed(List<PreKey>... keys) {
    for (List<PreKey> list : keys) {
      for (PreKey key : list) {
        if (!key.isWellFormed()) {
          return Optional.of(new BadKey(field(key.kind())));
        }
      }
    }
    return Optional.empty();
  }

  /// Empty when an id is there with other bytes.
  private Optional<Plan> plan(PreKey.Kind kind, List<PreKey> wanted) throws SQLException {
    Map<Integer, PreKey> byId = new HashMap<>();
    for (PreKey key : wanted) {
      PreKey before = byId.put(key.id(), key);
      if (before != null && !before.equals(key)) {
        return Optional.empty();
      }
    }
    Map<Integer, Bytes> stored = PreKeys.stored(batch.session(), device, kind);
    Map<Integer, Bytes> known = new HashMap<>(stored);
    known.putAll(PreKeys.taken(batch.session(), device, kind, List.copyOf(byId.keySet())));
    List<PreKey> add = new ArrayList<>();
    for (PreKey key : byId.values()) {
      Bytes there = known.get(key.id());
      if (there == null) {
        add.add(key);
      } else if (!there.equals(key.digest())) {
        return Optional.empty();
      }
    }
    Map<Integer, Bytes> drop = new HashMap<>();
    if (request.getReplaceAll()) {
      drop.putAll(stored);
      drop.keySet().removeAll(byId.keySet());
    }
    return Optional.of(new Plan(kind, drop, add, stored.size() - drop.size() + add.size()));
  }

  private void write(List<PreKey> single, List<Plan> plans) throws SQLException {
    for (PreKey key : single) {
      for (int id : PreKeys.stored(batch.session(), device, key.kind()).keySet()) {
        PreKeys.remove(batch.session(), device, key.kind(), id);
      }
      PreKeys.insert(batch.session(), device, key);
    }
    for (Plan plan : plans) {
      for (var dropped : plan.drop.entrySet()) {
        PreKeys.take(
            batch, device, plan.kind, dropped.getKey(), Objects.requireNonNull(dropped.getValue()));
      }
      for (PreKey key : plan.add) {
        PreKeys.insert(batch.session(), device, key);
      }
    }
  }

  private static String field(PreKey.Kind kind) {
    return switch (kind) {
      case SIGNED -> "signed_pre_key";
      case LAST_RESORT -> "last_resort_kyber_pre_key";
      case ONE_TIME -> "one_time_pre_keys";
      case ONE_TIME_KYBER -> "one_time_kyber_pre_keys";
    };
  }
}
