package sotto.relay.route;

import com.google.protobuf.ByteString;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.presence.v1.Change;
import sotto.presence.v1.Unwatched;
import sotto.presence.v1.Watched;
import sotto.relay.mailbox.Mailboxes;

/// One watch as presence knows it, and what the pods say: online if one of them says so, unknown
/// until one has spoken. In the turn of [PresencePods] only.
final class Watching implements Entry {
  private final AccountId account;
  private final Watched watched;
  private final Places places = new Places();
  private final Map<PresenceLink, Boolean> votes = new LinkedHashMap<>(4);
  private Optional<Boolean> told = Optional.empty();

  Watching(long number, AccountId account, ByteString accessKey) {
    this.account = account;
    this.watched =
        Watched.newBuilder()
            .setWatch(number)
            .setAccountId(Mailboxes.bytes(account))
            .setAccessKey(accessKey)
            .build();
  }

  long number() {
    return watched.getWatch();
  }

  /// A pod has spoken.
  ///
  /// @return what the watchers are to be told, if that is news
  Optional<Boolean> vote(PresenceLink pod, boolean online) {
    votes.put(pod, online);
    return news();
  }

  /// A pod is not asked any more, or does not answer: it has no vote.
  ///
  /// @return what the watchers are to be told, if that is news
  Optional<Boolean> withoutVote(PresenceLink pod) {
    return votes.remove(pod) == null ? Optional.empty() : news();
  }

  private Optional<Boolean> news() {
    var now = Optional.of(votes.containsValue(true));
    if (votes.isEmpty() || now.equals(told)) {
      return Optional.empty();
    }
    told = now;
    return now;
  }

  @Override
  public AccountId account() {
    return account;
  }

  @Override
  public Places places() {
    return places;
  }

  @Override
  public List<Change> arrival() {
    return List.of(Change.newBuilder().setWatched(watched).build());
  }

  @Override
  public Change departure() {
    return Change.newBuilder()
        .setUnwatched(Unwatched.newBuilder().setWatch(watched.getWatch()))
        .build();
  }
}
