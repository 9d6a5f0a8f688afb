package sotto.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import org.junit.jupiter.api.Test;
import sotto.account.v1.RegisterRequest;
import sotto.chat.v1.Ack;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.PresenceUpdate;
import sotto.chat.v1.Send;
import sotto.mailbox.v1.Append;

class BoundsTest {
  @Test
  void frameWithinBounds_passes() {
    assertThat(Bounds.check(frame(send()))).isEmpty();
  }

  @Test
  void emptyFrame_isRefused() {
    assertViolates(ClientFrame.getDefaultInstance(), "frame");
  }

  @Test
  void idOfAnotherLength_isRefusedWithItsPath() {
    assertViolates(frame(send().setAccountId(bytes(15))), "send.account_id");
    assertViolates(frame(send().setAccountId(bytes(17))), "send.account_id");
    assertViolates(frame(send().clearAccountId()), "send.account_id");
  }

  @Test
  void ciphertextOverItsLimit_isRefusedWithTheItemsPath() {
    var send = send();
    send.addDevices(envelope(2).setCiphertext(bytes(98_304)));
    assertThat(Bounds.check(frame(send))).isEmpty();
    send.addDevices(envelope(3).setCiphertext(bytes(98_305)));
    assertViolates(frame(send), "send.devices[2].ciphertext");
  }

  @Test
  void moreItemsThanAllowed_areRefused() {
    var send = send();
    for (var i = 0; i < 10; i++) {
      send.addDevices(envelope(i + 1));
    }
    assertViolates(frame(send), "send.devices");
  }

  @Test
  void emptyAck_isRefused() {
    assertViolates(
        ClientFrame.newBuilder().setAck(Ack.getDefaultInstance()).build(), "ack.positions");
  }

  @Test
  void numbersOutOfRange_areRefused() {
    assertViolates(frame(send().setDevices(0, envelope(0))), "send.devices[0].device");
    assertViolates(frame(send().setDevices(0, envelope(128))), "send.devices[0].device");
    assertViolates(frame(send().setDevices(0, envelope(-1))), "send.devices[0].device");
    assertViolates(frame(send().addWithoutBundle(200)), "send.without_bundle[0]");
    assertViolates(frame(send().setRequest(0)), "send.request");
  }

  @Test
  void unknownEnumValue_isRefused() {
    assertViolates(
        frame(send().setDevices(0, envelope(1).setTypeValue(77))), "send.devices[0].type");
    assertViolates(
        frame(
            send().setDevices(0, envelope(1).setType(CiphertextType.CIPHERTEXT_TYPE_UNSPECIFIED))),
        "send.devices[0].type");
  }

  @Test
  void missingRequiredMessage_isRefused() {
    assertViolates(
        RegisterRequest.newBuilder().setUsername("alice").setLink(bytes(10)).build(), "device");
  }

  @Test
  void optionalId_mayBeEmptyAndNothingElse() {
    var append = Append.newBuilder().setRequest(1).setAccountId(bytes(16)).setEnvelopeId(bytes(16));
    assertThat(Bounds.check(append.build())).isEmpty();
    assertViolates(append.setSenderAccountId(bytes(1)).build(), "sender_account_id");
  }

  @Test
  void itemsOfARepeatedBytesField_areEachChecked() {
    var update = PresenceUpdate.newBuilder().addUnwatch(bytes(16)).addUnwatch(bytes(3));
    assertViolates(update.build(), "unwatch[1]");
  }

  @Test
  void textIsMeasuredInUtf8Bytes() {
    var hello = sotto.chat.v1.Hello.newBuilder().setConnectionNumber(1).setClient("ä".repeat(32));
    assertThat(Bounds.check(hello.build())).isEmpty();
    assertViolates(hello.setClient("ä".repeat(33)).build(), "client");
  }

  private static void assertViolates(Message message, String field) {
    assertThat(Bounds.check(message)).map(Bounds.Violation::field).contains(field);
  }

  private static ClientFrame frame(Send.Builder send) {
    return ClientFrame.newBuilder().setSend(send).build();
  }

  private static Send.Builder send() {
    return Send.newBuilder()
        .setRequest(1)
        .setAccountId(bytes(16))
        .setEnvelopeId(bytes(16))
        .setLaneGeneration(1)
        .addDevices(envelope(1));
  }

  private static DeviceEnvelope.Builder envelope(int device) {
    return DeviceEnvelope.newBuilder()
        .setDevice(device)
        .setType(CiphertextType.CIPHERTEXT_TYPE_RATCHET)
        .setCiphertext(bytes(1));
  }

  private static ByteString bytes(int length) {
    return ByteString.copyFrom(new byte[length]);
  }
}
