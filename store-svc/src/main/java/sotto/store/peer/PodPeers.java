package sotto.store.peer;

import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import sotto.mesh.MonotonicClock;
import sotto.mesh.Pods;
import sotto.owner.v1.OwnerServiceGrpc;
import sotto.owner.v1.PulseRequest;
import sotto.owner.v1.PulseResponse;
import sotto.store.write.OwnerName;
import sotto.store.write.Peers;

/// The other pods, known by asking them (protocol B3). A pod is asked when somebody wants to know
/// and the last answer is more than a second old.
///
/// An answer in the name of another start than the one that was asked for says that this one is
/// gone. Thread-safe, guarded by itself; no call is made under the lock.
public final class PodPeers implements Peers {
  private static final Duration DEADLINE = Duration.ofSeconds(2);
  private static final int MOST_PODS = 1_024;

  private final Pods pods;
  private final MonotonicClock time;
  private final Map<String, PodPulse> pulses = new HashMap<>();

  /// Nobody has been asked yet.
  ///
  /// @param pods the ways to them
  /// @param time measures how old an answer is
  public PodPeers(Pods pods, MonotonicClock time) {
    this.pods = pods;
    this.time = time;
  }

  @Override
  public Pulse pulse(String owner) {
    return switch (look(OwnerName.podOf(owner))) {
      case PodPulse.Heard(String answers, boolean _) ->
          answers.equals(owner) ? Pulse.ANSWERS : Pulse.SILENT;
      case PodPulse.Asked _ -> Pulse.ASKED;
      case PodPulse.Silent _ -> Pulse.SILENT;
    };
  }

  @Override
  public Optional<String> ready(String pod) {
    return look(pod) instanceof PodPulse.Heard(String owner, boolean leaving) && !leaving
        ? Optional.of(owner)
        : Optional.empty();
  }

  private PodPulse.Look look(String pod) {
    long number;
    synchronized (this) {
      if (pulses.size() >= MOST_PODS && !pulses.containsKey(pod)) {
        pulses.clear();
      }
      number = pulses.computeIfAbsent(pod, _ -> new PodPulse()).begin(time.nanos());
    }
    if (number != PodPulse.NOT_NOW) {
      // The call that wants to know may end before the answer comes.
      Context.ROOT.run(() -> ask(pod, number));
    }
    synchronized (this) {
      return pulses.computeIfAbsent(pod, _ -> new PodPulse()).look(time.nanos());
    }
  }

  private void ask(String pod, long number) {
    try {
      OwnerServiceGrpc.newStub(pods.channel(pod))
          .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
          .pulse(PulseRequest.getDefaultInstance(), new Answer(pod, number));
    } catch (IllegalArgumentException e) {
      // A name that nobody can be reached by.
      failed(pod, number);
    }
  }

  private synchronized void answered(String pod, PulseResponse answer) {
    PodPulse pulse = pulses.get(pod);
    if (pulse != null) {
      pulse.answered(time.nanos(), answer.getOwner(), answer.getLeaving());
    }
  }

  private synchronized void failed(String pod, long number) {
    PodPulse pulse = pulses.get(pod);
    if (pulse != null) {
      pulse.failed(time.nanos(), number);
    }
  }

  private final class Answer implements StreamObserver<PulseResponse> {
    private final String pod;
    private final long number;

    Answer(String pod, long number) {
      this.pod = pod;
      this.number = number;
    }

    @Override
    public void onNext(PulseResponse answer) {
      answered(pod, answer);
    }

    @Override
    public void onError(Throwable failure) {
      failed(pod, number);
    }

    @Override
    public void onCompleted() {
      // The answer says it all.
    }
  }
}
