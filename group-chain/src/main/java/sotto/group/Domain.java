package sotto.group;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// What comes before bytes that are signed or hashed, so that they pass for nothing else.
enum Domain {
  /// Before a change's body, for the signature of its author's device.
  CHANGE("sotto/group-change/1"),
  /// Before a founding change, for the hash that names the group.
  GROUP_ID("sotto/group-id/1"),
  /// Before group and account, for the signature of an invite link's key.
  JOIN("sotto/group-join/1");

  private final String text;

  Domain(String text) {
    this.text = text;
  }

  /// The length of the name in two bytes, the name, the bytes.
  byte[] before(byte[] bytes) {
    byte[] prefix = text.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(Short.BYTES + prefix.length + bytes.length)
        .putShort((short) prefix.length)
        .put(prefix)
        .put(bytes)
        .array();
  }
}
