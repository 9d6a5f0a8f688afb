package sotto.bench.capacity;

import static sotto.bench.capacity.Kind.BYTES;
import static sotto.bench.capacity.Kind.COUNT;
import static sotto.bench.capacity.Kind.PART;
import static sotto.bench.capacity.Kind.POSITIVE;
import static sotto.bench.capacity.Kind.ROOM;
import static sotto.bench.capacity.Kind.SHARE;
import static sotto.bench.capacity.Kind.TIME;

import java.util.Locale;
import java.util.Optional;

/// What the model is computed from. The constant's name is its option: `GROUP_SIZE` is
/// `--group-size`.
public enum Input {
  // What users do.
  USERS(POSITIVE, "500M", "People connected at the same time."),
  ACCOUNTS(POSITIVE, "2", "Accounts there are for each that is connected."),
  DEVICES(POSITIVE, "1.2", "Devices of an account, each with a stream."),
  MESSAGES(COUNT, "40", "Messages that a user sends a day."),
  PEAK(POSITIVE, "3", "The busiest second beside the mean of a day."),
  GROUPS(PART, "0.25", "Part of the messages that go to a group."),
  GROUP_SIZE(POSITIVE, "10", "Members of such a group, the sender included; 2 or more."),
  RECEIPTS(COUNT, "1.5", "Receipts that each recipient sends for a message."),
  OFFLINE(PART, "0.3", "Part of the envelopes whose device is not connected."),
  OFFLINE_FOR(TIME, "8h", "How long these wait."),
  AWAY(PART, "0.02", "Part of the envelopes that nobody fetches until they expire."),
  MESSAGE_BYTES(ROOM, "400", "Ciphertext of a message for one device, and of a receipt."),
  MEDIA(COUNT, "2", "Files that a user sends a day."),
  MEDIA_BYTES(BYTES, "300kB", "Mean size of a file."),
  DIRECT(PART, "0", "Part of the files' bytes that clients and bucket exchange themselves."),
  MEDIA_LIFE(TIME, "45d", "How long files wait (blob.transit-life)."),
  KEPT(BYTES, "0", "Archive and backups that an account keeps in the blob store."),
  RETENTION(TIME, "30d", "When envelopes expire (store.mailbox-life)."),
  COLD_AFTER(TIME, "7d", "When they may move to the blob store (store.cold-after)."),
  COLD_PART(PART, "1", "Part of what may that does."),
  RECONNECTS(COUNT, "10", "How often a device connects a day."),
  WATCHES(COUNT, "5", "Accounts whose presence a device watches."),
  REMEMBERED(PART, "0.5", "Part of the sends for which a relay still knows where the device is."),
  BINLOG(TIME, "6h", "How long a shard keeps its binary log."),

  // Nodes.
  TARGET(SHARE, "0.6", "How much of a node is to be used at the peak."),
  REPLICAS(POSITIVE, "3", "Nodes of a shard, the primary included; a whole number."),
  RELAY_CORES(POSITIVE, "8", "Cores of a relay."),
  RELAY_MEMORY(ROOM, "32GiB", "Its memory."),
  RELAY_NETWORK(POSITIVE, "10", "Its network, Gbit/s."),
  RELAY_FILES(POSITIVE, "1048576", "Files that it may have open (ulimit -n)."),
  STORE_CORES(POSITIVE, "16", "Cores of a store."),
  STORE_MEMORY(ROOM, "32GiB", "Its memory; its caches are bounded, so that it never binds."),
  STORE_NETWORK(POSITIVE, "10", "Its network, Gbit/s."),
  SHARD_CORES(POSITIVE, "16", "Cores of each node of a shard."),
  SHARD_MEMORY(ROOM, "64GiB", "Its memory; nothing here is computed from it but its price."),
  SHARD_DISK(ROOM, "2TB", "Its disk."),
  SHARD_NETWORK(POSITIVE, "10", "Its network, Gbit/s."),
  SHARD_FSYNCS(POSITIVE, "10000", "What its disk synchronises a second."),
  PRESENCE_CORES(POSITIVE, "8", "Cores of a presence pod."),
  PRESENCE_MEMORY(ROOM, "32GiB", "Its memory."),
  PRESENCE_NETWORK(POSITIVE, "10", "Its network, Gbit/s."),
  BLOB_CORES(POSITIVE, "16", "Cores of a blob pod."),
  BLOB_MEMORY(ROOM, "16GiB", "Its memory; nothing here is computed from it but its price."),
  BLOB_NETWORK(POSITIVE, "25", "Its network, Gbit/s."),

