package sotto.bench.capacity;

/// A kind of node.
enum Role {
  RELAYS("relays", 2, Input.RELAY_CORES, Input.RELAY_MEMORY),
  STORES("stores", 2, Input.STORE_CORES, Input.STORE_MEMORY),
  /// Each of several nodes.
  SHARDS("shards", 1, Input.SHARD_CORES, Input.SHARD_MEMORY),
  PRESENCE("presence pods", 2, Input.PRESENCE_CORES, Input.PRESENCE_MEMORY),
  BLOBS("blob pods", 2, Input.BLOB_CORES, Input.BLOB_MEMORY);

  private final String title;
  private final int least;
  private final Input cores;
  private final Input memory;

  Role(String title, int least, Input cores, Input memory) {
    this.title = title;
    this.least = least;
    this.cores = cores;
    this.memory = memory;
  }

  /// For people.
  String title() {
    return title;
  }

  /// So many there are in any case, so that one may die.
  int least() {
    return least;
  }

  /// The input that says how many cores a node has.
  Input cores() {
    return cores;
  }

  /// The input that says how much memory it has.
  Input memory() {
    return memory;
  }
}
