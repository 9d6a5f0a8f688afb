package sotto.client.internal.net;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.DeviceRemoved;
import sotto.account.v1.GetChallengeRequest;
import sotto.account.v1.SignInRequest;
import sotto.account.v1.SignInResponse;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// This device's token: got when it is first wanted, and anew before it ends.
///
/// Its life is measured by the monotonic clock from the moment it came, so that a wrong wall clock
/// does not matter; a server that ends it sooner is noticed by its refusal.
public final class Tokens implements TokenSource {
  // A token lives ten minutes.
  private static final long RENEW_AFTER_NANOS = Duration.ofMinutes(8).toNanos();

  private record Held(String value, long at) {}

  private final Channel channel;
  private final String serverName;
  private final Signer signer;
  // Serialises sign-ins, so that many callers make one; guards nothing that other threads wait for.
  private final ReentrantLock signingIn = new ReentrantLock();
  private volatile Held held = new Held("", 0);

  /// Tokens for one device at one server.
  ///
  /// @param serverName the host that was dialled: a signature for it is worth nothing elsewhere
  public Tokens(Channel channel, String serverName, Signer signer) {
    this.channel = channel;
    this.serverName = serverName;
    this.signer = signer;
  }

  /// A token that is good now.
  ///
  /// @throws SottoException REFUSED if the server does not know this device; ACCOUNT_DISABLED
  @Override
  public String get() {
    Held now = held;
    return fresh(now) ? now.value() : signIn();
  }

  /// Forgets a token that was refused.
  @Override
  public void drop(String refused) {
    if (held.value().equals(refused)) {
      held = new Held("", 0);
    }
  }

  private static boolean fresh(Held token) {
    return !token.value().isEmpty() && System.nanoTime() - token.at() < RENEW_AFTER_NANOS;
  }

  private String signIn() {
    signingIn.lock();
    try {
      if (fresh(held)) {
        return held.value();
      }
      held = new Held(askForToken(), System.nanoTime());
      return held.value();
    } finally {
      signingIn.unlock();
    }
  }

  private String askForToken() {
    var stub =
        AccountServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(ServerCalls.DEADLINE_SECONDS, TimeUnit.SECONDS);
    ByteString account = ByteString.copyFrom(signer.address().account().bytes());
    int device = signer.address().device().number();
    ByteString challenge =
        stub.getChallenge(
                GetChallengeRequest.newBuilder().setAccountId(account).setDevice(device).build())
            .getChallenge();
    SignInResponse answer =
        stub.signIn(
            SignInRequest.newBuilder()
                .setAccountId(account)
                .setDevice(device)
                .setChallenge(challenge)
                .setServerName(serverName)
                .setSignature(ByteString.copyFrom(signature(challenge)))
                .build());
    return switch (answer.getOutcomeCase()) {
      case TOKEN -> answer.getToken().getValue();
      case DISABLED ->
          throw SottoException.of(
              Code.ACCOUNT_DISABLED, "The server's operator has disabled this account.");
      case REMOVED -> throw removed(answer.getRemoved());
      case REFUSED, OUTCOME_NOT_SET ->
          throw SottoException.of(
              Code.REFUSED, "The server does not let this device in: it does not know it.");
    };
  }

  /// What the server says is believed when it shows the signed link.
  private SottoException removed(DeviceRemoved answer) {
    List<byte[]> links = answer.getLinksList().stream().map(ByteString::toByteArray).toList();
    return switch (signer.shownBy(links)) {
      case REMOVED ->
          SottoException.of(
              Code.DEVICE_REMOVED, "This device was removed from its account by another one.");
      case ENDED -> SottoException.of(Code.ACCOUNT_DELETED, "The account was deleted.");
      case LISTED ->
          SottoException.of(
              Code.REFUSED,
              "The server says that this device was removed from its account, and cannot prove"
                  + " it.");
    };
  }

  private byte[] signature(ByteString challenge) {
    try {
      return signer.sign(serverName, challenge.toByteArray());
    } catch (IllegalArgumentException e) {
      throw SottoException.of(Code.REFUSED, "The server's challenge is malformed.", e);
    }
  }
}
