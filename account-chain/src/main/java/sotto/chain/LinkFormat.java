package sotto.chain;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// Version 1 of a link as bytes. Numbers are big-endian; the kind alone fixes the length.
///
/// ```
/// link       = body ‖ signature 64 [‖ recovery key's signature 64]   two for found and replace
/// body       = version 1 ‖ kind 1 ‖ sequence 4 ‖ previous 32 ‖ created at 8 ‖ signer 1 ‖ payload
/// signer     = device number, or 0 for the recovery key
/// payload    = device ‖ recovery key 32      1 found
///            | device                        2 add device
///            | device number 1               3 remove device
///            | recovery key 32               4 replace recovery key
///            |                               5 delete account
/// device     = number 1 ‖ identity key 33 ‖ authentication key 32 ‖ identity proof 64
/// signed     = u16 length ‖ "sotto/link/1" ‖ body
/// ```
final class LinkFormat {
  static final int VERSION = 1;

  static final int FOUND = 1;
  static final int ADD_DEVICE = 2;
  static final int REMOVE_DEVICE = 3;
  static final int REPLACE_RECOVERY_KEY = 4;
  static final int DELETE_ACCOUNT = 5;

  static final int KIND_AT = 1;
  static final int SEQUENCE_AT = KIND_AT + 1;
  static final int PREVIOUS_AT = SEQUENCE_AT + Integer.BYTES;
  static final int CREATED_AT = PREVIOUS_AT + LinkHash.LENGTH;
  static final int SIGNER_AT = CREATED_AT + Long.BYTES;
  static final int PAYLOAD_AT = SIGNER_AT + 1;

  static final int DEVICE_LENGTH =
      1
          + DeviceEntry.IDENTITY_KEY_LENGTH
          + Ed25519PublicKey.LENGTH
          + DeviceEntry.IDENTITY_PROOF_LENGTH;

  static final int MIN_LENGTH = PAYLOAD_AT + Ed25519PublicKey.SIGNATURE_LENGTH;
  static final int MAX_LENGTH =
      PAYLOAD_AT + DEVICE_LENGTH + Ed25519PublicKey.LENGTH + 2 * Ed25519PublicKey.SIGNATURE_LENGTH;

  private LinkFormat() {}

  static byte[] encode(LinkBody body) {
    ByteBuffer out = ByteBuffer.allocate(MAX_LENGTH);
    out.put((byte) VERSION);
    out.put((byte) kind(body.change()));
    out.putInt((int) body.sequence());
    out.put(body.previous().bytes());
    out.putLong(body.createdAtMillis());
    out.put(
        switch (body.signer()) {
          case Signer.Device d -> (byte) d.device().number();
          case Signer.RecoveryKey _ -> (byte) 0;
        });
    switch (body.change()) {
      case Change.Found c -> {
        put(out, c.device());
        out.put(c.recoveryKey().bytes());
      }
      case Change.AddDevice c -> put(out, c.device());
      case Change.RemoveDevice c -> out.put((byte) c.device().number());
      case Change.ReplaceRecoveryKey c -> out.put(c.recoveryKey().bytes());
      case Change.DeleteAccount _ -> {}
    }
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return bytes;
  }

  private static void put(ByteBuffer out, DeviceEntry device) {
    out.put((byte) device.device().number());
    out.put(device.identityKey().toArray());
    out.put(device.authKey().bytes());
    out.put(device.identityProof().toArray());
  }

  private static int kind(Change change) {
    return switch (change) {
      case Change.Found _ -> FOUND;
      case Change.AddDevice _ -> ADD_DEVICE;
      case Change.RemoveDevice _ -> REMOVE_DEVICE;
      case Change.ReplaceRecoveryKey _ -> REPLACE_RECOVERY_KEY;
      case Change.DeleteAccount _ -> DELETE_ACCOUNT;
    };
  }

  /// The only length a link of this kind has, or empty for an unknown kind.
  private static OptionalInt length(int kind) {
    int payload =
        switch (kind) {
          case FOUND -> DEVICE_LENGTH + Ed25519PublicKey.LENGTH;
          case ADD_DEVICE -> DEVICE_LENGTH;
          case REMOVE_DEVICE -> 1;
          case REPLACE_RECOVERY_KEY -> Ed25519PublicKey.LENGTH;
          case DELETE_ACCOUNT -> 0;
          default -> -1;
        };
    if (payload < 0) {
      return OptionalInt.empty();
    }
    int signatures = kind == FOUND || kind == REPLACE_RECOVERY_KEY ? 2 : 1;
    return OptionalInt.of(PAYLOAD_AT + payload + signatures * Ed25519PublicKey.SIGNATURE_LENGTH);
  }

  static Link.Parsed parse(byte[] bytes) {
    if (bytes.length < MIN_LENGTH || bytes.length > MAX_LENGTH) {
      return new Link.Malformed("length");
    }
    if (bytes[0] != VERSION) {
      return new Link.Malformed("version");
    }
    int kind = bytes[KIND_AT];
    OptionalInt length = length(kind);
    if (length.isEmpty()) {
      return new Link.Malformed("kind");
    }
    if (bytes.length != length.getAsInt()) {
      return new Link.Malformed("length");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).position(SEQUENCE_AT);
    try {
      long sequence = Integer.toUnsignedLong(in.getInt());
      LinkHash previous = new LinkHash(take(in, LinkHash.LENGTH));
      long createdAt = in.getLong();
      int by = in.get();
      Signer signer = by == 0 ? new Signer.RecoveryKey() : new Signer.Device(new DeviceId(by));
      LinkBody body = new LinkBody(sequence, previous, createdAt, signer, change(kind, in));
      List<Bytes> signatures = new ArrayList<>();
      while (in.hasRemaining()) {
        signatures.add(Bytes.of(take(in, Ed25519PublicKey.SIGNATURE_LENGTH)));
      }
      return new Link.Read(new Link(body, signatures));
    } catch (IllegalArgumentException e) {
      return new Link.Malformed("a field is out of its bounds");
    }
  }

  private static Change change(int kind, ByteBuffer in) {
    return switch (kind) {
      case FOUND -> new Change.Found(device(in), key(in));
      case ADD_DEVICE -> new Change.AddDevice(device(in));
      case REMOVE_DEVICE -> new Change.RemoveDevice(new DeviceId(in.get()));
      case REPLACE_RECOVERY_KEY -> new Change.ReplaceRecoveryKey(key(in));
      case DELETE_ACCOUNT -> new Change.DeleteAccount();
      default -> throw new IllegalArgumentException("kind");
    };
  }

  private static DeviceEntry device(ByteBuffer in) {
    return new DeviceEntry(
        new DeviceId(in.get()),
        Bytes.of(take(in, DeviceEntry.IDENTITY_KEY_LENGTH)),
        key(in),
        Bytes.of(take(in, DeviceEntry.IDENTITY_PROOF_LENGTH)));
  }

  private static Ed25519PublicKey key(ByteBuffer in) {
    return new Ed25519PublicKey(take(in, Ed25519PublicKey.LENGTH));
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }
}
