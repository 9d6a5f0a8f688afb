package sotto.standalone.admin;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sotto.admin.v1.CountMailboxesRequest;
import sotto.admin.v1.CountMailboxesResponse;
import sotto.admin.v1.StoreAdminServiceGrpc;
import sotto.mesh.Role;

/// What waits in the mailboxes of all stores, asked of them in one way.
final class Mailboxes {
  private Mailboxes() {}

  /// Asks every store.
  ///
  /// @param anew whether they count anew
  /// @param longest how long that may take
  static List<Answer<CountMailboxesResponse>> ask(Fleet fleet, boolean anew, Duration longest) {
    return fleet.ask(
        List.of(fleet.having(Role.STORE)),
        StoreAdminServiceGrpc::newBlockingStub,
        store -> store.countMailboxes(CountMailboxesRequest.newBuilder().setAnew(anew).build()),
        longest);
  }

  /// How an age is called: `up to 1m`, `older`.
  static String age(long upToMillis) {
    if (upToMillis == 0) {
      return "older";
    }
    var hours = Duration.ofMillis(upToMillis).toHours();
    if (hours >= 24) {
      return "up to " + hours / 24 + "d";
    }
    return hours > 0 ? "up to " + hours + "h" : "up to " + upToMillis / 60_000 + "m";
  }

  /// When the oldest envelope of all was accepted, milliseconds since 1970.
  static Optional<Long> oldest(List<CountMailboxesResponse> counted) {
    return counted.stream()
        .map(CountMailboxesResponse::getOldest)
        .filter(at -> at != 0)
        .min(Long::compareUnsigned);
  }
}
