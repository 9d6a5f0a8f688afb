package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import java.security.SecureRandom;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AddDeviceRequest;
import sotto.account.v1.GetChainResponse;
import sotto.account.v1.LookUpUsernameResponse;
import sotto.account.v1.UsernameFound;
import sotto.chain.AccountChain;
import sotto.chain.Change;
import sotto.chain.DeviceId;
import sotto.chain.Link;
import sotto.chain.LinkBody;
import sotto.chain.Signer;
import sotto.chat.v1.ChatServiceGrpc;
import sotto.chat.v1.MismatchedDevices;
import sotto.client.Event;
import sotto.client.Options;
import sotto.client.Status;
import sotto.client.Verification;
import sotto.crypto.DeviceKeys;
import sotto.keys.v1.Bundle;
import sotto.keys.v1.GetBundlesRequest;
import sotto.keys.v1.GetBundlesResponse;
import sotto.keys.v1.KeyServiceGrpc;

/// A server that everybody trusts for TLS and that lies about keys, chains and names: the client
/// notices, says so, and nothing readable leaves it.
@ExtendWith(Stage.Given.class)
final class LyingServerTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Stage stage;
  private final LyingServer liar;
  private final Wire wire;
  private final RawDevice bob;
  private final RawDevice mallory;
  private final Talk alice;

  LyingServerTest(Stage stage) {
    this.stage = stage;
    liar = LyingServer.before(stage.server(), stage.folder("liar"));
    wire = stage.wire();
    bob = RawDevice.registered(wire, stage.freshName("bob"));
    mallory = RawDevice.registered(wire, stage.freshName("mallory"));
    alice = Talk.registered(stage, "alice", Options.defaults(), liar.address(), liar.ca());
  }

  @AfterEach
  void close() {
    try (liar;
        wire;
        bob;
        mallory;
        alice) {
      stage.noTraceLogged();
    }
  }

  private Bundle bundleOf(RawDevice device) {
    return wire.keys(Wire.bearer(mallory.token()))
        .getBundles(GetBundlesRequest.newBuilder().setAccountId(device.idBytes()).build())
        .getBundles()
        .getBundles(0);
  }

  private void bundlesBecome(java.util.function.UnaryOperator<Bundle> lie) {
    liar.lie(
        KeyServiceGrpc.getGetBundlesMethod(),
        (GetBundlesResponse truth) -> {
          var answer = truth.toBuilder();
          answer.getBundlesBuilder().setBundles(0, lie.apply(truth.getBundles().getBundles(0)));
          return answer.build();
        });
  }

  private void nothingWasSealedFor(RawDevice device) {
    assertThat(
            liar.sends().stream()
                .filter(s -> s.getAccountId().equals(device.idBytes()))
                .filter(s -> s.getDevicesCount() > 0))
        .as("ciphertexts that left")
        .isEmpty();
  }

  private void refusesBundles() {
    var message = alice.with(bob.username).send("for bob alone");
    assertThat(message.await(Status.SENT, LIMIT)).isEqualTo(Status.FAILED);
    assertThat(message.failure().orElseThrow().code()).isEqualTo("untrusted_keys");
    assertThat(message.failure().orElseThrow().sentence()).contains("keys");
    nothingWasSealedFor(bob);
    nothingWasSealedFor(mallory);
    liar.tellTheTruth();
    alice.reopen();
    assertThat(alice.with(bob.username).send("now").await(Status.SENT, LIMIT))
        .isEqualTo(Status.SENT);
  }

  @Test
  void bundleWithAnothersKeys_isRefused_andNothingIsSentToThem() {
    var hers = bundleOf(mallory);
    bundlesBecome(_ -> hers.toBuilder().setDevice(1).build());
    refusesBundles();
  }

  @Test
  void bundleWithTheRightIdentityAndForeignPreKeys_isRefused() {
    var hers = bundleOf(mallory);
    bundlesBecome(his ->
        his.toBuilder()
            .setSignedPreKey(hers.getSignedPreKey())
            .setKyberPreKey(hers.getKyberPreKey())
            .clearOneTimePreKey()
            .build());
    refusesBundles();
  }

  @Test
  void bundleWithOneChangedKyberKey_isRefused() {
    var hers = bundleOf(mallory);
    bundlesBecome(his ->
        his.toBuilder()
            .setKyberPreKey(
                his.getKyberPreKey().toBuilder().setPublicKey(hers.getKyberPreKey().getPublicKey()))
            .build());
    refusesBundles();
  }

  @Test
  void chainOfAnotherAccount_isRefused_andNothingIsSent() {
    var hers = ByteString.copyFrom(mallory.chain.links().getFirst().bytes());
    liar.lie(
        AccountServiceGrpc.getGetChainMethod(),
        (GetChainResponse truth) -> truth.toBuilder().clearLinks().addLinks(hers).build());
    var message = alice.with(bob.username).send("for bob alone");
    assertThat(message.await(Status.SENT, Duration.ofSeconds(4))).isNotEqualTo(Status.SENT);
    nothingWasSealedFor(bob);
    nothingWasSealedFor(mallory);
    assertThat(alice.await(e -> e instanceof Event.ContactChanged, LIMIT))
        .as("the user is told")
        .isPresent();
  }

  private void namesLeadTo(RawDevice device) {
    liar.lie(
        AccountServiceGrpc.getLookUpUsernameMethod(),
        (LookUpUsernameResponse _) ->
            LookUpUsernameResponse.newBuilder()
                .setFound(UsernameFound.newBuilder().setAccountId(device.idBytes()))
                .build());
  }

  @Test
  void nameOfAVerifiedContactThatLeadsElsewhere_isAnnounced_andNothingGoesThere() {
    var conversation = alice.with(bob.username);
    assertThat(conversation.send("first").await(Status.SENT, LIMIT)).isEqualTo(Status.SENT);
    conversation.confirmVerified();
    var before = liar.sends().size();
    namesLeadTo(mallory);
    alice.sotto().close();
    alice.reopen();
    var message = alice.with(bob.username);
    try {
      message.send("still for bob").await(Status.SENT, Duration.ofSeconds(3));
    } catch (sotto.client.SottoException e) {
      assertThat(e.code()).isEqualTo(sotto.client.SottoException.Code.CONTACT_CHANGED);
    }
    var changed = (Event.ContactChanged) alice.await(e -> e instanceof Event.ContactChanged);
    assertThat(changed.sentence()).contains(bob.username);
    assertThat(changed.contact().verification()).isEqualTo(Verification.CHANGED);
    nothingWasSealedFor(mallory);
    assertThat(liar.sends().size()).as("frames that left").isEqualTo(before);
  }

  @Test
  void nameOfAContactThatLeadsElsewhere_isAnnounced() {
    var conversation = alice.with(bob.username);
    assertThat(conversation.send("first").await(Status.SENT, LIMIT)).isEqualTo(Status.SENT);
    namesLeadTo(mallory);
    alice.reopen();
    alice.with(bob.username).send("second");
    var changed = (Event.ContactChanged) alice.await(e -> e instanceof Event.ContactChanged);
    assertThat(changed.sentence()).contains(bob.username);
  }

  /// Adds a device to bob's account at the real server.
  private void bobAddsADevice() {
    bob.chain = ((AccountChain.Extended) bob.chain.append(addition())).chain();
    var link = bob.chain.links().getLast();
    var answer =
        wire.accounts(new Metadata())
            .addDevice(
                AddDeviceRequest.newBuilder()
                    .setAccountId(bob.idBytes())
                    .setLink(ByteString.copyFrom(link.bytes()))
                    .setDevice(mallory.registration)
                    .build());
    assertThat(answer.hasAppended()).as("%s", answer).isTrue();
  }

  private Link addition() {
    var keys = DeviceKeys.generate(new SecureRandom());
    return LinkBody.next(
            bob.chain,
            new Signer.Device(DeviceId.FIRST),
            new Change.AddDevice(keys.joiningEntry(bob.id(), new DeviceId(2))),
            System.currentTimeMillis())
        .sign(bob.keys.signer());
  }

  /// Makes alice ask for bob's chain: the server says that there is more of it.
  private void contradicts() {
    liar.lieTo(
        ChatServiceGrpc.getConnectMethod(),
        (_, frame) -> {
          if (!frame.hasSendResult() || !frame.getSendResult().hasAccepted()) {
            return frame;
          }
          var answer = frame.toBuilder();
          answer
              .getSendResultBuilder()
              .setMismatchedDevices(
                  MismatchedDevices.newBuilder().setChainSequence(5).addMissing(2));
          return answer.build();
        });
    var sentBefore = liar.sends().size();
    var message = alice.with(bob.username).send("to which devices?");
    assertThat(message.await(Status.SENT, Duration.ofSeconds(4))).isNotEqualTo(Status.SENT);
    var changed = (Event.ContactChanged) alice.await(e -> e instanceof Event.ContactChanged);
    assertThat(changed.contact().verification()).isEqualTo(Verification.CHANGED);
    assertThat(changed.sentence()).contains(bob.username).contains("device");
    assertThat(liar.sends().size() - sentBefore).as("frames that left").isLessThanOrEqualTo(1);
  }

  @Test
  void chainThatIsRolledBack_isRefusedAndReported() {
    bobAddsADevice();
    var first = ByteString.copyFrom(bob.chain.links().getFirst().bytes());
    alice.with(bob.username).send("to both").await(Status.SENT, LIMIT);
    liar.lieTo(
        AccountServiceGrpc.getGetChainMethod(),
        (request, truth) -> {
          var answer = truth.toBuilder().clearLinks().setChainSequence(0);
          return request.getFromSequence() == 0 ? answer.addLinks(first).build() : answer.build();
        });
    contradicts();
  }

  @Test
  void chainThatForks_isRefusedAndReported() {
    var other = ByteString.copyFrom(addition().bytes());
    bobAddsADevice();
    alice.with(bob.username).send("to both").await(Status.SENT, LIMIT);
    liar.lieTo(
        AccountServiceGrpc.getGetChainMethod(),
        (request, truth) -> {
          var answer = truth.toBuilder().clearLinks();
          if (request.getFromSequence() == 0) {
            answer.addLinks(truth.getLinks(0));
          }
          return answer.addLinks(other).build();
        });
    contradicts();
  }
}
