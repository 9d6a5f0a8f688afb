package sotto.bench.capacity;

import static sotto.bench.capacity.Input.AWAY;
import static sotto.bench.capacity.Input.BLOB_CORES;
import static sotto.bench.capacity.Input.BLOB_NETWORK;
import static sotto.bench.capacity.Input.CHANGE_CPU;
import static sotto.bench.capacity.Input.COMMIT_FSYNCS;
import static sotto.bench.capacity.Input.COMMIT_ROWS;
import static sotto.bench.capacity.Input.COPIES;
import static sotto.bench.capacity.Input.DIRECT;
import static sotto.bench.capacity.Input.DIRECT_DOWNLOAD_CPU;
import static sotto.bench.capacity.Input.DIRECT_UPLOAD_CPU;
import static sotto.bench.capacity.Input.DOWNLOAD_CPU;
import static sotto.bench.capacity.Input.ENTRY_BYTES;
import static sotto.bench.capacity.Input.ENVELOPE_CPU;
import static sotto.bench.capacity.Input.FORWARD_CPU;
import static sotto.bench.capacity.Input.LOOK_UP_BYTES;
import static sotto.bench.capacity.Input.LOOK_UP_CPU;
import static sotto.bench.capacity.Input.MESSAGE_BYTES;
import static sotto.bench.capacity.Input.OFFLINE;
import static sotto.bench.capacity.Input.OPEN_BYTES;
import static sotto.bench.capacity.Input.OPEN_CPU;
import static sotto.bench.capacity.Input.PEAK;
import static sotto.bench.capacity.Input.PING_BYTES;
import static sotto.bench.capacity.Input.PING_CPU;
import static sotto.bench.capacity.Input.PING_EVERY;
import static sotto.bench.capacity.Input.PRESENCE_CORES;
import static sotto.bench.capacity.Input.PRESENCE_MEMORY;
import static sotto.bench.capacity.Input.PRESENCE_NETWORK;
import static sotto.bench.capacity.Input.PROCESS_MEMORY;
import static sotto.bench.capacity.Input.PUBLISHED_BYTES;
import static sotto.bench.capacity.Input.READ_CPU;
import static sotto.bench.capacity.Input.RELAYED_CPU;
import static sotto.bench.capacity.Input.RELAY_CORES;
import static sotto.bench.capacity.Input.RELAY_FILES;
import static sotto.bench.capacity.Input.RELAY_MEMORY;
import static sotto.bench.capacity.Input.RELAY_NETWORK;
import static sotto.bench.capacity.Input.REMEMBERED;
import static sotto.bench.capacity.Input.REPLICAS;
import static sotto.bench.capacity.Input.ROW_CPU;
import static sotto.bench.capacity.Input.ROW_OVERHEAD;
import static sotto.bench.capacity.Input.SHARD_CORES;
import static sotto.bench.capacity.Input.SHARD_DISK;
import static sotto.bench.capacity.Input.SHARD_FSYNCS;
import static sotto.bench.capacity.Input.SHARD_NETWORK;
import static sotto.bench.capacity.Input.SOCKET_MEMORY;
import static sotto.bench.capacity.Input.STORE_CORES;
import static sotto.bench.capacity.Input.STORE_CPU;
import static sotto.bench.capacity.Input.STORE_NETWORK;
import static sotto.bench.capacity.Input.STREAM_MEMORY;
import static sotto.bench.capacity.Input.TARGET;
import static sotto.bench.capacity.Input.UPLOAD_CPU;
import static sotto.bench.capacity.Input.WATCHES;
import static sotto.bench.capacity.Input.WATCHING_BYTES;
import static sotto.bench.capacity.Input.WATCH_BYTES;

import java.util.List;
import sotto.bench.capacity.Tier.Need;

