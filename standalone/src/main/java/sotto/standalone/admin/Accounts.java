package sotto.standalone.admin;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import sotto.admin.v1.AccountAdminServiceGrpc;
import sotto.admin.v1.AccountAdminServiceGrpc.AccountAdminServiceBlockingStub;
import sotto.admin.v1.AccountRef;
import sotto.admin.v1.DescribeRequest;
import sotto.admin.v1.DescribeResponse;
import sotto.admin.v1.ProcessAdminServiceGrpc;
import sotto.mesh.ConfigException;
import sotto.mesh.Role;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// How the commands about accounts and invites ask: one store, which brings a call to the account's
/// owner.
final class Accounts {
  // A thousand invites, or what an account has left, take a while.
  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration APART = Duration.ofMillis(200);
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

  private Accounts() {}

  /// Asks the first store that answers. Once: what is asked may not be repeatable.
  static <T> Answer<T> ask(Fleet fleet, Function<AccountAdminServiceBlockingStub, T> call) {
    List<Answer<DescribeResponse>> stores =
        fleet.ask(
            List.of(fleet.having(Role.STORE)),
            ProcessAdminServiceGrpc::newBlockingStub,
            process -> process.describe(DescribeRequest.getDefaultInstance()));
    return stores.stream()
        .filter(Answer.Got.class::isInstance)
        .findFirst()
        .map(store ->
            fleet.ask(store.pod(), AccountAdminServiceGrpc::newBlockingStub, call, LONGEST))
        .orElseGet(() -> new Answer.Failed<>(stores.getFirst().pod(), why(stores.getFirst())));
  }

  /// The same, again while the store that is asked finds out whether the account's owner lives.
  ///
  /// @param call may be done again
  static <T> Answer<T> askAgain(Fleet fleet, Function<AccountAdminServiceBlockingStub, T> call) {
    return ask(
        fleet, store -> again(() -> call.apply(store), System::nanoTime, LockSupport::parkNanos));
  }

  /// Calls until it is answered otherwise than *try again*, or for longer than a dead owner is left
  /// its accounts.
  ///
  /// @param nanos the time
  /// @param park waits so many nanoseconds
  static <T> T again(Supplier<T> call, LongSupplier nanos, LongConsumer park) {
    long since = nanos.getAsLong();
    while (true) {
      try {
        return call.get();
      } catch (StatusRuntimeException e) {
        if (!Statuses.reason(e).equals(Optional.of(Reason.UNAVAILABLE))
            || nanos.getAsLong() - since >= PATIENCE.toNanos()) {
          throw e;
        }
        park.accept(APART.toNanos());
      }
    }
  }

  private static String why(Answer<DescribeResponse> answer) {
    return answer instanceof Answer.Failed<DescribeResponse>(_, String why) ? why : "";
  }

  /// The account that somebody means by its id or its name.
  static AccountRef named(String account) {
    if (ID.matcher(account).matches()) {
      return AccountRef.newBuilder()
          .setAccountId(ByteString.copyFrom(HexFormat.of().parseHex(account)))
          .build();
    }
    if (account.length() < 3 || account.length() > 32) {
      throw new ConfigException("an account is named by its id (32 hex digits) or its username");
    }
    return AccountRef.newBuilder().setUsername(account).build();
  }

  /// As ids and hashes are shown.
  static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  /// A moment, or nothing for 0.
  static Cell moment(long millis) {
    return millis == 0 ? Cell.none() : Cell.of(Instant.ofEpochMilli(millis));
  }
}
