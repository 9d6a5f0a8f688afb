package sotto.relay.route;

import io.grpc.Channel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import sotto.chain.AccountId;
import sotto.presence.v1.LocateRequest;
import sotto.presence.v1.LocateResponse;
import sotto.presence.v1.Located;
import sotto.presence.v1.PresenceServiceGrpc;
import sotto.presence.v1.PresenceServiceGrpc.PresenceServiceStub;
import sotto.relay.mailbox.Gather;
import sotto.relay.mailbox.Mailboxes;
import sotto.relay.mailbox.Once;

/// Asks one presence pod where devices are, in batches. Thread-safe; nothing blocks.
final class PodReader {
  private static final long DEADLINE_MILLIS = 2_000;
  private static final int BATCH = 1_000;
  // No list has it but by chance: whatever is not there is warming.
  private static final long NO_VERSION = 0;

  private final PresenceServiceStub presence;
  private final Gather<Ask, Located> asks = new Gather<>(this::send, BATCH);

  private record Ask(AccountId account, long podsVersion) {}

  PodReader(Channel channel) {
    this.presence = PresenceServiceGrpc.newStub(channel);
  }

  /// Asks for the devices of one account.
  ///
  /// @param podsVersion of the list by which this pod was chosen
  /// @param told what it says; empty when it does not answer within 2 s
  void locate(AccountId account, long podsVersion, Consumer<Optional<Located>> told) {
    asks.add(new Ask(account, podsVersion), told);
  }

  private void send(List<Ask> batch, Consumer<Optional<List<Located>>> answer) {
    var request = LocateRequest.newBuilder();
    batch.forEach(ask -> request.addAccountIds(Mailboxes.bytes(ask.account())));
    long version = batch.getFirst().podsVersion();
    boolean same = batch.stream().allMatch(ask -> ask.podsVersion() == version);
    request.setPodsVersion(same ? version : NO_VERSION);
    presence
        .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
        .locate(
            request.build(),
            new Once<>(response -> answer.accept(response.map(LocateResponse::getAccountsList))));
  }
}
