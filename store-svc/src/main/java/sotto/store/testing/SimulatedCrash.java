package sotto.store.testing;

/// The death of a simulated process, on its way out of what it was doing. Whoever catches it on the
/// way changes nothing: a pod that has died does nothing any more.
public final class SimulatedCrash extends Error {
  private static final long serialVersionUID = 1;

  SimulatedCrash() {
    super("a simulated process died", null, false, false);
  }
}