  // Unit costs of relays.
  STREAM_MEMORY(
      BYTES,
      "31.3KiB",
      "Memory of an idle stream.",
      Origin.MEASURED,
      performance("Idle streams at a relay", "RSS with 10,000 streams, trial 2; never with more")),
  SOCKET_MEMORY(
      BYTES, "4KiB", "Kernel memory of its connection.", Origin.ASSUMED, "the kernel's structures"),
  PROCESS_MEMORY(
      BYTES,
      "213MiB",
      "Memory of a process without load.",
      Origin.MEASURED,
      performance("Idle streams at a relay", "RSS of a relay without streams")),
  ENVELOPE_CPU(
      TIME,
      "92us",
      "Relays' processor time for an envelope, in and out.",
      Origin.MEASURED,
      performance(
          "Telemetry",
          "all four services in one process over SQLite, 15,500 messages a second on two cores;"
              + " charged to the relay in whole")),
  FORWARD_CPU(
      TIME, "30us", "And for a forward to another relay.", Origin.ASSUMED, "a third of the former"),
  PING_CPU(
      TIME, "20us", "And for a ping with its pong.", Origin.ASSUMED, "one TLS record in, one out"),
  PING_EVERY(TIME, "30s", "How often clients ping.", Origin.COMPUTED, "the protocol's setting"),
  OPEN_CPU(
      TIME,
      "2ms",
      "And for a connection: TLS, token, hello.",
      Origin.ASSUMED,
      "a signature, a key exchange and a dozen calls"),
  RELAYED_CPU(
      TIME,
      "5s",
      "And for a gigabyte of files that passes through.",
      Origin.ASSUMED,
      "TLS twice and copies; less than blob-svc's way out"),
  CLIENT_OVERHEAD(
      BYTES,
      "109",
      "Bytes on a client's connection beside an envelope, each way.",
      Origin.MEASURED,
      performance("A message to a group", "1,000 single sends, TCP's count")),
  MEMBER_BYTES(
      BYTES,
      "85",
      "Bytes of each recipient on the way of a group message to the relay.",
      Origin.MEASURED,
      performance("A message to a group", "1,000 members, TCP's count")),
  STORE_OVERHEAD(
      BYTES,
      "198",
      "Bytes between relay and store beside an envelope, both ways.",
      Origin.MEASURED,
      performance("A message to a group", "the mesh, 200 single sends")),
  FORWARD_OVERHEAD(
      BYTES,
      "133",
      "Bytes between relays beside an envelope, both ways.",
      Origin.MEASURED,
      performance("A message to a group", "the mesh, 200 single sends")),
  PING_BYTES(
      BYTES,
      "250",
      "Bytes of a ping with its pong and TCP's headers.",
      Origin.ASSUMED,
      "two records"),
  OPEN_BYTES(BYTES, "8kB", "Bytes of a connection's opening.", Origin.ASSUMED, "two certificates"),
  WATCHING_BYTES(
      BYTES, "300", "A relay's memory for a watch.", Origin.ASSUMED, "its objects, not weighed"),

  // Of stores and shards.
  STORE_CPU(
      TIME,
      "92us",
      "Stores' processor time for an envelope, in and out.",
      Origin.ASSUMED,
      "not measured apart; the whole of what all services take, once more"),
  READ_CPU(
      TIME,
      "200us",
      "And for the mailbox read of a stream that opens.",
      Origin.ASSUMED,
      "two calls"),
  ROW_CPU(
      TIME,
      "439us",
      "Processor time at each node of a shard for a row, in and out.",
      Origin.MEASURED,
      storage(
          "What was measured",
          "64 callers on Vitess, two cores for all: 2/3,180 + 2/2,906 seconds, a third for each"
              + " tablet; vtgate, store and callers are in it")),
  ROW_OVERHEAD(
      BYTES,
      "332",
      "Bytes of a row beside its envelope.",
      Origin.MEASURED,
      storage("What an undelivered message takes", "one MySQL, 732 for 400")),
  COLD_ROW(
      BYTES,
      "32",
      "Bytes in the shard of an envelope that has moved.",
      Origin.MEASURED,
      storage("What an undelivered message takes", "one MySQL")),
  COLD_OVERHEAD(
      BYTES,
      "20",
      "Bytes in the blob store beside such an envelope.",
      Origin.MEASURED,
      storage("What an undelivered message takes", "420 for 400")),
  COMMIT_ROWS(
      POSITIVE,
      "16",
      "Rows of a commit under load.",
      Origin.MEASURED,
      storage("What was measured", "64 callers on Vitess")),
  WRITERS(
      POSITIVE,
      "4",
      "Connections of a store that write.",
      Origin.COMPUTED,
      "store.writers' default"),
  COMMIT_TIME(
      TIME,
      "3.9ms",
      "How long a commit takes (of the simulation only).",
      Origin.MEASURED,
      storage("What was measured", "Vitess, one caller, p50")),
  COMMIT_FSYNCS(COUNT, "2", "Fsyncs of a commit.", Origin.COMPUTED, "redo log and binary log (G1)"),
  ACCOUNT_BYTES(
      BYTES,
      "2kB",
      "Bytes of an account: chain, name, profile.",
      Origin.ASSUMED,
      "its rows, not weighed"),
  DEVICE_BYTES(
      BYTES,
      "180kB",
      "Bytes of a device: its pre-keys.",
      Origin.COMPUTED,
      "100 Kyber keys of 1,569 and signatures of 64 bytes, 100 others, rows' heads"),

