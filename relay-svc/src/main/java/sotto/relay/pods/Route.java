package sotto.relay.pods;

/// A way to a pod: directly, or through another pod that reaches it and passes the call on.
///
/// @param pod whose answer is wanted; empty = there is none
/// @param via whom the call goes to; empty = to the pod itself
public record Route(String pod, String via) {
  /// The way to nobody: every call on it fails.
  static final Route NOWHERE = new Route("", "");

  /// The way to a pod itself.
  static Route to(String pod) {
    return new Route(pod, "");
  }

  /// Whether no other pod lies between.
  boolean isDirect() {
    return via.isEmpty();
  }

  /// The pod that the call goes to first.
  String firstHop() {
    return isDirect() ? pod : via;
  }
}
