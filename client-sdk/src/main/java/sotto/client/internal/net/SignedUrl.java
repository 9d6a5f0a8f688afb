package sotto.client.internal.net;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import sotto.blob.v1.SignedRequest;

/// A place that the server sends this client to, checked: plain or encrypted HTTP, no user, no
/// fragment, and only such headers as stores of objects ask for.
///
/// @param uri where
/// @param headers what to send with it
record SignedUrl(URI uri, Map<String, String> headers) {
  private static final int MAX_URL = 8192;
  private static final int MAX_HEADERS = 32;
  private static final int MAX_VALUE = 4096;
  private static final Set<String> HEADERS =
      Set.of("content-type", "content-md5", "cache-control", "if-none-match");
  private static final Set<String> PREFIXES = Set.of("x-amz-", "x-goog-", "x-ms-", "x-minio-");

  /// What the HTTP client says by itself.
  private static final Set<String> IMPLIED = Set.of("host", "content-length");

  SignedUrl {
    headers = Map.copyOf(headers);
  }

  /// Checks a request.
  ///
  /// @throws DirectRefused if it is not one to make
  static SignedUrl of(SignedRequest request) throws DirectRefused {
    if (request.getUrl().length() > MAX_URL || request.getHeadersCount() > MAX_HEADERS) {
      throw new DirectRefused("a URL or its headers are too long");
    }
    Map<String, String> headers = new HashMap<>();
    for (Map.Entry<String, String> header : request.getHeadersMap().entrySet()) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (IMPLIED.contains(name)) {
        continue;
      }
      if (!allowed(name) || !printable(header.getValue())) {
        throw new DirectRefused("a header that is not sent");
      }
      headers.put(name, header.getValue());
    }
    return new SignedUrl(uri(request.getUrl()), headers);
  }

  private static URI uri(String url) throws DirectRefused {
    try {
      URI uri = new URI(url);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      if ((!scheme.equals("http") && !scheme.equals("https"))
          || uri.getHost() == null
          || uri.getRawUserInfo() != null
          || uri.getRawFragment() != null) {
        throw new DirectRefused("a URL that is not fetched from");
      }
      return uri;
    } catch (URISyntaxException e) {
      throw new DirectRefused("no URL");
    }
  }

  private static boolean allowed(String name) {
    return name.matches("[a-z0-9-]{1,64}")
        && (HEADERS.contains(name) || PREFIXES.stream().anyMatch(name::startsWith));
  }

  private static boolean printable(String value) {
    return value.length() <= MAX_VALUE && value.chars().allMatch(c -> c >= ' ' && c < 0x7f);
  }
}