  // Of presence pods.
  ENTRY_BYTES(
      BYTES,
      "69",
      "Bytes of a connected device.",
      Origin.COMPUTED,
      "the table when it has just grown; measured: 48.7 with five million"),
  PUBLISHED_BYTES(
      BYTES, "44", "And of what it publishes.", Origin.COMPUTED, "presence-svc/README.md"),
  WATCH_BYTES(BYTES, "300", "Bytes of a watch.", Origin.ASSUMED, "its objects, not weighed"),
  COPIES(POSITIVE, "2", "Pods that have each.", Origin.COMPUTED, "the relays' constant"),
  CHANGE_CPU(
      TIME,
      "14us",
      "Processor time of a registration, a watch or what is told of one.",
      Origin.MEASURED,
      performance("Presence", "two cores for 143,000 a second over gRPC, the caller included")),
  LOOK_UP_CPU(
      TIME,
      "33us",
      "And of a look-up.",
      Origin.MEASURED,
      performance("Presence", "two cores for 61,000 a second, one at once, the caller included")),
  LOOK_UP_BYTES(BYTES, "250", "Bytes of a look-up or a change.", Origin.ASSUMED, "one small call"),

  // Of blob pods.
  UPLOAD_CPU(
      TIME,
      "31.9s",
      "Processor time of a gigabyte that comes in.",
      Origin.MEASURED,
      performance("Files, with a bucket behind the mesh", "streamed, trial 3")),
  DOWNLOAD_CPU(
      TIME,
      "12.6s",
      "And of one that goes out.",
      Origin.MEASURED,
      performance("Files, with a bucket behind the mesh", "streamed, trial 3")),
  DIRECT_UPLOAD_CPU(
      TIME,
      "2.8s",
      "And of one that comes in directly.",
      Origin.MEASURED,
      performance("Files, with a bucket behind the mesh", "direct, trial 2")),
  DIRECT_DOWNLOAD_CPU(
      TIME,
      "0.2s",
      "And of one that goes out directly.",
      Origin.MEASURED,
      performance("Files, with a bucket behind the mesh", "direct, trial 1")),

  // Prices, in whatever money. There are no defaults.
  PRICE_CORE_HOUR("A core for an hour."),
  PRICE_MEMORY("A gigabyte of memory for a month."),
  PRICE_SSD("A gigabyte of a shard's disk for a month."),
  PRICE_OBJECT("A gigabyte of object storage for a month."),
  PRICE_EGRESS("A gigabyte to clients.");

  private final Kind kind;
  private final Optional<String> standard;
  private final String says;
  private final Origin origin;
  private final String from;

  Input(Kind kind, String standard, String says, Origin origin, String from) {
    this.kind = kind;
    this.standard = Optional.of(standard);
    this.says = says;
    this.origin = origin;
    this.from = from;
  }

  Input(Kind kind, String standard, String says) {
    this(kind, standard, says, Origin.GIVEN, "");
  }

  Input(String says) {
    this.kind = Kind.PRICE;
    this.standard = Optional.empty();
    this.says = says;
    this.origin = Origin.GIVEN;
    this.from = "";
  }

  private static String performance(String section, String how) {
    return "docs/performance.md, *" + section + "*; " + how;
  }

  private static String storage(String section, String how) {
    return "docs/storage.md, *" + section + "*; " + how;
  }

  /// As it stands on a command line.
  public String option() {
    return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  Kind kind() {
    return kind;
  }

  /// The default as people write it; empty for a price.
  public Optional<String> standard() {
    return standard;
  }

  /// What it is, a sentence.
  public String says() {
    return says;
  }

  /// Where the default is from.
  Origin origin() {
    return origin;
  }

  /// The same for a table.
  String from() {
    return origin.shown(from);
  }

  /// Under which heading it is explained.
  public Section section() {
    if (kind == Kind.PRICE) {
      return Section.PRICES;
    }
    if (compareTo(TARGET) < 0) {
      return Section.LOAD;
    }
    return compareTo(STREAM_MEMORY) < 0 ? Section.NODES : Section.COSTS;
  }

  /// A heading.
  public enum Section {
    /// What users do.
    LOAD("What users do"),
    /// The machines.
    NODES("Nodes"),
    /// What things cost.
    COSTS("Unit costs"),
    /// What money they cost.
    PRICES("Prices (none = no cost is shown)");

    private final String title;

    Section(String title) {
      this.title = title;
    }

    /// For people.
    public String title() {
      return title;
    }
  }
}
