package sotto.bench.micro;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.Deliver;
import sotto.chat.v1.Delivery;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.GroupRecipient;
import sotto.chat.v1.GroupSend;
import sotto.chat.v1.Send;
import sotto.chat.v1.ServerFrame;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendRequest;
import sotto.mailbox.v1.DeviceAppend;

/// What a relay does with the bytes of a message of 400 bytes of ciphertext to one device.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Frames {
  private static final int MEMBERS = 1_000;

  private final ByteString ciphertext = random(400);
  private final ByteString account = random(16);
  private final byte[] send = send().toByteArray();
  private final byte[] groupSend = groupSend().toByteArray();
  private final ByteString stored = envelope(ciphertext).toByteString();

  private static ByteString random(int count) {
    byte[] bytes = new byte[count];
    ThreadLocalRandom.current().nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private ClientFrame send() {
    return ClientFrame.newBuilder()
        .setSend(
            Send.newBuilder()
                .setRequest(1)
                .setAccountId(account)
                .setEnvelopeId(random(16))
                .setChainSequence(1)
                .setLaneGeneration(1)
                .addDevices(
                    DeviceEnvelope.newBuilder()
                        .setDevice(1)
                        .setRegistrationId(1)
                        .setType(CiphertextType.CIPHERTEXT_TYPE_RATCHET)
                        .setCiphertext(ciphertext)))
        .build();
  }

  private ClientFrame groupSend() {
    GroupSend.Builder frame =
        GroupSend.newBuilder()
            .setRequest(1)
            .setGroupId(account)
            .setRevision(1)
            .setCiphertext(ciphertext);
    for (int i = 0; i < MEMBERS; i++) {
      frame.addRecipients(
          GroupRecipient.newBuilder()
              .setAccountId(random(16))
              .setEnvelopeId(random(16))
              .setChainSequence(1));
    }
    return ClientFrame.newBuilder().setGroupSend(frame).build();
  }

  private Envelope envelope(ByteString of) {
    return Envelope.newBuilder()
        .setSenderAccountId(account)
        .setSenderDevice(1)
        .setType(CiphertextType.CIPHERTEXT_TYPE_RATCHET)
        .setCiphertext(of)
        .build();
  }

  /// A client's frame as it comes.
  @Benchmark
  public ClientFrame parsed() throws InvalidProtocolBufferException {
    return ClientFrame.parseFrom(send);
  }

  /// One to a group of a thousand.
  @Benchmark
  public ClientFrame groupParsed() throws InvalidProtocolBufferException {
    return ClientFrame.parseFrom(groupSend);
  }

  /// From a client's frame to the bytes that go to a store.
  @Benchmark
  public byte[] passedToStore() throws InvalidProtocolBufferException {
    Send from = ClientFrame.parseFrom(send).getSend();
    Append.Builder append =
        Append.newBuilder()
            .setRequest(from.getRequest())
            .setAccountId(from.getAccountId())
            .setEnvelopeId(from.getEnvelopeId())
            .setChainSequence(from.getChainSequence())
            .setSenderAccountId(account)
            .setSenderDevice(1);
    for (DeviceEnvelope device : from.getDevicesList()) {
      append.addDevices(
          DeviceAppend.newBuilder()
              .setDevice(device.getDevice())
              .setRegistrationId(device.getRegistrationId())
              .setEnvelope(envelope(device.getCiphertext()).toByteString()));
    }
    return AppendRequest.newBuilder().addAppends(append).build().toByteArray();
  }

  /// From what a store has to the bytes that go to a device.
  @Benchmark
  public byte[] passedToDevice() {
    return ServerFrame.newBuilder()
        .setDeliver(
            Deliver.newBuilder()
                .addDeliveries(
                    Delivery.newBuilder().setPosition(1).setAcceptedAtMs(1).setEnvelope(stored)))
        .build()
        .toByteArray();
  }
}
