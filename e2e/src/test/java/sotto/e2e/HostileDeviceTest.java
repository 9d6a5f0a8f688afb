package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AddDeviceRequest;
import sotto.account.v1.AppendLinkRequest;
import sotto.account.v1.GetChallengeRequest;
import sotto.account.v1.SignInRequest;
import sotto.chain.ChallengeBytes;
import sotto.chain.Change;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chain.LinkBody;
import sotto.chain.Signer;
import sotto.chat.v1.Ack;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.Ping;
import sotto.chat.v1.SendResult.OutcomeCase;
import sotto.chat.v1.ServerFrame.FrameCase;
import sotto.crypto.DeviceKeys;
import sotto.keys.v1.CountPreKeysRequest;
import sotto.mailbox.v1.MailboxServiceGrpc;
import sotto.mesh.DeviceToken;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// What a client may do wrong, by mistake or on purpose: each time it hears why, nobody else feels
/// it, and the server logs no stack trace. After each test two good devices still talk.
@ExtendWith(Stage.Given.class)
final class HostileDeviceTest {
  private static final Metadata NOTHING = new Metadata();

  private final Stage stage;
  private final Wire wire;
  private final GoodPair good;

  HostileDeviceTest(Stage stage) {
    this.stage = stage;
    wire = stage.wire();
    good = stage.goodPair();
  }

  @AfterEach
  void serverStillServes() {
    try (wire) {
      good.exchange();
    }
  }

  private RawDevice device() {
    return RawDevice.registered(wire, stage.freshName("mallory"));
  }

  private static Optional<Reason> refusal(Runnable call) {
    var refused = catchThrowableOfType(StatusRuntimeException.class, call::run);
    assertThat(refused).as("a refusal").isNotNull();
    assertThat(String.valueOf(refused.getStatus().getDescription()))
        .doesNotContain("Exception")
        .doesNotContain(".java:");
    return Statuses.reason(refused);
  }

  // Sizes.

