package sotto.relay.mailbox;

import io.grpc.SynchronizationContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import sotto.chain.AccountId;
import sotto.mailbox.v1.CheckMissedRequest;
import sotto.mailbox.v1.CheckMissedResponse;
import sotto.mailbox.v1.DevicePosition;
import sotto.relay.pods.Pursuit;
import sotto.relay.pods.Route;
import sotto.relay.pods.Routes;

/// The question what some devices have missed, split by the pods that know it. Devices whose owner
/// is another are asked for again there; those for which none is found in time count as having
/// missed something, because then their streams read and find out. A pod that fails leaves its
/// devices to the next check.
///
/// Everything happens in its turn.
final class MissedQuestion {
  /// Asks one pod.
  @FunctionalInterface
  interface Call {
    /// Asks without blocking; calls one of the two, once.
    void send(
        Route to,
        CheckMissedRequest request,
        Consumer<CheckMissedResponse> told,
        Consumer<Throwable> failed);
  }

  private static final Logger LOG = System.getLogger(MissedQuestion.class.getName());

  private final Routes routes;
  private final Pursuit pursuit;
  private final Call call;
  private final List<DevicePosition> devices;
  private final Consumer<CheckMissedResponse> told;
  private final SynchronizationContext turn =
      new SynchronizationContext((thread, e) -> LOG.log(Level.ERROR, "a missed-check failed", e));

  // Touched in the turn only.
  private final CheckMissedResponse.Builder found = CheckMissedResponse.newBuilder();
  private List<Integer> moved = new ArrayList<>();
  private int unanswered;

  MissedQuestion(
      Routes routes,
      Pursuit pursuit,
      Call call,
      List<DevicePosition> devices,
      Consumer<CheckMissedResponse> told) {
    this.routes = routes;
    this.pursuit = pursuit;
    this.call = call;
    this.devices = devices;
    this.told = told;
  }

  void ask() {
    turn.execute(() -> ask(IntStream.range(0, devices.size()).boxed().toList()));
  }

  private void ask(List<Integer> indexes) {
    var byRoute = new LinkedHashMap<Route, List<Integer>>();
    for (int i : indexes) {
      byRoute.computeIfAbsent(routes.of(bucket(i)), _ -> new ArrayList<>()).add(i);
    }
    unanswered = byRoute.size();
    byRoute.forEach((route, some) -> {
      var request = CheckMissedRequest.newBuilder();
      some.forEach(i -> request.addDevices(devices.get(i)));
      call.send(
          route,
          request.build(),
          answer -> turn.execute(() -> answered(route, some, answer)),
          failure ->
              turn.execute(() -> {
                routes.failed(route, failure);
                oneLess();
              }));
    });
  }

  private int bucket(int index) {
    return new AccountId(devices.get(index).getAccountId().toByteArray()).bucket();
  }

  private void answered(Route route, List<Integer> asked, CheckMissedResponse answer) {
    routes.answered(route);
    answer.getMissedList().stream()
        .filter(i -> isIn(i, asked))
        .forEach(i -> found.addMissed(asked.get(i)));
    answer.getRemovedList().stream()
        .filter(i -> isIn(i, asked))
        .forEach(i -> found.addRemoved(asked.get(i)));
    answer.getLockedOutList().stream()
        .filter(i -> isIn(i, asked))
        .forEach(i -> found.addLockedOut(asked.get(i)));
    for (int n = 0; n < answer.getMovedCount(); n++) {
      int i = answer.getMoved(n);
      if (isIn(i, asked)) {
        moved.add(asked.get(i));
        // Without a name the bucket may just be on its way.
        if (n < answer.getMovedToCount() && !answer.getMovedTo(n).isEmpty()) {
          routes.moved(bucket(asked.get(i)), route, answer.getMovedTo(n));
        }
      }
    }
    oneLess();
  }

  private static boolean isIn(int index, List<Integer> asked) {
    return index >= 0 && index < asked.size();
  }

  private void oneLess() {
    unanswered--;
    if (unanswered > 0) {
      return;
    }
    var again = moved;
    moved = new ArrayList<>();
    if (again.isEmpty() || !pursuit.goOn(() -> turn.execute(() -> ask(again)))) {
      found.addAllMissed(again);
      told.accept(found.build());
    }
  }
}
