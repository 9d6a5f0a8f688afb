package sotto.mesh;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Text form of keys and certificates (RFC 7468).
final class Pem {
  private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

  private Pem() {}

  static byte[] encode(String label, byte[] der) {
    return ("-----BEGIN "
            + label
            + "-----\n"
            + LINES.encodeToString(der)
            + "\n-----END "
            + label
            + "-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /// The bytes of the first block with this label.
  ///
  /// @throws IllegalArgumentException if there is none
  static byte[] decode(String label, byte[] pem) {
    var text = new String(pem, StandardCharsets.US_ASCII);
    var begin = "-----BEGIN " + label + "-----";
    var from = text.indexOf(begin);
    var to = text.indexOf("-----END " + label + "-----");
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("no " + label + " in it");
    }
    return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
  }
}
