package sotto.blob.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import sotto.blob.Digest;
import sotto.blob.SignedCall;

/// Signs requests that clients make themselves: AWS Signature Version 4 in the query
/// ("Authenticating Requests: Using Query Parameters"), with headers that the signature covers,
/// which the library's own signer leaves out. A request with another length or digest than was
/// signed has another signature, and one whose body is another than its digest says is refused as
/// such.
final class Presigner {
  /// How long a signed request is good for.
  static final Duration LIFE = Duration.ofMinutes(15);

  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final String HMAC = "HmacSHA256";
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyyMMdd").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final String UNRESERVED = "-_.~";

  private final S3Config config;
  private final S3Endpoint endpoint;
  private final Clock clock;

  /// @param endpoint as those see it who make the requests
  Presigner(S3Config config, S3Endpoint endpoint, Clock clock) {
    this.config = config;
    this.endpoint = endpoint;
    this.clock = clock;
  }

  /// Signs a request on an object.
  ///
  /// @param query what the request says beside the signature
  /// @param headers that it must have, names in lower case
  SignedCall sign(
      String method, String key, Map<String, String> query, Map<String, String> headers) {
    Instant now = clock.instant();
    String host =
        endpoint.authority(
            config.pathStyle() ? endpoint.host() : config.bucket() + "." + endpoint.host());
    String path = "/" + (config.pathStyle() ? config.bucket() + "/" : "") + encode(key, "/");
    String scope = DAY.format(now) + "/" + config.region() + "/s3/aws4_request";

    SortedMap<String, String> signed = new TreeMap<>(headers);
    signed.put("host", host);
    String names = String.join(";", signed.keySet());

    SortedMap<String, String> all = new TreeMap<>();
    query.forEach((name, value) -> all.put(encode(name, ""), encode(value, "")));
    all.put("X-Amz-Algorithm", ALGORITHM);
    all.put("X-Amz-Credential", encode(config.accessKey() + "/" + scope, ""));
    all.put("X-Amz-Date", TIME.format(now));
    all.put("X-Amz-Expires", Long.toString(LIFE.toSeconds()));
    all.put("X-Amz-SignedHeaders", encode(names, ""));
    String queryText = joined(all, "=", "&");

    String request =
        String.join(
            "\n",
            method,
            path,
            queryText,
            joined(signed, ":", "\n") + "\n",
            names,
            "UNSIGNED-PAYLOAD");
    String toSign =
        String.join(
            "\n",
            ALGORITHM,
            TIME.format(now),
            scope,
            Digest.of(request.getBytes(UTF_8)).toString());
    String signature = HexFormat.of().formatHex(hmac(key(now), toSign));
    return new SignedCall(
        endpoint.scheme() + "://" + host + path + "?" + queryText + "&X-Amz-Signature=" + signature,
        headers,
        now.plus(LIFE).toEpochMilli());
  }

  private byte[] key(Instant now) {
    byte[] day = hmac(("AWS4" + config.secretKey()).getBytes(UTF_8), DAY.format(now));
    return hmac(hmac(hmac(day, config.region()), "s3"), "aws4_request");
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      return mac.doFinal(text.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
    }
  }

  private static String joined(SortedMap<String, String> pairs, String inner, String outer) {
    return pairs.entrySet().stream()
        .map(pair -> pair.getKey() + inner + pair.getValue())
        .collect(Collectors.joining(outer));
  }

  /// Percent-encodes all but letters, digits and `-_.~` (RFC 3986's unreserved).
  private static String encode(String text, String alsoPlain) {
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || UNRESERVED.indexOf(c) >= 0
              || alsoPlain.indexOf(c) >= 0;
      if (plain) {
        out.append(c);
      } else {
        out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return out.toString();
  }
}
