package sotto.blob;

import java.util.Map;

/// An HTTP request on an object store that a client is to make itself. Whoever has it may make it.
///
/// @param url where to
/// @param headers what must be sent with it, as it stands here
/// @param expiresAtMillis until when, milliseconds since 1970
public record SignedCall(String url, Map<String, String> headers, long expiresAtMillis) {
  /// Copies the headers.
  public SignedCall {
    headers = Map.copyOf(headers);
  }

  /// Without what makes it work.
  @Override
  public String toString() {
    return "SignedCall[until " + expiresAtMillis + "]";
  }
}