  @Test
  void frameAboveTheLimit_endsItsStreamOnly() {
    try (var device = device();
        var stream = device.connect(1)) {
      stream.sendRaw(new byte[2 << 20]);
      // The transport resets the stream before a message is made of it, so no reason is given.
      assertThat(stream.awaitEnd().getStatus().getCode())
          .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED);
      // The device itself is welcome again.
      device.connect(2).close();
    }
  }

  @Test
  void envelopeAbove96KiB_isRefusedByName_andNothingIsStored() {
    try (var device = device();
        var victim = device();
        var stream = device.connect(1)) {
      var chain = device.meet(victim.id());
      var large =
          device.forged(
              chain, CiphertextType.CIPHERTEXT_TYPE_RATCHET, RawDevice.randomBytes(98_305));
      stream.send(ClientFrame.newBuilder().setSend(device.to(chain, List.of(large))));
      assertThat(tooLarge(stream)).isTrue();
      try (var mailbox = victim.connect(1)) {
        mailbox.await(FrameCase.QUEUE_EMPTY);
      }
    }
  }

  private static boolean tooLarge(RawStream stream) {
    var frame = stream.next(RawStream.LIMIT.toNanos());
    while (frame.isPresent() && !frame.get().hasSendResult()) {
      frame = stream.next(RawStream.LIMIT.toNanos());
    }
    return frame
        .map(f -> f.getSendResult().getOutcomeCase() == OutcomeCase.TOO_LARGE)
        .orElseGet(() -> stream.reason().equals(Optional.of(Reason.FIELD_OUT_OF_BOUNDS)));
  }

  @Test
  void envelopeOfExactly96KiB_isDelivered() {
    try (var device = device();
        var other = device();
        var stream = device.connect(1);
        var mailbox = other.connect(1)) {
      var chain = device.meet(other.id());
      var bytes = RawDevice.randomBytes(98_304);
      var largest = device.forged(chain, CiphertextType.CIPHERTEXT_TYPE_RATCHET, bytes);
      RawDevice.accepted(stream.send(device.to(chain, List.of(largest)).build()));
      assertThat(mailbox.deliveries(1).getFirst().getEnvelope().size()).isGreaterThan(98_304);
    }
  }

  @Test
  void moreDevicesThanAnAccountHas_isOutOfBounds() {
    try (var device = device();
        var stream = device.connect(1)) {
      var chain = device.chain;
      var one =
          device.forged(chain, CiphertextType.CIPHERTEXT_TYPE_RATCHET, RawDevice.randomBytes(8));
      stream.send(
          ClientFrame.newBuilder()
              .setSend(device.to(chain, IntStream.range(0, 11).mapToObj(_ -> one).toList())));
      assertThat(stream.reason()).contains(Reason.FIELD_OUT_OF_BOUNDS);
      assertThat(stream.awaitEnd()).hasMessageContaining("devices");
    }
  }

  // Tokens.

  @Test
  void streamWithoutToken_isRefused() {
    try (var stream = new RawStream(wire.channel(), true)) {
      assertThat(stream.reason()).contains(Reason.TOKEN_MISSING);
    }
  }

  private void refusesToken(String what, String token, Reason reason) {
    try (var stream = new RawStream(wire.with(Wire.bearer(token)), true)) {
      assertThat(stream.reason()).as(what).contains(reason);
    }
    assertThat(
            refusal(() ->
                wire.keys(Wire.bearer(token))
                    .countPreKeys(CountPreKeysRequest.getDefaultInstance())))
        .as(what)
        .contains(reason);
  }

  @Test
  void tokensThatAreNotTheServers_areRefused() {
    try (var device = device()) {
      var tokens = Tokens.of(stage.server().data());
      var claims = Tokens.claims(DeviceToken.subject(device.address()), Tokens.now());
      refusesToken("garbage", "garbage", Reason.TOKEN_INVALID);
      refusesToken("three dots", "a.b.c", Reason.TOKEN_INVALID);
      refusesToken("alg none", tokens.unsigned(claims), Reason.TOKEN_INVALID);
      refusesToken("another's signature", tokens.foreign(claims), Reason.TOKEN_INVALID);
      refusesToken(
          "an unknown key",
          new Tokens("no-such-key", tokens.key()).signed(claims),
          Reason.TOKEN_INVALID);
      refusesToken(
          "a MAC with a public value",
          tokens.macced(claims, device.keys.authPublicKey().bytes()),
          Reason.TOKEN_INVALID);
      var elsewhere = claims.deepCopy();
      elsewhere.addProperty("aud", "another-service");
      refusesToken("another audience", tokens.signed(elsewhere), Reason.TOKEN_INVALID);
      var good = device.token();
      refusesToken(
          "a changed claim",
          good.substring(0, good.length() / 2) + "AAAA" + good.substring(good.length() / 2 + 4),
          Reason.TOKEN_INVALID);
      refusesToken("a long one", "x".repeat(2_000), Reason.TOKEN_INVALID);
    }
  }

  @Test
  void expiredToken_isToldApart() {
    try (var device = device()) {
      var claims = Tokens.claims(DeviceToken.subject(device.address()), Tokens.now() - 3_600);
      refusesToken(
          "expired", Tokens.of(stage.server().data()).signed(claims), Reason.TOKEN_EXPIRED);
    }
  }

  @Test
  void genuineTokenOfADeviceThatIsNotInTheChain_opensNothing() {
    try (var device = device();
        var stranger = new RawDevice(wire)) {
      var tokens = Tokens.of(stage.server().data());
      for (var address :
          List.of(new DeviceAddress(device.id(), new DeviceId(2)), stranger.address())) {
        var token = tokens.signed(Tokens.claims(DeviceToken.subject(address), Tokens.now()));
        try (var stream = new RawStream(wire.with(Wire.bearer(token)), true)) {
          stream.hello(1);
          assertThat(stream.reason()).contains(Reason.DEVICE_REMOVED);
        }
      }
    }
  }

  @Test
  void tokenIsWorthItsOwnDeviceOnly_whateverHeadersClaim() {
    try (var mallory = device();
        var victim = device();
        var sender = device();
        var sending = sender.connect(1)) {
      var chain = sender.meet(victim.id());
      sender.say(sending, chain, "for the victim alone");
      var headers = Wire.bearer(mallory.token());
      headers.merge(internalHeaders(victim));
      try (var stream = new RawStream(wire.with(headers), true)) {
        stream.hello(1);
        // Mallory's own mailbox, which is empty.
        stream.await(FrameCase.QUEUE_EMPTY);
      }
      // The victim's connection number was not touched either: 1 is still above it.
      try (var mailbox = victim.connect(1)) {
        assertThat(mailbox.deliveries(1)).hasSize(1);
      }
    }
  }

  private static Metadata internalHeaders(RawDevice as) {
    var headers = new Metadata();
    headers.put(
        Metadata.Key.of("sotto-account-bin", Metadata.BINARY_BYTE_MARSHALLER), as.id().bytes());
    headers.put(Metadata.Key.of("sotto-device", Metadata.ASCII_STRING_MARSHALLER), "1");
    return headers;
  }

  @Test
  void internalHeadersAreNoToken() {
    try (var victim = device()) {
      var headers = internalHeaders(victim);
      try (var stream = new RawStream(wire.with(headers), true)) {
        assertThat(stream.reason()).contains(Reason.TOKEN_MISSING);
      }
      assertThat(
              refusal(
                  () -> wire.keys(headers).countPreKeys(CountPreKeysRequest.getDefaultInstance())))
          .contains(Reason.TOKEN_MISSING);
    }
  }

  @Test
  void internalServicesAreNotOnThePublicPort() {
    try (var device = device()) {
      for (var method : MailboxServiceGrpc.getServiceDescriptor().getMethods()) {
        var headers = Wire.bearer(device.token());
        headers.merge(internalHeaders(device));
        var refused =
            catchThrowableOfType(
                StatusRuntimeException.class, () -> wire.callRaw(method, headers, new byte[0]));
        assertThat(refused).as(method.getFullMethodName()).isNotNull();
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
      }
    }
  }

  // Signing in.

  @Test
  void signingInAsAnother_orForAnotherServer_orAsNobody_isRefusedAlike() {
    try (var mallory = device();
        var victim = device();
        var nobody = new RawDevice(wire)) {
      var accounts = wire.accounts(NOTHING);
      var challenge =
          accounts
              .getChallenge(
                  GetChallengeRequest.newBuilder()
                      .setAccountId(victim.idBytes())
                      .setDevice(1)
                      .build())
              .getChallenge();
      var request =
          SignInRequest.newBuilder()
              .setAccountId(victim.idBytes())
              .setDevice(1)
              .setChallenge(challenge)
              .setServerName(wire.host());
      var forged =
          mallory.keys.signChallenge(
              wire.host(), ChallengeBytes.SIGN_IN, challenge.toByteArray(), victim.address());
      assertThat(accounts.signIn(request.setSignature(ByteString.copyFrom(forged)).build()))
          .matches(r -> r.hasRefused());
      var otherPurpose =
          victim.keys.signChallenge(
              wire.host(), "another-purpose", challenge.toByteArray(), victim.address());
      assertThat(accounts.signIn(request.setSignature(ByteString.copyFrom(otherPurpose)).build()))
          .matches(r -> r.hasRefused());
      // A challenge that the server never made.
      var invented = RawDevice.randomBytes(challenge.size());
      var own =
          victim.keys.signChallenge(
              wire.host(), ChallengeBytes.SIGN_IN, invented.toByteArray(), victim.address());
      assertThat(
              accounts.signIn(
                  request.setChallenge(invented).setSignature(ByteString.copyFrom(own)).build()))
          .matches(r -> r.hasRefused());
      assertThat(victim.signIn("another.example").hasRefused()).isTrue();
      assertThat(nobody.signIn(wire.host()).hasRefused()).isTrue();
      assertThat(victim.signIn(wire.host()).hasToken()).isTrue();
    }
  }

  // Connection numbers.

  @Test
  void repeatedConnectionNumber_isDiverged_andMendedOnTheSameStream() {
    try (var device = device()) {
      device.connect(5).close();
      for (var repeated : List.of(5L, 3L, 1L)) {
        try (var stream = device.stream()) {
          stream.hello(repeated);
          assertThat(stream.await(FrameCase.DIVERGED).getDiverged().getHighest()).isEqualTo(5);
        }
      }
      try (var stream = device.stream()) {
        stream.hello(5);
        stream.await(FrameCase.DIVERGED);
        stream.hello(6);
        stream.await(FrameCase.WELCOME);
      }
    }
  }

  @Test
  void sendAfterDiverged_isOutOfOrder() {
    try (var device = device()) {
      device.connect(5).close();
      try (var stream = device.stream()) {
        stream.hello(5);
        stream.await(FrameCase.DIVERGED);
        stream.send(ClientFrame.newBuilder().setPing(Ping.newBuilder().setId(1)));
        assertThat(stream.reason()).contains(Reason.FRAME_OUT_OF_ORDER);
      }
    }
  }

  @Test
  void connectionNumberFarAhead_isRefused_andDoesNotLockTheDeviceOut() {
    try (var device = device()) {
      device.connect(1).close();
      for (var far : List.of(1L + (1 << 20) + 1, Long.MAX_VALUE, -1L)) {
        try (var stream = device.stream()) {
          stream.hello(far);
          assertThat(stream.reason())
              .as("number %s", far)
              .contains(Reason.CONNECTION_NUMBER_TOO_HIGH);
        }
      }
      device.connect(2).close();
      device.connect(2 + (1 << 20)).close();
    }
  }

  @Test
  void laterStreamDisplacesTheEarlier_andTheEarlierNumberIsDiverged() {
    try (var device = device();
        var first = device.connect(1);
        var second = device.connect(2)) {
      first.await(FrameCase.DISPLACED);
      try (var third = device.stream()) {
        third.hello(1);
        third.await(FrameCase.DIVERGED);
      }
      second.send(ClientFrame.newBuilder().setPing(Ping.newBuilder().setId(9)));
      assertThat(second.await(FrameCase.PONG).getPong().getId()).isEqualTo(9);
    }
  }

  // Frames.

  @Test
  void framesInAForbiddenOrder_endTheirStream() {
    try (var device = device()) {
      try (var stream = device.stream()) {
        stream.send(ClientFrame.newBuilder().setAck(Ack.newBuilder().addPositions(1)));
        assertThat(stream.reason()).contains(Reason.FRAME_OUT_OF_ORDER);
      }
      try (var stream = device.connect(1)) {
        stream.hello(2);
        assertThat(stream.reason()).contains(Reason.FRAME_OUT_OF_ORDER);
      }
      try (var stream = device.stream()) {
        stream.hello(0);
        assertThat(stream.reason()).contains(Reason.FIELD_OUT_OF_BOUNDS);
      }
    }
  }

  @Test
  void frameOfAKindThatNobodyKnows_isRefused() {
    try (var device = device();
        var stream = device.connect(1)) {
      stream.sendRaw(RawStream.unknownFrame(99));
      assertThat(stream.reason()).contains(Reason.FIELD_OUT_OF_BOUNDS);
    }
  }

  @Test
  void bytesThatAreNoFrame_areRefused() {
    try (var device = device()) {
      for (var bytes :
          List.of(
              new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff},
              new byte[] {0x12, 0x7f, 0x01},
              RawDevice.randomBytes(4_096).toByteArray())) {
        try (var stream = device.stream()) {
          stream.hello(1_000_000);
          stream.sendRaw(bytes);
          assertThat(stream.reason()).contains(Reason.FIELD_OUT_OF_BOUNDS);
        }
      }
    }
  }

  @Test
  void bytesThatAreNoRequest_areRefused() {
    for (var method : AccountServiceGrpc.getServiceDescriptor().getMethods()) {
      var refused =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  wire.callRaw(
                      method, NOTHING, new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff}));
      assertThat(refused).as(method.getFullMethodName()).isNotNull();
      assertThat(Statuses.reason(refused))
          .as(method.getFullMethodName())
          .isIn(Optional.of(Reason.FIELD_OUT_OF_BOUNDS), Optional.of(Reason.TOKEN_MISSING));
      assertThat(String.valueOf(refused.getStatus().getDescription()))
          .doesNotContain(".java:")
          .doesNotContain("Exception");
    }
  }

  @Test
  void acksOfPositionsThatAreNotThere_areHarmless() {
    try (var device = device();
        var sender = device();
        var mailbox = device.connect(1);
        var sending = sender.connect(1)) {
      mailbox.send(
          ClientFrame.newBuilder()
              .setAck(
                  Ack.newBuilder()
                      .addAllPositions(LongStream.range(0, 1_024).boxed().toList())
                      .setPositions(0, -1)));
      var chain = sender.meet(device.id());
      sender.say(sending, chain, "after false acks");
      var delivered = mailbox.deliveries(1);
      assertThat(device.read(delivered.getFirst(), sender.chain).getMessage().getText())
          .isEqualTo("after false acks");
      mailbox.send(
          ClientFrame.newBuilder()
              .setAck(
                  Ack.newBuilder().addAllPositions(LongStream.range(0, 1_025).boxed().toList())));
      assertThat(mailbox.reason()).contains(Reason.FIELD_OUT_OF_BOUNDS);
    }
  }

  // Sending.

  @Test
  void sendsToNobody_orToDevicesThatAreNot_areAnsweredAndStoreNothing() {
    try (var device = device();
        var victim = device();
        var nobody = new RawDevice(wire);
        var stream = device.connect(1)) {
      var one =
          device.forged(
              nobody.chain, CiphertextType.CIPHERTEXT_TYPE_RATCHET, RawDevice.randomBytes(64));
      assertThat(stream.send(device.to(nobody.chain, List.of(one)).build()).getOutcomeCase())
          .isEqualTo(OutcomeCase.UNKNOWN_RECIPIENT);
      var chain = device.meet(victim.id());
      var right =
          device.forged(chain, CiphertextType.CIPHERTEXT_TYPE_RATCHET, RawDevice.randomBytes(64));
      var extra = right.toBuilder().setDevice(2).build();
      var answer = stream.send(device.to(chain, List.of(right, extra)).build());
      assertThat(answer.getMismatchedDevices().getExtraList()).containsExactly(2);
      var twice = stream.send(device.to(chain, List.of(right, right)).setLaneGeneration(2).build());
      assertThat(twice.hasAccepted()).isFalse();
      var stale =
          stream.send(
              device
                  .to(
                      chain,
                      List.of(
                          right.toBuilder()
                              .setRegistrationId(right.getRegistrationId() ^ 1)
                              .build()))
                  .setLaneGeneration(3)
                  .build());
      assertThat(stale.getMismatchedDevices().getStaleList()).containsExactly(1);
      try (var mailbox = victim.connect(1)) {
        mailbox.await(FrameCase.QUEUE_EMPTY);
      }
    }
  }

  // Registering.

  @Test
  void forgedLinks_areRefused_andTheNameStaysFree() {
    var name = stage.freshName("wanted");
    try (var device = new RawDevice(wire);
        var other = new RawDevice(wire)) {
      var link = device.chain.links().getFirst().bytes();
      for (var at : List.of(1, link.length / 2, link.length - 1)) {
        var changed = link.clone();
        changed[at] ^= 1;
        assertThat(registers(device, name, ByteString.copyFrom(changed))).isFalse();
      }
      assertThat(registers(device, name, ByteString.copyFrom(link, 0, link.length - 1))).isFalse();
      assertThat(registers(device, name, RawDevice.randomBytes(300))).isFalse();
      // Another's pre-keys under one's own link: not signed by this device's identity key. The
      // server cannot check that without the Signal protocol; a client that fetches the bundle
      // must.
      assertThat(other.register(name).hasRegistered()).isTrue();
    }
  }

  private boolean registers(RawDevice device, String name, ByteString link) {
    try {
      return wire.accounts(NOTHING)
          .register(device.registerRequest(name).setLink(link).build())
          .hasRegistered();
    } catch (StatusRuntimeException e) {
      assertThat(Statuses.reason(e)).contains(Reason.FIELD_OUT_OF_BOUNDS);
      return false;
    }
  }

  @Test
  void takenUsername_isRefused_andTheLoserMayTakeAnother() {
    try (var owner = device();
        var late = new RawDevice(wire)) {
      assertThat(late.register(owner.username).hasUsernameTaken()).isTrue();
      assertThat(late.register(stage.freshName("second")).hasRegistered()).isTrue();
      assertThat(owner.token()).isNotEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ab",
        "Alice",
        "al ice",
        "al/ice",
        "../../x",
        "alíce",
        "ali\u202ece",
        "ali\nce",
        "a-b-c",
        "ａｌｉｃｅ",
        "аlice",
        "al\u0000ice",
        "' OR 1=1 --"
      })
  void invalidUsername_isRefused(String name) {
    try (var device = new RawDevice(wire)) {
      assertThat(registers(device, name, device.registerRequest(name).getLink())).isFalse();
      assertThat(registers(device, "a".repeat(33), device.registerRequest(name).getLink()))
          .isFalse();
    }
  }

  @Test
  void linksSignedByStrangers_changeNoChain() {
    try (var victim = device();
        var mallory = device();
        var keys = DeviceKeys.generate(new java.security.SecureRandom())) {
      var add =
          LinkBody.next(
                  victim.chain,
                  new Signer.Device(DeviceId.FIRST),
                  new Change.AddDevice(keys.joiningEntry(victim.id(), new DeviceId(2))),
                  System.currentTimeMillis())
              .sign(mallory.keys.signer());
      var answer =
          wire.accounts(NOTHING)
              .addDevice(
                  AddDeviceRequest.newBuilder()
                      .setAccountId(victim.idBytes())
                      .setLink(ByteString.copyFrom(add.bytes()))
                      .setDevice(mallory.registration)
                      .build());
      assertThat(answer.hasLinkRefused()).isTrue();
      var delete =
          LinkBody.next(
                  victim.chain,
                  new Signer.Device(DeviceId.FIRST),
                  new Change.DeleteAccount(),
                  System.currentTimeMillis())
              .sign(victim.keys.signer());
      // A genuine link of the victim's, sent by somebody else: it fits no chain of the caller's.
      var foreign =
          wire.accounts(Wire.bearer(mallory.token()))
              .appendLink(
                  AppendLinkRequest.newBuilder()
                      .setLink(ByteString.copyFrom(delete.bytes()))
                      .build());
      assertThat(foreign.hasLinkRefused()).isTrue();
      assertThat(mallory.chainOf(victim.id()).sequence()).isZero();
    }
  }
}