/// The whole installation for some users.
///
/// @param given what it was computed from
/// @param relays hold the streams
/// @param stores own the buckets
/// @param shards each of `--replicas` nodes
/// @param presence who is where
/// @param blobs what files pass through
record Plan(
    Given given,
    Traffic traffic,
    Stored stored,
    Tier relays,
    Tier stores,
    Tier shards,
    Tier presence,
    Tier blobs) {
  private static final double GIGABYTE = 1e9;
  private static final double GIGABIT = 1e9 / 8;

  /// Computes it.
  ///
  /// @throws IllegalArgumentException if no number of nodes is enough; the message is for people
  static Plan of(Given given) {
    Traffic traffic = Traffic.of(given);
    Stored stored = Stored.of(given, traffic);
    return new Plan(
        given,
        traffic,
        stored,
        relays(given, traffic),
        stores(given, traffic),
        shards(given, traffic, stored),
        presence(given, traffic),
        blobs(given, traffic));
  }

  private static Need cores(Given given, double seconds, Input cores) {
    return new Need("processor", "cores", seconds, given.of(cores) * given.of(TARGET));
  }

  private static Need memory(Given given, double bytes, Input memory) {
    return new Need(
        "memory", "bytes", bytes, given.of(memory) * given.of(TARGET) - given.of(PROCESS_MEMORY));
  }

  /// Both directions together against the speed of one: there is more room than it says.
  private static Need network(Given given, double bytes, Input speed) {
    return new Need(
        "network", "bytes a second", bytes, given.of(speed) * GIGABIT * given.of(TARGET));
  }

  private static Tier relays(Given given, Traffic traffic) {
    double peak = given.of(PEAK);
    double pings = traffic.streams() / given.of(PING_EVERY);
    double passing = (traffic.uploaded() + traffic.downloaded()) * (1 - given.of(DIRECT));
    double busy =
        peak
                * (traffic.envelopes() * given.of(ENVELOPE_CPU)
                    + traffic.forwards() * given.of(FORWARD_CPU)
                    + traffic.opens() * given.of(OPEN_CPU)
                    + passing / GIGABYTE * given.of(RELAYED_CPU))
            + pings * given.of(PING_CPU);
    double bytes =
        peak
                * (traffic.clientBytes()
                    + traffic.storeBytes()
                    // Out of one relay and into another.
                    + 2 * traffic.forwardBytes()
                    + traffic.opens() * given.of(OPEN_BYTES)
                    + 2 * passing)
            + pings * given.of(PING_BYTES);
    double ofStream =
        given.of(STREAM_MEMORY)
            + given.of(SOCKET_MEMORY)
            + given.of(WATCHES) * given.of(WATCHING_BYTES);
    return Tier.of(
        Role.RELAYS,
        cores(given, busy, RELAY_CORES),
        memory(given, traffic.streams() * ofStream, RELAY_MEMORY),
        network(given, bytes, RELAY_NETWORK),
        new Need(
            "open files", "files", traffic.streams(), given.of(RELAY_FILES) * given.of(TARGET)));
  }

  /// As many as the fullest wants: what it owns is not for us to choose.
  private static Tier stores(Given given, Traffic traffic) {
    double peak = given.of(PEAK);
    double busy =
        peak * (traffic.envelopes() * given.of(STORE_CPU) + traffic.opens() * given.of(READ_CPU));
    // From the relays, and on to the shards.
    double bytes = peak * 2 * traffic.storeBytes();
    Tier even =
        Tier.of(Role.STORES, cores(given, busy, STORE_CORES), network(given, bytes, STORE_NETWORK));
    return even.with(Owners.enough(even.role().least(), even.binding().nodes()));
  }

  /// A shard has whole buckets.
  private static Tier shards(Given given, Traffic traffic, Stored stored) {
    double peak = given.of(PEAK);
    double rows = peak * traffic.envelopes();
    double commits = 2 * rows / given.of(COMMIT_ROWS);
    // In, and on to each replica.
    double bytes = rows * (given.of(MESSAGE_BYTES) + given.of(ROW_OVERHEAD)) * given.of(REPLICAS);
    double target = given.of(TARGET);
    Tier even =
        Tier.of(
            Role.SHARDS,
            cores(given, rows * given.of(ROW_CPU), SHARD_CORES),
            new Need("disk", "bytes", stored.shards(), given.of(SHARD_DISK) * target),
            new Need(
                "fsyncs",
                "a second",
                commits * given.of(COMMIT_FSYNCS),
                given.of(SHARD_FSYNCS) * target),
            network(given, bytes, SHARD_NETWORK));
    return even.with(Owners.shards(even.binding().nodes()));
  }

  private static Tier presence(Given given, Traffic traffic) {
    double copies = given.of(COPIES);
    double watches = given.of(WATCHES);
    double bytes =
        copies
            * traffic.streams()
            * (given.of(ENTRY_BYTES) + given.of(PUBLISHED_BYTES) + watches * given.of(WATCH_BYTES));
    double busy =
        given.of(PEAK)
            * (changes(given, traffic) * given.of(CHANGE_CPU)
                + lookUps(given, traffic) * given.of(LOOK_UP_CPU));
    double talk =
        given.of(PEAK)
            * (changes(given, traffic) + lookUps(given, traffic))
            * given.of(LOOK_UP_BYTES);
    return Tier.of(
        Role.PRESENCE,
        cores(given, busy, PRESENCE_CORES),
        memory(given, bytes, PRESENCE_MEMORY),
        network(given, talk, PRESENCE_NETWORK));
  }

  /// What all presence pods hear and tell a second: a connection is registered, published and
  /// ended, its watches begin and end, and who watches it is told twice.
  static double changes(Given given, Traffic traffic) {
    return given.of(COPIES) * traffic.opens() * (3 + 2 * given.of(WATCHES) + 2 * given.of(WATCHES));
  }

  /// How often pods are asked where the devices of an account are, a second. Of who is not there
  /// none knows, so that all are asked, and a relay remembers nothing.
  static double lookUps(Given given, Traffic traffic) {
    double absent = given.of(OFFLINE) + given.of(AWAY);
    return traffic.sends()
        * ((1 - absent) * (1 - given.of(REMEMBERED)) + absent * given.of(COPIES));
  }

  private static Tier blobs(Given given, Traffic traffic) {
    double direct = given.of(DIRECT);
    double in = traffic.uploaded() / GIGABYTE;
    double out = traffic.downloaded() / GIGABYTE;
    double seconds =
        in * ((1 - direct) * given.of(UPLOAD_CPU) + direct * given.of(DIRECT_UPLOAD_CPU))
            + out
                * ((1 - direct) * given.of(DOWNLOAD_CPU) + direct * given.of(DIRECT_DOWNLOAD_CPU));
    // To the relays, and to the bucket.
    double bytes = 2 * (traffic.uploaded() + traffic.downloaded()) * (1 - direct);
    return Tier.of(
        Role.BLOBS,
        cores(given, given.of(PEAK) * seconds, BLOB_CORES),
        network(given, given.of(PEAK) * bytes, BLOB_NETWORK));
  }

  /// All kinds of nodes.
  List<Tier> tiers() {
    return List.of(relays, stores, shards, presence, blobs);
  }

  /// The one of a kind.
  Tier tier(Role role) {
    return switch (role) {
      case RELAYS -> relays;
      case STORES -> stores;
      case SHARDS -> shards;
      case PRESENCE -> presence;
      case BLOBS -> blobs;
    };
  }

  /// How many machines a tier is.
  double machines(Tier tier) {
    return tier.nodes() * (tier.role() == Role.SHARDS ? given.of(REPLICAS) : 1.0);
  }

  /// How many machines there are.
  double machines() {
    return tiers().stream().mapToDouble(this::machines).sum();
  }

  /// Streams of a relay.
  double streamsEach() {
    return traffic.streams() / (double) relays.nodes();
  }
}
