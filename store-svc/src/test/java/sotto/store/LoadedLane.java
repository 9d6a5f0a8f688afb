package sotto.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendResult;

/// A relay's lane to one account (protocol L1): goes after the owner, keeps eight in flight, and
/// starts again from the first that was not stored, under the next generation.
final class LoadedLane implements Callable<Map<Long, Long>> {
  private static final int WINDOW = 8;

  private final Map<String, Rig> pods;
  private final TestAccount to;
  private final AtomicBoolean done;
  private final Map<Long, Long> stored = new LinkedHashMap<>();
  private final List<String> route;
  private long epoch;
  private int generation = 1;
  private long request;

  /// @param pods by name
  /// @param done when to stop
  LoadedLane(Map<String, Rig> pods, TestAccount to, AtomicBoolean done) {
    this.pods = pods;
    this.to = to;
    this.done = done;
    this.route = new ArrayList<>(pods.keySet());
  }

  /// Sends until it is told to stop.
  ///
  /// @return the position of each envelope, in the order in which they were answered
  @Override
  public Map<Long, Long> call() throws InterruptedException {
    Map<String, Appender> streams = new LinkedHashMap<>();
    pods.forEach((pod, rig) -> streams.put(pod, rig.appender()));
    try {
      while (!done.get()) {
        window(Objects.requireNonNull(streams.get(route.getFirst())));
      }
    } finally {
      streams.values().forEach(Appender::close);
    }
    return stored;
  }

  private void window(Appender stream) throws InterruptedException {
    long first = stored.size() + 1L;
    Append.Builder[] appends = new Append.Builder[WINDOW];
    for (int i = 0; i < WINDOW; i++) {
      appends[i] = append(first + i);
    }
    boolean refused = false;
    long n = first;
    for (AppendResult result : stream.ask(appends)) {
      if (result.hasAppended()) {
        if (refused) {
          throw new AssertionError("stored behind a refusal: " + result);
        }
        epoch = result.getEpoch();
        stored.put(n, result.getAppended().getStored(0).getPosition());
      } else if (!refused) {
        refused = true;
        refused(result);
      }
      n++;
    }
  }

  private void refused(AppendResult result) {
    generation++;
    epoch = 0;
    switch (result.getOutcomeCase()) {
      case MOVED -> {
        String owner = result.getMoved().getOwner().split("/", 2)[0];
        String next = owner.isEmpty() ? route.getLast() : owner;
        route.remove(next);
        route.addFirst(next);
      }
      case AGAIN, RETRY_IN_ORDER -> {
        // The same once more.
      }
      default -> throw new AssertionError(result);
    }
  }

  private Append.Builder append(long n) {
    return Append.newBuilder()
        .setRequest(++request)
        .setLane(1L + to.id().bucket())
        .setGeneration(generation)
        .setEpoch(epoch)
        .setAccountId(Rig.id(to))
        .setEnvelopeId(Rig.envelopeId(n))
        .setChainSequence((int) to.chain().sequence())
        .addDevices(Rig.envelope(1, n));
  }
}
