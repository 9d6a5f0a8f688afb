package sotto.relay.stream;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chat.v1.ServerFrame;
import sotto.relay.limit.Exceeded;
import sotto.relay.route.LocalStream;
import sotto.relay.route.LocalStreams;

/// All streams of this relay. At most one holds a device: the one with the highest connection
/// number. Thread-safe.
public final class Streams implements LocalStreams {
  private static final Duration FULL_RETRY = Duration.ofSeconds(10);

  private final Supplier<Behind> behind;
  // All that are not closed, those without hello too.
  private final Set<DeviceStream> all = ConcurrentHashMap.newKeySet();
  // How many of them each account has.
  private final ConcurrentHashMap<AccountId, Integer> perAccount = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<DeviceAddress, DeviceStream> byDevice = new ConcurrentHashMap<>();
  private final AtomicBoolean leaving = new AtomicBoolean();

  /// No streams.
  ///
  /// @param behind what they share; asked for with the first stream
  public Streams(Supplier<Behind> behind) {
    this.behind = behind;
  }

  DeviceStream open(DeviceAddress device, ClientPort<ServerFrame> client) {
    var stream = new DeviceStream(device, client, behind.get());
    behind.get().metrics().opened();
    all.add(stream);
    int ofAccount = perAccount.merge(device.account(), 1, Integer::sum);
    var config = behind.get().config();
    if (leaving.get()) {
      stream.shutDown();
    } else if (ofAccount > config.streamsPerAccount()) {
      stream.refuse(new Exceeded("streams-per-account", FULL_RETRY));
    } else if (all.size() > config.maxStreams()) {
      stream.refuse(new Exceeded("max-streams", FULL_RETRY));
    }
    return stream;
  }

  /// Makes a stream the holder of its device and displaces the one it takes over from.
  ///
  /// @return false if one with a higher number holds it
  boolean register(DeviceStream stream) {
    var displaced = new DeviceStream[1];
    var holder =
        byDevice.compute(
            stream.device(),
            (_, old) -> {
              if (old != null
                  && Long.compareUnsigned(old.connectionNumber(), stream.connectionNumber()) > 0) {
                return old;
              }
              if (old != null) {
                displaced[0] = old;
              }
              return stream;
            });
    if (displaced[0] != null && displaced[0] != stream) {
      displaced[0].displace();
    }
    return holder == stream;
  }

  void forget(DeviceStream stream) {
    if (all.remove(stream)) {
      perAccount.computeIfPresent(stream.device().account(), (_, n) -> n == 1 ? null : n - 1);
    }
    byDevice.remove(stream.device(), stream);
  }

  /// Whether a stream of the account is here.
  boolean has(AccountId account) {
    return !of(account).isEmpty();
  }

  /// The streams that hold devices of the account.
  List<DeviceStream> of(AccountId account) {
    return IntStream.rangeClosed(1, DeviceId.MAX)
        .mapToObj(number -> new DeviceAddress(account, new DeviceId(number)))
        .flatMap(device -> Optional.ofNullable(byDevice.get(device)).stream())
        .toList();
  }

  @Override
  public Optional<LocalStream> find(DeviceAddress device) {
    return Optional.ofNullable(byDevice.get(device));
  }

  /// Presence says that a device is connected elsewhere with this number.
  public void displaced(DeviceAddress device, long connectionNumber) {
    var stream = byDevice.get(device);
    if (stream != null && Long.compareUnsigned(stream.connectionNumber(), connectionNumber) < 0) {
      stream.displace();
    }
  }

  /// The streams that hold devices, as they are now.
  List<DeviceStream> holders() {
    return List.copyOf(byDevice.values());
  }

  /// Tells every client to go elsewhere and takes no new ones.
  ///
  /// @param withinMillis the longest delay that a client is told to wait
  /// @param random the jitter
  public void goAway(int withinMillis, RandomGenerator random) {
    leaving.set(true);
    all.forEach(stream -> stream.goAway(random.nextInt(withinMillis) + 1));
  }

  /// Ends every stream.
  public void shutDown() {
    leaving.set(true);
    all.forEach(DeviceStream::shutDown);
  }

  /// How many there are.
  public int size() {
    return all.size();
  }

  /// Whether no stream is left.
  public boolean isEmpty() {
    return all.isEmpty();
  }
}
